//! Runs xtask as a person would: the real binary, in a workspace, with a clean environment.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// This repository.
pub(crate) fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask lies in the workspace").to_owned()
}

/// xtask with nothing in its environment that would change what it does.
pub(crate) fn xtask(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(folder);
    for name in [
        "HEAPLAB_PROBE",
        "HEAPLAB_OUT",
        "HEAPLAB_ROWS",
        "COLUMNS",
        "LC_ALL",
        "LC_MESSAGES",
        "RUSTFLAGS",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(name);
    }
    // Folders of these tests share one build.
    command.env("CARGO_TARGET_DIR", target()).env("LANG", "C.UTF-8").env("NO_COLOR", "1");
    command
}

/// Where this test's own build is.
pub(crate) fn target() -> PathBuf {
    let profile = Path::new(env!("CARGO_BIN_EXE_xtask")).parent().expect("the binary lies in target/PROFILE");
    profile.parent().expect("the profile lies in target").to_owned()
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    xtask(folder).args(arguments).output().expect("xtask starts")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Ends with this status, or shows everything it said.
pub(crate) fn ends_with(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "\n{}\n{}", stdout(output), stderr(output));
}

/// A small run of 8.5 into `out`, and its report. Below some thousand rows `packed` misses the
/// goal: its page is 64 KiB.
pub(crate) fn small_report(out: &Path, more: &[&str]) -> Value {
    report_of("8.5", "10000", out, more)
}

/// A run of a section without tools from outside.
pub(crate) fn report_of(section: &str, rows: &str, out: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["lesson", section, "--rows", rows, "--tools", "no", "--out"];
    let out_text = out.to_str().expect("a temporary folder has a plain name");
    arguments.push(out_text);
    arguments.extend(more);
    let output = run(&workspace(), &arguments);
    ends_with(&output, 0);
    report(out)
}

pub(crate) fn report(folder: &Path) -> Value {
    report_named(folder, "report.json")
}

pub(crate) fn report_named(folder: &Path, name: &str) -> Value {
    let text = std::fs::read(folder.join(name)).expect("the report is there");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// The runs of a report, as `("rust", "list_dict", run)`.
pub(crate) fn runs(report: &Value) -> Vec<(&str, &str, &Value)> {
    let runs = report["runs"].as_array().expect("runs is a list");
    let text = |value: &'_ Value| value.as_str().map(str::to_owned);
    runs.iter()
        .inspect(|run| assert!(text(&run["language"]).is_some() && text(&run["variant"]).is_some()))
        .map(|run| (run["language"].as_str().unwrap_or(""), run["variant"].as_str().unwrap_or(""), run))
        .collect()
}

/// What lies in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Says that a test did not run, and why; with `HEAPLAB_REQUIRE_ALL=1` that is a failure.
pub(crate) fn skipped(why: &str) {
    assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "required, but {why}");
    println!("SKIPPED: {why}");
}

/// The path of python3; without it a test is skipped.
pub(crate) fn python3() -> Option<String> {
    let output = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    match output {
        Ok(output) if output.status.success() => Some(stdout(&output).trim().to_owned()),
        _ => {
            skipped("there is no python3");
            None
        }
    }
}

/// A folder with a link for everything in it, but for what the copy has of its own.
pub(crate) fn link_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the copy can be made");
    for entry in std::fs::read_dir(from).expect("the workspace can be read").flatten() {
        let (name, place) = (entry.file_name(), entry.path());
        if ["target", ".git", "reports", "lessons"].iter().any(|left_out| name == *left_out) {
            continue;
        }
        // A new member is a new entry of the lock file.
        if name == "Cargo.lock" {
            std::fs::copy(&place, to.join(name)).expect("a file can be copied");
        } else {
            std::os::unix::fs::symlink(&place, to.join(name)).expect("a link can be made");
        }
    }
}
