//! A lesson is one folder: made from the template in a copy of the workspace, it runs without any
//! other edit. Then lessons that go wrong in every way a student's can, and a runner that is
//! interrupted.

#![expect(clippy::unwrap_used, reason = "in a test that is the message")]

use crate::run::{
    self, ends_with, link_folder, names, report, runs, stderr, stdout, target, workspace, xtask,
};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// One copy for the tests of this file, with five new lessons in it. Of what is not edited there it
/// has links: cargo tells packages apart by their place in the workspace, and would take a copied
/// library for the workspace's own after the next edit.
fn copy() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        // Under target/, so that it is never in a commit and goes with `cargo clean`.
        let folder = target().join("tmp/workspace-copy");
        let _ = std::fs::remove_dir_all(&folder);
        link_folder(&workspace(), &folder);
        link_folder(&workspace().join("lessons"), &folder.join("lessons"));
        for name in ["8.10-my-topic", "8.11-faulty", "8.12-slow", "8.13-watched", "8.14-linted"] {
            ends_with(&run::run(&folder, &["new-lesson", name]), 0);
        }
        std::fs::write(folder.join("lessons/8.11-faulty/src/main.rs"), FAULTY)
            .expect("the copy can be written");
        std::fs::write(folder.join("lessons/8.12-slow/src/main.rs"), SLOW).expect("the copy can be written");
        folder
    })
}

fn lesson(section: &str, out: &Path, more: &[&str]) -> Output {
    let mut command = xtask(copy());
    command.args(["lesson", section, "--python", "no", "--out"]).arg(out).args(more);
    command.output().expect("xtask starts")
}

#[test]
fn a_lesson_from_the_template_runs_without_any_other_edit() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let output = lesson("8.10", &out, &["--quick"]);
    ends_with(&output, 0);
    let report = report(&out);
    let found: Vec<&str> = runs(&report).iter().map(|(_, variant, _)| *variant).collect();
    assert_eq!(found, ["collected", "lazy"]);
    assert_eq!(report["runs"][0]["heap"]["peak_bytes"], 80_000, "10,000 rows of 8 bytes");
    let listed = run::run(copy(), &["lessons"]);
    assert!(
        stdout(&listed).contains("my topic") && stdout(&listed).find("8.10") > stdout(&listed).find("8.5.2")
    );
}

#[test]
fn the_templates_own_tests_and_scripts_pass() {
    let tests = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--quiet", "--package", "my-topic"])
        .current_dir(copy())
        .env("CARGO_TARGET_DIR", target())
        .output()
        .unwrap();
    ends_with(&tests, 0);
    let program = std::env::var("HEAPLAB_PYTHON").unwrap_or_else(|_| "python3".into());
    let script = copy().join("lessons/8.10-my-topic/python/collected.py");
    match Command::new(program).arg(script).env("HEAPLAB_ROWS", "10000").output() {
        Ok(python) => {
            ends_with(&python, 0);
            assert!(stdout(&python).contains("peak_rss_bytes"), "{}", stdout(&python));
        }
        Err(error) => run::skipped(&format!("python3 does not start: {error}")),
    }
}

const FAULTY: &str = r#"//! Variants that go wrong.
use heaplab_lesson::{Checksum, VariantResult, Scale, lesson};

lesson! {
    unit: "rows",
    default_scale: 1_000,
    baseline: fine,
    work "sum" { rust {
        fine: "works", panics: "panics", aborts: "aborts", hangs: "never ends", half: "leaves half a record",
        silent: "leaves none", counts_badly: "fails under one probe",
    } }
    work "other" { rust { honest: "one", differs: "another" } }
}

fn fine(rows: Scale) -> VariantResult<Vec<u64>> {
    VariantResult::new(Checksum::new(), rows.iter().collect()).with_attachments(|_, _| {
        let _alive = std::hint::black_box(vec![1u8; 64 << 20]);
        std::thread::sleep(std::time::Duration::from_millis(100));
        Vec::new()
    })
}

fn panics(_: Scale) -> VariantResult<()> {
    panic!("row 17 is \u{1b}[31mbad\u{1b}[0m")
}

fn aborts(_: Scale) -> VariantResult<()> {
    std::process::abort()
}

fn hangs(_: Scale) -> VariantResult<()> {
    loop { std::thread::sleep(std::time::Duration::from_secs(1)) }
}

fn half(_: Scale) -> VariantResult<()> {
    let out = std::env::var("HEAPLAB_OUT").unwrap_or_default();
    let _ = std::fs::write(out + "/record.json", "{\"schema\":\"heaplab/rec");
    std::process::exit(0)
}

fn silent(_: Scale) -> VariantResult<()> {
    std::process::exit(0)
}

fn counts_badly(_: Scale) -> VariantResult<()> {
    if std::env::var("HEAPLAB_PROBE").as_deref() == Ok("counts") { std::process::exit(7) }
    VariantResult::new(Checksum::new(), ())
}

fn honest(_: Scale) -> VariantResult<()> {
    VariantResult::new(Checksum::new().row("a", 1), ())
}

fn differs(_: Scale) -> VariantResult<()> {
    VariantResult::new(Checksum::new().row("a", 2), ())
}
"#;

#[test]
fn what_goes_wrong_is_named_and_the_others_go_on() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let wanted = "fine,panics,aborts,hangs,half,silent,counts_badly";
    let output = lesson("8.11", &out, &["--variant", wanted, "--timeout", "2s"]);
    ends_with(&output, 1);
    let report = report(&out);
    let found: Vec<&str> = runs(&report).iter().map(|(_, variant, _)| *variant).collect();
    assert_eq!(found, ["fine", "counts_badly"], "a variant is reported by the probes that answered");
    assert!(report["runs"][1]["counts"].is_null() && report["runs"][1]["heap"].is_object());

    let after_the_region = report["runs"][0]["plain"]["peak_rss_anon_bytes"].as_u64().unwrap();
    assert!(after_the_region < 32 << 20, "a look at the data is not the variant's: {after_the_region}");

    let failed = report["failed"].as_array().unwrap();
    let of = |variant: &str| {
        let mine: Vec<_> = failed.iter().filter(|failure| failure["variant"] == variant).collect();
        assert!(!mine.is_empty(), "{variant} is not among the failed");
        mine
    };
    let cause = |variant: &str| of(variant)[0]["cause"].as_str().unwrap().to_owned();
    assert!(cause("panics").contains("panicked"));
    assert!(of("panics")[0]["stderr_tail"].as_str().unwrap().contains("row 17 is"));
    assert!(cause("aborts").contains("signal 6") && of("aborts")[0]["signal"] == 6);
    assert!(cause("hangs").contains("budget of 2s") && of("hangs").len() == 1, "hung once, not four times");
    assert!(cause("half").contains("not whole"));
    assert!(cause("silent").contains("without a record"));
    assert_eq!((of("counts_badly").len(), of("counts_badly")[0]["probe"].as_str()), (1, Some("counts")));

    assert!(
        stdout(&output).contains("row 17 is") && !stdout(&output).contains('\u{1b}'),
        "{}",
        stdout(&output)
    );
    assert!(stderr(&output).contains("panics (plain)"), "{}", stderr(&output));
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("budget of 2s") && !page.contains('\u{1b}'));
    assert_eq!(names(home.path()), ["report"]);
}

#[test]
fn different_work_is_refused_and_the_last_report_stays() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    ends_with(&lesson("8.11", &out, &["--variant", "honest"]), 0);
    let before = std::fs::read(out.join("report.json")).unwrap();
    let output = lesson("8.11", &out, &["--variant", "honest,differs"]);
    ends_with(&output, 1);
    let said = stderr(&output);
    assert!(said.contains("differs did other work than honest") && said.contains("8.11-faulty"), "{said}");
    assert_eq!(std::fs::read(out.join("report.json")).unwrap(), before);
    assert_eq!(names(home.path()), ["report"]);
}

const SLOW: &str = r#"//! A variant that takes its time, and says so to whoever watches.
use heaplab_lesson::{Checksum, VariantResult, Scale, lesson};

lesson! {
    unit: "rows",
    default_scale: 1_000,
    baseline: sleeps,
    work "sleep" { rust { sleeps: "a minute", quick: "at once" } }
}

fn sleeps(_: Scale) -> VariantResult<()> {
    if let Ok(mark) = std::env::var("TEST_MARK") {
        let _ = std::fs::write(mark, std::process::id().to_string());
    }
    std::thread::sleep(std::time::Duration::from_secs(60));
    VariantResult::new(Checksum::new(), ())
}

fn quick(_: Scale) -> VariantResult<()> {
    VariantResult::new(Checksum::new(), ())
}
"#;

/// Starts a slow lesson over an earlier report, sends the runner a signal while its child works,
/// and gives the runner's exit status, the child's process id and what lies beside the report.
fn signalled(signal: &str) -> (Option<i32>, u32, Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let (out, mark) = (home.path().join("report"), home.path().join("mark"));
    ends_with(&lesson("8.12", &out, &["--variant", "quick"]), 0);
    let before = std::fs::read(out.join("report.json")).unwrap();
    let mut runner = xtask(copy());
    runner.args(["lesson", "8.12", "--python", "no", "--out"]).arg(&out).env("TEST_MARK", &mark);
    let mut runner = runner.spawn().unwrap();
    let child = wait_for(|| std::fs::read_to_string(&mark).ok()?.parse::<u32>().ok());
    let sent = Command::new("kill").args([signal, &runner.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let status = runner.wait().unwrap();
    wait_for(|| (!Path::new(&format!("/proc/{child}")).exists()).then_some(()));
    assert_eq!(std::fs::read(out.join("report.json")).unwrap(), before);
    let left = names(home.path());
    if signal == "-KILL" {
        // What a killed runner could not take away, the next one does.
        ends_with(&lesson("8.12", &out, &["--variant", "quick"]), 0);
        assert_eq!(names(home.path()), ["mark", "report"]);
    }
    (status.code(), child, left)
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "it did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_interrupted_run_leaves_nothing_and_loses_nothing() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
        let (code, _, left) = signalled(signal);
        assert_eq!((code, left), (Some(status), vec!["mark".to_owned(), "report".to_owned()]), "{signal}");
    }
}

#[test]
fn a_killed_runner_takes_its_child_with_it() {
    let (code, _, left) = signalled("-KILL");
    assert_eq!(code, None);
    assert_eq!(left.len(), 3, "the staging folder is left for the next run to sweep: {left:?}");
}

/// A save of one variant's function: it is built again, that variant runs again, and the section's
/// report stays.
#[test]
fn a_saved_variant_runs_again() {
    let home = tempfile::tempdir().unwrap();
    let said = home.path().join("said");
    let mut command = xtask(copy());
    command.args(["lesson", "8.13", "--watch", "--quick", "--python", "no"]);
    command.stderr(std::fs::File::create(&said).unwrap()).stdout(std::process::Stdio::null());
    let mut runner = command.spawn().unwrap();
    let waits = |times: usize| {
        let text = std::fs::read_to_string(&said).unwrap_or_default();
        (text.matches("Ctrl-C ends it").count() >= times).then_some(text)
    };
    wait_for(|| waits(1));
    let code = copy().join("lessons/8.13-watched/src/main.rs");
    let text = std::fs::read_to_string(&code).unwrap();
    let edited = text
        .replace("i * i).collect();", "i * i).chain([0]).collect();")
        .replace("Checksum::from_rows(squares.iter()", "Checksum::from_rows(squares.iter().take(rows.len())");
    assert_ne!(edited, text);
    std::fs::write(&code, edited).unwrap();
    let text = wait_for(|| waits(2));
    assert!(Command::new("kill").args(["-INT", &runner.id().to_string()]).status().unwrap().success());
    assert_eq!(runner.wait().unwrap().code(), Some(130), "{text}");
    assert!(text.contains("Changed: collected\n"), "{text}");
    assert!(text.contains("Rust collected: the peak was 80.0 kB and is"), "{text}");
    let variants = |folder: &str| {
        let report = report(&copy().join("reports").join(folder));
        runs(&report).iter().map(|(_, variant, _)| (*variant).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(variants("8.13"), ["collected", "lazy"]);
    assert_eq!(variants("8.13-watch"), ["collected"]);
}

/// The template lacks its Chinese title; whatever else an author breaks is named with its file, and
/// nothing else is.
#[test]
fn a_lesson_is_linted() {
    let folder = copy().join("lessons/8.14-linted");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let exercise = read("exercise/main.rs").replace("linted-exercise", "linted-solution");
    let solution = exercise.replace("row(\"largest\", largest)", "row(\"largest\", largest + 1)");
    assert_ne!(exercise, solution);
    std::fs::write(folder.join("solution/main.rs"), solution).unwrap();
    std::fs::write(folder.join("README.md"), read("README.md").replace("## Hints", "## Help")).unwrap();
    let output = run::run(copy(), &["lint-lessons", "8.14"]);
    ends_with(&output, 1);
    let said = stdout(&output);
    for finding in [
        "lessons/8.14-linted/Cargo.toml: its title",
        "lessons/8.14-linted/README.md: it has no section `Hints`",
        "lessons/8.14-linted/README.md: it has 0 hints",
        "lessons/8.14-linted/solution/main.rs: `mine`: at 100000 its checksum is",
        "lessons/8.14-linted/solution/main.rs: `mine`: at 100000 it takes no less than the exercise",
    ] {
        assert!(said.contains(finding), "{finding} in {said}");
    }
    assert_eq!(said.lines().count(), 5, "{said}");
}
