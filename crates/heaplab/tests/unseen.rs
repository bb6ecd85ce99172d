//! Memory that the recorder does not see: the report says what part of the resident memory it is.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn compile(home: &Path, name: &str, flags: &[&str]) -> PathBuf {
    let program = home.join(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/unseen.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-g", "-O1", "-fno-builtin", "-rdynamic", "-o"]).arg(&program).arg(source).args(flags);
    assert!(compiler.status().expect("cc starts").success());
    program
}

/// The report of a program, and what was printed.
fn profile(home: &Path, command: &[&str]) -> (Value, Output) {
    let out = home.join("report");
    let mut heaplab = Command::new(env!("CARGO_BIN_EXE_heaplab"));
    heaplab.args(["run", "--lang", "en", "--out"]).arg(&out).arg("--").args(command);
    heaplab.env("XDG_CACHE_HOME", home).env_remove("LD_PRELOAD");
    let output = heaplab.output().expect("heaplab starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = std::fs::read_to_string(out.join("report.json")).expect("a report");
    (serde_json::from_str(&json).expect("JSON"), output)
}

fn page(home: &Path) -> String {
    std::fs::read_to_string(home.join("report/report.html")).expect("a page")
}

#[test]
fn mappings_of_the_programs_own() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = compile(home.path(), "maps", &[]);
    let (report, _) = profile(home.path(), &[program.to_str().expect("UTF-8")]);
    let heap = &report["runs"][0]["heap"];
    let resident = heap["process"]["resident_bytes"].as_u64().expect("it ran long enough");
    assert!((104 << 20..128 << 20).contains(&resident), "{resident}");
    assert_eq!(heap["process"]["kind"], "native");
    assert_eq!(heap["process"]["has_own_malloc"], false);
    let page = page(home.path());
    assert!(page.contains("resident memory was seen"), "8 of 104 MiB are little");
}

#[test]
fn a_malloc_of_the_programs_own() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = compile(home.path(), "own", &["-DOWN_MALLOC"]);
    let (report, output) = profile(home.path(), &[program.to_str().expect("UTF-8")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("own has a malloc of its own"), "{said}");
    assert_eq!(report["runs"][0]["heap"]["process"]["has_own_malloc"], true);
    assert!(page(home.path()).contains("resident memory was seen"));
}

#[test]
fn a_program_that_hides_nothing_gets_no_such_sentence() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let (report, _) = profile(home.path(), &["/bin/sh", "-c", "sleep 0.3; echo"]);
    assert_eq!(report["runs"][0]["heap"]["process"]["kind"], "native");
    assert!(!page(home.path()).contains("resident memory was seen"));
}
