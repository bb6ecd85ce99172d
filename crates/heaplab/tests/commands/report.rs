//! `heaplab report` and `diff`: of recordings that were kept, and of a program that still runs.

use crate::tool::{ends_with, heaplab, leak, names, processes, report, run, stderr, stdout};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

/// A report without what is only known while the program runs.
fn without_ends(mut report: Value) -> Value {
    report["created_at"] = Value::Null;
    for run in report["runs"].as_array_mut().unwrap() {
        let process = run["heap"]["process"].as_object_mut().unwrap();
        process.remove("end");
        process.remove("resident_bytes");
    }
    report
}

#[test]
fn kept_recordings_give_the_same_report_again_and_stay() {
    let home = tempfile::tempdir().unwrap();
    ends_with(&run(home.path(), &["run", "--keep", "--", leak(), "child"]), 0);
    let place = home.path().join("heaplab-report/leak");
    assert_eq!(names(&place.join("recordings")), ["leak.2.raw", "leak.raw"]);
    let (first, page) = (report(&place), std::fs::read(place.join("leak.folded")).unwrap());
    for named in ["heaplab-report/leak", "heaplab-report/leak/recordings"] {
        let output = run(home.path(), &["report", named]);
        ends_with(&output, 0);
        assert!(stdout(&output).contains("remember"), "{}", stdout(&output));
        assert_eq!(without_ends(report(&place)), without_ends(first.clone()));
        assert_eq!(std::fs::read(place.join("leak.folded")).unwrap(), page);
        assert_eq!(
            names(&place.join("recordings")),
            ["leak.2.raw", "leak.raw"],
            "they were the report's own"
        );
    }
    let child = "heaplab-report/leak/recordings/leak.2.raw";
    ends_with(&run(home.path(), &["report", "--out", "child", child]), 0);
    assert_eq!(processes(&report(&home.path().join("child"))), ["leak"]);
    assert_eq!(report(&home.path().join("child"))["runs"][0]["heap"]["total_bytes"], 5000);
    // A run that keeps none has none: those of the run before would be of another program's run.
    ends_with(&run(home.path(), &["run", "--", leak()]), 0);
    assert!(!place.join("recordings").exists());
}

#[test]
fn a_profile_of_another_tool_is_no_recording() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.folded"), "main;load 70\n").unwrap();
    let output = run(home.path(), &["report", "a.folded"]);
    ends_with(&output, 2);
    assert!(
        stderr(&output).contains("`heaplab diff` compares profiles of other tools"),
        "{}",
        stderr(&output)
    );
}

/// The folder into which a running `heaplab run` records, beside the report's place.
fn recording_folder(reports: &Path) -> std::path::PathBuf {
    let staging = names(reports).into_iter().find(|name| name.ends_with(".part")).unwrap();
    reports.join(staging).join("runs")
}

#[test]
fn a_program_that_still_runs_can_be_reported() {
    let home = tempfile::tempdir().unwrap();
    let mut command = heaplab(home.path());
    command.args(["run", "--", leak(), "wait"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert_eq!(line, "malloc\n");
    let recordings = recording_folder(&home.path().join("heaplab-report"));
    let output = run(home.path(), &["report", "--out", "now", recordings.to_str().unwrap()]);
    ends_with(&output, 0);
    let now = report(&home.path().join("now"));
    assert_eq!(now["runs"][0]["heap"]["process"]["is_running"], true);
    assert_eq!(now["runs"][0]["heap"]["end_bytes"], 500_000);
    assert!(running.try_wait().unwrap().is_none(), "it goes on");
    running.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(running.wait().unwrap().success());
    let then = report(&home.path().join("heaplab-report/leak"));
    assert_eq!(then["runs"][0]["heap"]["process"]["is_running"], false);
}

#[test]
fn two_reports_or_their_recordings_are_compared() {
    let home = tempfile::tempdir().unwrap();
    ends_with(&run(home.path(), &["run", "-q", "--keep", "--out", "old", "--", leak()]), 0);
    ends_with(&run(home.path(), &["run", "-q", "--keep", "--out", "new", "--", leak(), "child"]), 0);
    let output = run(home.path(), &["diff", "--json", "old", "new"]);
    ends_with(&output, 0);
    let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(diff["only_new"], serde_json::json!(["leak.2"]));
    assert_eq!(
        diff["profiles"][0]["totals"]["peak_bytes"],
        serde_json::json!({"old": 500_064, "new": 500_064})
    );
    assert!(home.path().join("heaplab-report/diff/diff.md").is_file());
    let output = run(
        home.path(),
        &["diff", "--json", "new/recordings/leak.raw", "new/recordings/leak.2.raw", "--out", "two"],
    );
    ends_with(&output, 0);
    let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(diff["profiles"][0]["totals"]["peak_bytes"], serde_json::json!({"old": 500_064, "new": 5000}));
}
