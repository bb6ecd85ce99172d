//! Several interpreters in one report, through the real binary. What an object takes in each version is
//! held against the interpreter's own tracemalloc.

use crate::run::{self, runs, workspace};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROWS: u64 = 20_000;

/// Two interpreters of different versions that this machine has, by path; `None`, said so, with fewer. No
/// package of the course promises a second one, so that is no failure anywhere.
fn two_interpreters() -> Option<[(String, String); 2]> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let managed = [home.join(".pyenv/versions"), home.join(".local/share/uv/python")];
    let installed = managed.iter().flat_map(|folder| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin/python3"))
    });
    let minors = (7..20).map(|minor| PathBuf::from(format!("python3.{minor}")));
    let mut found: BTreeMap<u32, (String, String)> = BTreeMap::new();
    for program in [PathBuf::from("python3")].into_iter().chain(minors).chain(installed) {
        if let Some((minor, version, path)) = ask(&program)
            && minor >= 7
        {
            found.entry(minor).or_insert((version, path));
        }
    }
    let (Some((oldest, one)), Some((newest, other))) = (found.first_key_value(), found.last_key_value())
    else {
        println!("SKIPPED: there is no CPython");
        return None;
    };
    if oldest == newest {
        println!("SKIPPED: there is one version of CPython only, {}", one.0);
        return None;
    }
    // The newer one first: columns of the table are in the order of versions all the same.
    Some([other.clone(), one.clone()])
}

fn ask(program: &Path) -> Option<(u32, String, String)> {
    let ask = "import platform, sys; print(platform.python_implementation(), sys.version_info.minor, \
               platform.python_version(), sys.executable, sep='\\n')";
    let output = Command::new(program).args(["-c", ask]).output().ok()?;
    let said = run::stdout(&output);
    match said.lines().collect::<Vec<_>>()[..] {
        ["CPython", minor, version, path] => Some((minor.parse().ok()?, version.to_owned(), path.to_owned())),
        _ => None,
    }
}

#[test]
fn two_interpreters_stand_side_by_side() {
    let Some([newer, older]) = two_interpreters() else { return };
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let list = format!("{},{}", newer.1, older.1);
    let variants = "list_dict,slots_list,packed,slots";
    let output = run::run(
        &workspace(),
        &[
            "lesson",
            "8.5.2",
            "--rows",
            &ROWS.to_string(),
            "--tools",
            "no",
            "--python",
            &list,
            "--variant",
            variants,
            "--out",
            out.to_str().unwrap(),
        ],
    );
    run::ends_with(&output, 0);
    let report = run::report(&out);
    assert_eq!(report["environment"]["python"], format!("Python {}", newer.0));

    let python = |variant: &str, version: Option<&str>| {
        let all = runs(&report);
        let found = all.iter().find(|(language, name, run)| {
            (*language, *name, run["interpreter"].as_str()) == ("python", variant, version)
        });
        found.map(|(.., run)| (*run).clone()).unwrap_or_else(|| panic!("no run of {variant} {version:?}"))
    };
    for (version, path) in [(None, &newer.1), (Some(older.0.as_str()), &older.1)] {
        for (variant, kind) in [("list_dict", "User"), ("slots_list", "SlotsUser")] {
            let run = python(variant, version);
            let of = live_bytes_per_row(&run);
            let expected = bytes_by_tracemalloc(path, kind);
            assert!((of - expected).abs() < 1.0, "{variant} {version:?}: {of}, by tracemalloc {expected}");
        }
        let figure = figure(&python("list_dict", version), "object_bytes");
        let peak = live_bytes_per_row(&python("list_dict", version));
        assert!((peak - figure as f64).abs() < 12.0, "one object {figure}, per row {peak}");
    }
    check_texts(&out, &run::stdout(&output), &newer.0, &older.0);
}

/// Every place where a reader looks: terminal, page, Markdown, chart and files.
fn check_texts(out: &Path, terminal: &str, newer: &str, older: &str) {
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("the report has the file");
    let heading = "What a version of CPython changes";
    for (place, text) in [
        ("terminal", terminal.to_owned()),
        ("report.html", read("report.html")),
        ("summary.md", read("summary.md")),
    ] {
        let table = &text[text.rfind(heading).unwrap_or_else(|| panic!("no table in {place}"))..];
        let (at, later) = (table.find(older), table.find(newer));
        assert!(at.is_some() && at < later, "{place} has the versions from the oldest on");
        assert!(table.contains('◀'), "{place} marks the largest change");
    }
    let chart = read("comparison.svg");
    for version in [newer, older] {
        let beside_bars = chart.lines().filter(|line| line.trim() == version).count();
        assert_eq!(beside_bars, 2, "{version} beside its two bars");
        assert!(chart.contains(&format!("CPython {version}")), "{version} in the legend");
    }
    let names = run::names(out);
    for stem in ["list_dict.py".to_owned(), format!("list_dict-{older}.py")] {
        assert!(names.contains(&format!("{stem}.flamegraph.svg")), "{stem} in {names:?}");
    }
}

fn live_bytes_per_row(run: &Value) -> f64 {
    assert_eq!(run["heap"]["rows"], ROWS);
    run["heap"]["peak_bytes"].as_u64().expect("it has heap figures") as f64 / ROWS as f64
}

fn figure(run: &Value, name: &str) -> u64 {
    let attachments = run["attachments"].as_array().expect("attachments");
    let found = attachments.iter().find(|one| one["kind"] == "figure" && one["name"] == name);
    found.unwrap_or_else(|| panic!("{name}"))["value"]["value"].as_u64().expect("bytes")
}

/// What the interpreter's own tracemalloc counts for the same rows, with the list.
fn bytes_by_tracemalloc(python: &str, kind: &str) -> f64 {
    let folder = workspace().join("lessons/8.5.2-slots-vs-maps/python");
    let ask = format!(
        "import tracemalloc, blocks\n\
         tracemalloc.start()\n\
         rows = [blocks.{kind}(name=f'user{{i}}', score=i) for i in range({ROWS})]\n\
         print(tracemalloc.get_traced_memory()[0] / {ROWS})"
    );
    let output = Command::new(python)
        .args(["-B", "-c", &ask])
        .current_dir(folder)
        .output()
        .expect("the interpreter starts");
    run::stdout(&output).trim().parse().unwrap_or_else(|_| panic!("{}", run::stderr(&output)))
}
