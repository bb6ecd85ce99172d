//! `cargo xtask ci` through the real binary: what it leaves, what breaks it, and what `--bless`
//! renews. On section 8.3, the quickest, with budgets in a folder of the test's own.

#![expect(clippy::unwrap_used, reason = "in a test that is the message")]

use crate::run::{self, ends_with, link_folder, names, report, stderr, stdout, target, workspace, xtask};
use std::path::Path;
use std::process::Output;

const SECTION: &str = "8.3";

fn ci(home: &Path, more: &[&str]) -> Output {
    let mut command = xtask(&workspace());
    command.args(["ci", "--section", SECTION, "--python", "no", "--budgets"]).arg(home.join("budgets.toml"));
    command.arg("--out").arg(home.join("reports")).args(more);
    command.env_remove("GITHUB_STEP_SUMMARY").output().unwrap()
}

/// The line of the first `metric` in the file, with its figure changed.
fn change(file: &Path, metric: &str, to: impl Fn(u64) -> u64) {
    let text = std::fs::read_to_string(file).unwrap();
    let start = format!("{metric} = ");
    let line = text.lines().find(|line| line.starts_with(&start)).unwrap();
    let figure: u64 = line[start.len()..].replace('_', "").parse().unwrap();
    std::fs::write(file, text.replacen(line, &format!("{start}{}", to(figure)), 1)).unwrap();
}

#[test]
fn budgets_are_made_held_and_broken() {
    let home = tempfile::tempdir().unwrap();
    let (budgets, reports) = (home.path().join("budgets.toml"), home.path().join("reports"));

    // Without budgets a section is open: a new lesson needs no edit anywhere.
    let open = ci(home.path(), &[]);
    ends_with(&open, 0);
    assert!(stdout(&open).contains("cargo xtask ci --bless --section 8.3"), "{}", stdout(&open));
    assert!(stderr(&open).contains("== 8.3 (1/1)"), "progress without a terminal: {}", stderr(&open));
    assert_eq!(names(&reports), [SECTION, "ci", "index.html"]);
    assert_eq!(names(&reports.join("ci")), ["junit.xml", "summary.md"]);
    let page = std::fs::read_to_string(reports.join("index.html")).unwrap();
    assert!(page.contains("href=\"8.3/report.html\"") && page.contains("cargo xtask lesson 8.5"));
    assert!(!budgets.exists());

    let blessed = ci(home.path(), &["--bless"]);
    ends_with(&blessed, 0);
    let made = std::fs::read_to_string(&budgets).unwrap();
    let variants = run::runs(&report(&reports.join(SECTION))).len();
    assert_eq!(made.matches("\ntolerance_percent = 0\n").count(), variants, "one thread: exact\n{made}");
    assert!(!reports.join("ci/again").exists(), "the second measurement's folder is gone");

    // The same figures again, held without a new measurement.
    let place = reports.to_str().unwrap().to_owned();
    let judge = |more: &[&str]| ci(home.path(), &[&["--judge", &place], more].concat());
    let held = judge(&[]);
    ends_with(&held, 0);
    assert!(stdout(&held).contains(" 0 are under their budget, 0 open, 0 broken"), "{}", stdout(&held));

    // One byte less in the budget, and a count that has room.
    change(&budgets, "peak_bytes", |figure| figure - 1);
    change(&budgets, "total_blocks", |figure| figure + 1);
    let step = home.path().join("step.md");
    std::fs::write(&step, "before\n").unwrap();
    let junit = home.path().join("elsewhere/junit.xml");
    let mut command = xtask(&workspace());
    command.args(["ci", "--section", SECTION, "--judge", &place, "--budgets"]).arg(&budgets);
    command.arg("--junit").arg(&junit).arg("--out").arg(&reports).env("GITHUB_STEP_SUMMARY", &step);
    let broken = command.output().unwrap();
    ends_with(&broken, 1);
    let said = stdout(&broken);
    assert!(said.contains("peak_bytes: measured ") && said.contains("(+"), "{said}");
    assert!(said.contains("top site: ") && said.contains("lessons/8.3-object-graph/"), "{said}");
    assert!(said.contains("1 are under their budget, 0 open, 1 broken"), "{said}");
    let summary = std::fs::read_to_string(&step).unwrap();
    assert!(summary.starts_with("before\n# ✗") && summary.contains("peak\\_bytes**: measured"), "{summary}");
    let xml = std::fs::read_to_string(&junit).unwrap();
    assert!(xml.contains("failures=\"1\"") && xml.contains("<failure message=\"measured "), "{xml}");
}

/// A workspace of two sections, the first of which does not build.
#[test]
fn a_section_that_fails_does_not_stop_the_others() {
    let copy = target().join("tmp/two-sections");
    let _ = std::fs::remove_dir_all(&copy);
    link_folder(&workspace(), &copy);
    std::fs::create_dir(copy.join("lessons")).unwrap();
    let name = "8.3-object-graph";
    std::os::unix::fs::symlink(workspace().join("lessons").join(name), copy.join("lessons").join(name))
        .unwrap();
    ends_with(&run::run(&copy, &["new-lesson", "8.1-broken"]), 0);
    std::fs::write(copy.join("lessons/8.1-broken/src/main.rs"), "fn main() { nothing_of_this_name() }\n")
        .unwrap();

    let output = run::run(&copy, &["lesson", "all", "--quick", "--python", "no"]);
    ends_with(&output, 1);
    let said = stderr(&output);
    assert!(said.contains("== 8.1 (1/2)") && said.contains("== 8.3 (2/2)"), "{said}");
    assert!(said.contains("1 of 2 sections: 8.1; see above"), "{said}");
    let page = std::fs::read_to_string(copy.join("reports/index.html")).unwrap();
    assert!(page.contains("1 of 2") && page.contains("href=\"8.3/report.html\""));
    assert!(page.contains("cargo xtask lesson 8.1"), "what failed is open");

    let output = run::run(&copy, &["ci", "--judge", "reports", "--lang", "zh"]);
    ends_with(&output, 1);
    assert!(
        stdout(&output).contains("✗ 8.1: ") && stdout(&output).contains("守住预算"),
        "{}",
        stdout(&output)
    );
    let summary = std::fs::read_to_string(copy.join("reports/ci/summary.md")).unwrap();
    assert!(summary.starts_with("# ✗ 1 项不合格") && summary.contains("| 8.3 "), "{summary}");
}

#[test]
fn the_repositorys_budgets_are_of_the_lessons_that_there_are() {
    let text = std::fs::read_to_string(workspace().join("budgets.toml")).unwrap();
    let sections: toml::Table = text.parse().unwrap();
    for section in ["8.1", "8.2", "8.3", "8.4", "8.5", "8.6"] {
        let variants = sections[section]["variant"].as_table().unwrap();
        assert!(!variants.is_empty(), "{section}");
        for (name, budget) in variants {
            for metric in ["allocations", "total_blocks", "peak_bytes", "peak_rss_bytes"] {
                assert!(budget[metric].is_integer(), "{section} {name} {metric}");
            }
        }
    }
}

#[test]
fn wrong_use_is_named() {
    let home = tempfile::tempdir().unwrap();
    let nowhere = xtask(&workspace()).args(["ci", "--section", "8.55"]).output().unwrap();
    ends_with(&nowhere, 2);
    assert!(stderr(&nowhere).contains("there is no section `8.55`"), "{}", stderr(&nowhere));
    std::fs::write(home.path().join("budgets.toml"), "[\"8.3\"]\nrustc = 1\n").unwrap();
    let broken = ci(home.path(), &[]);
    ends_with(&broken, 2);
    assert!(stderr(&broken).contains("budgets.toml"), "{}", stderr(&broken));
    let gone = ci(home.path(), &["--judge", home.path().to_str().unwrap()]);
    ends_with(&gone, 2);
    std::fs::remove_file(home.path().join("budgets.toml")).unwrap();
    let gone = ci(home.path(), &["--judge", home.path().to_str().unwrap()]);
    ends_with(&gone, 1);
    assert!(stdout(&gone).contains("✗ 8.3: there is no report in "), "{}", stdout(&gone));
    let all = xtask(&workspace()).args(["lesson", "all", "--variant", "slots"]).output().unwrap();
    ends_with(&all, 2);
    assert!(stderr(&all).contains("of one section"), "{}", stderr(&all));
}
