//! Wrong use and machines that lack something: a clear error, the exit status of the design, and
//! nothing lost.

use crate::run::{self, ends_with, names, run as xtask, skipped, stderr, workspace};
use std::path::Path;
use std::process::Command;

/// Refused with this status, with words that say what and what next.
fn refused(arguments: &[&str], status: i32, words: &[&str]) {
    let output = xtask(&workspace(), arguments);
    ends_with(&output, status);
    let said = stderr(&output);
    for word in words {
        assert!(said.contains(word), "{arguments:?} does not say {word:?}:\n{said}");
    }
}

#[test]
fn wrong_words_are_named() {
    refused(&["lesson", "9.9"], 2, &["no section `9.9`", "the nearest are:\n  8.", "cargo xtask lessons"]);
    refused(&["lesson", "8.5.9"], 2, &["8.5.2"]);
    refused(&["lesson", "eight"], 2, &["no section `eight`"]);
    refused(&["lesson", "8.5", "--rows", "0"], 2, &["0 measures nothing", "10M"]);
    refused(&["lesson", "8.5", "--rows", "abc"], 2, &["`abc` is not a number", "10M"]);
    refused(&["lesson", "8.5", "--rows", "-3"], 2, &["-3"]);
    refused(&["lesson", "8.5", "--python", "maybe"], 2, &["--python maybe", "auto, yes or no", "3.9,3.13"]);
    refused(&["lesson", "8.5", "--python", "2.7"], 2, &["--python 2.7", "no version of CPython 3"]);
    refused(&["lesson", "8.5", "--python", "3.6"], 2, &["--python 3.6", "3.7 or newer"]);
    refused(&["lesson", "8.5", "--python", "3.11,,3.13"], 2, &["an entry of the list is empty"]);
    refused(&["lesson", "8.5", "--timeout", "soon"], 2, &["soon"]);
    refused(&["lesson", "8.5", "--mystery"], 2, &["no mystery", "8.2"]);
    refused(&["lesson", "8.2", "--mystery=soon"], 2, &["a whole number"]);
    refused(&["lesson", "8.5", "--between", "9..7"], 2, &["nothing lies between 9 and 7"]);
    refused(&["lesson", "8.5", "--predict", "list_dict"], 2, &["list_dict", "VARIANT=BYTES"]);
    refused(&["lesson", "8.5", "--watch", "--json"], 2, &["--watch", "--json"]);
    refused(&["hint", "9.9"], 2, &["no section `9.9`"]);
    refused(&["completions", "tcsh"], 2, &["tcsh", "bash"]);
    refused(&["leson"], 2, &["lesson"]);
    refused(&["new-lesson", "Topic"], 2, &["8.10-my-topic"]);
    refused(&["new-lesson", "8.5.2-again"], 2, &["8.5.2", "already"]);
}

/// What is no wrong word but is missing on this machine has another status, and the text says how to get
/// it. Nothing is built before that is said.
#[test]
fn an_interpreter_that_is_missing_is_named() {
    refused(
        &["lesson", "8.5", "--python", "3.999"],
        3,
        &["no CPython 3.999 on PATH", "uv python install 3.999"],
    );
    refused(
        &["lesson", "8.5", "--python", "/no/such/python"],
        3,
        &["/no/such/python does not start", "the path of"],
    );
    refused(&["lesson", "8.5", "--python", "/bin/sh"], 3, &["/bin/sh is not CPython 3"]);
    let output = xtask(&workspace(), &["lesson", "8.5", "--python", "3.999"]);
    assert!(!stderr(&output).contains("Finished"), "{}", stderr(&output));
}

/// Two names of one interpreter would give two runs of one name.
#[test]
fn one_version_twice_is_refused() {
    let Some(program) = run::python3() else { return };
    let twice = format!("{program},{program}");
    refused(&["lesson", "8.5", "--python", &twice], 2, &[&program, "are both CPython 3.", "once"]);
}

/// Whoever wants to be asked needs a terminal; nothing is built before that is said.
#[test]
fn a_prediction_is_asked_on_a_terminal_alone() {
    let mut command = run::xtask(&workspace());
    let output =
        command.args(["lesson", "8.5", "--predict"]).stdin(std::process::Stdio::null()).output().unwrap();
    ends_with(&output, 2);
    let said = stderr(&output);
    assert!(said.contains("on a terminal") && said.contains("list_dict=2.6GB"), "{said}");
    assert!(!said.contains("Finished"), "{said}");
}

#[test]
fn an_unknown_variant_names_the_near_one() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let out = out.to_str().unwrap();
    refused(
        &["lesson", "8.5", "--variant", "pakced", "--out", out],
        2,
        &["`pakced`", "`packed`", "list_dict"],
    );
    assert!(names(home.path()).is_empty(), "nothing is left behind");
}

#[test]
fn options_of_other_lessons_are_named() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let out = out.to_str().unwrap();
    refused(
        &["lesson", "8.6", "--log", "access.log", "--out", out],
        2,
        &["--log: section 8.6", "lesson 8.7 does"],
    );
    refused(&["lesson", "8.6", "--bytes", "1MB", "--out", out], 2, &["lesson 8.6 counts", "--rows"]);
    refused(&["lesson", "8.7", "--bytes", "10TB"], 2, &["`10TB` is no size", "10GB"]);
    refused(&["lesson", "8.7", "--bytes", "1MB", "--rows", "7"], 2, &["--rows"]);
    assert!(names(home.path()).is_empty(), "nothing is left behind");
}

#[test]
fn a_log_that_cannot_be_counted_is_named() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let out = out.to_str().unwrap();
    refused(
        &["lesson", "8.7", "--log", "/nowhere/access.log", "--out", out],
        2,
        &["/nowhere/access.log", "No such file"],
    );
    refused(&["lesson", "8.7", "--log", home.path().to_str().unwrap(), "--out", out], 2, &["a directory"]);
    let log = home.path().join("access.log");
    std::fs::write(&log, "1.2.3.4 - -\n").unwrap();
    refused(
        &["lesson", "8.7", "--log", log.to_str().unwrap(), "--bytes", "1k", "--out", out],
        2,
        &["12 bytes"],
    );
    assert_eq!(names(home.path()), ["access.log"]);
}

#[test]
fn a_missing_python_is_a_lack_of_the_machine() {
    let home = tempfile::tempdir().unwrap();
    let output = run::xtask(&workspace())
        .args(["lesson", "8.5", "--python", "yes", "--out"])
        .arg(home.path().join("report"))
        .env("HEAPLAB_PYTHON", "/nowhere/python3")
        .output()
        .unwrap();
    ends_with(&output, 3);
    assert!(stderr(&output).contains("HEAPLAB_PYTHON") && stderr(&output).contains("--python no"));
}

#[test]
fn an_out_that_is_not_ours_is_never_replaced() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("thesis.tex"), "years of work").unwrap();
    let out = home.path().to_str().unwrap();
    refused(&["lesson", "8.5", "--out", out], 2, &["no report of ours", "not replaced"]);
    let file = home.path().join("thesis.tex");
    refused(&["lesson", "8.5", "--out", file.to_str().unwrap()], 2, &["is a file"]);
    refused(&["lesson", "8.5", "--out", "/proc/heaplab"], 2, &["cannot write to /proc", "--out"]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "years of work");
    assert_eq!(names(home.path()), ["thesis.tex"]);
}

/// A small file system that is really full or really read-only; making one takes root.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn tmpfs(place: &'a Path, options: &str) -> Option<Mounted<'a>> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(place);
        mount.output().is_ok_and(|output| output.status.success()).then_some(Mounted(place))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).output();
    }
}

#[test]
fn a_full_disk_is_said_before_anything_is_measured() {
    let home = tempfile::tempdir().unwrap();
    let Some(mounted) = Mounted::tmpfs(home.path(), "size=256k") else {
        return skipped("a file system of its own takes root and mount");
    };
    let out = mounted.0.join("report");
    refused(&["lesson", "8.5", "--out", out.to_str().unwrap()], 3, &["is full", "--out"]);
    assert!(names(mounted.0).is_empty());
}

#[test]
fn a_read_only_folder_is_said_and_its_report_stays() {
    let home = tempfile::tempdir().unwrap();
    let Some(mounted) = Mounted::tmpfs(home.path(), "size=1m") else {
        return skipped("a file system of its own takes root and mount");
    };
    let reports = mounted.0.join("8.5");
    std::fs::create_dir(&reports).unwrap();
    std::fs::write(reports.join("report.json"), r#"{"schema":"heaplab/report/v1"}"#).unwrap();
    let remount = Command::new("mount").args(["-o", "remount,ro"]).arg(mounted.0).status().unwrap();
    assert!(remount.success());
    refused(&["lesson", "8.5", "--out", reports.to_str().unwrap()], 2, &["cannot write to", "another --out"]);
    assert_eq!(names(&reports), ["report.json"]);
}

#[test]
fn outside_a_workspace_it_says_where_to_run() {
    let home = tempfile::tempdir().unwrap();
    let output = xtask(home.path(), &["lessons"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("heaplab's folder"), "{}", stderr(&output));
}
