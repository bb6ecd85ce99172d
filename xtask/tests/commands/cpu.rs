//! `cargo xtask profile --cpu` on a program with a planted hot line, through the real binary.
//! Counts of instructions are exact: five runs give the same.

use crate::run;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The program, built in a folder of its own as a student would build it.
fn planted(folder: &Path) {
    let source = include_str!("programs/planted.rs");
    std::fs::write(folder.join("planted.rs"), source).expect("the folder can be written");
    let built = Command::new("rustc")
        .current_dir(folder)
        .args(["--edition", "2024", "-O", "-g", "planted.rs"])
        .output()
        .expect("rustc starts");
    assert!(built.status.success(), "{}", run::stderr(&built));
}

fn has_valgrind() -> bool {
    let there = Command::new("valgrind").arg("--version").output().is_ok();
    if !there {
        run::skipped("there is no valgrind");
    }
    there
}

fn profiled(folder: &Path, more: &[&str], status: i32) -> Value {
    let arguments = ["profile", "--cpu", "--out", "cpu", "--", "./planted"];
    let output = run::run(folder, &[&arguments, more].concat());
    run::ends_with(&output, status);
    run::report_named(&folder.join("cpu"), "cpu.json")
}

#[test]
fn the_planted_function_and_line_are_on_top_in_five_equal_runs() {
    if !has_valgrind() {
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    planted(home.path());
    let first = profiled(home.path(), &[], 0);
    let top = &first["functions"][0];
    assert_eq!(top["name"], "planted::hot", "{first:#}");
    assert_eq!(top["calls"], 10);
    let source = &first["sources"][0];
    assert_eq!(source["path"], "planted.rs");
    let own = |line: &Value| line["figures"][1]["value"].as_u64().unwrap_or(0);
    let lines = source["lines"].as_array().expect("lines");
    let hottest = lines.iter().max_by_key(|line| own(line)).expect("a line");
    assert!(hottest["code"].as_str().is_some_and(|code| code.contains("// planted")), "{source:#}");
    // 20,000 numbers, ten times: as often as it is written, unless the compiler does several rounds
    // at once.
    let hits = hottest["figures"][0]["value"].as_u64().expect("hits");
    assert!([200_000, 100_000, 50_000, 25_000].contains(&hits), "{hits}");
    // What recursion costs is counted once, calls every time.
    let functions = first["functions"].as_array().expect("functions");
    let fall = functions.iter().find(|one| one["name"] == "planted::fall").expect("fall ran");
    assert_eq!(fall["calls"], 31);
    assert_eq!(fall["inclusive_instructions"], fall["exclusive_instructions"]);
    for _ in 1..5 {
        let again = profiled(home.path(), &[], 0);
        for key in ["functions", "sources", "program_instructions"] {
            assert_eq!(again[key], first[key], "{key}");
        }
    }
    let names = run::names(&home.path().join("cpu"));
    let wanted =
        ["cpu.json", "flamegraph.png", "flamegraph.svg", "planted.folded", "report.html", "summary.md"];
    assert_eq!(names, wanted);
}

#[test]
fn a_program_that_fails_is_reported_and_said() {
    if !has_valgrind() {
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    planted(home.path());
    let report = profiled(home.path(), &["fail"], 1);
    assert!(report["failure"].as_str().is_some_and(|cause| cause.contains("status 7")), "{report:#}");
    assert_eq!(report["functions"][0]["name"], "planted::hot");
}

#[test]
fn what_cannot_be_run_is_said_before() {
    if !has_valgrind() {
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = run::run(home.path(), &["profile", "--cpu", "--", "./nobody"]);
    run::ends_with(&output, 2);
    assert!(run::stderr(&output).contains("./nobody"), "{}", run::stderr(&output));
}

/// A machine without valgrind: status 3, and how to get it.
#[test]
fn without_valgrind_it_says_how_to_get_it() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = run::xtask(home.path())
        .args(["profile", "--cpu", "--", "/bin/true"])
        .env("CARGO", cargo)
        .env("PATH", home.path())
        .output()
        .expect("xtask starts");
    run::ends_with(&output, 3);
    assert!(run::stderr(&output).contains("apt-get install valgrind"), "{}", run::stderr(&output));
}
