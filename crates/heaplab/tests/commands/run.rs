//! `heaplab run`: the report, what is printed, and the exit status.

use crate::tool::{ends_with, heaplab, leak, names, processes, report, run, stderr, stdout};
use serde_json::Value;

#[test]
fn a_program_is_reported_in_the_current_folder_with_its_children() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["run", "--", leak(), "child"]);
    ends_with(&output, 0);
    let shown = stdout(&output);
    assert!(shown.starts_with("malloc\n"), "the program's own words come first: {shown}");
    assert!(shown.contains("leak.c:") && shown.contains("remember"), "{shown}");
    assert!(shown.contains("Report: heaplab-report/leak/report.html"), "{shown}");
    assert_eq!(names(home.path()), ["heaplab-report"]);
    let place = home.path().join("heaplab-report/leak");
    let report = report(&place);
    assert_eq!(processes(&report), ["leak", "leak.2"]);
    let figures = |at: usize| {
        let heap = &report["runs"][at]["heap"];
        ["total_blocks", "total_bytes", "peak_bytes", "end_blocks", "end_bytes"]
            .map(|name| heap[name].as_u64().unwrap())
    };
    assert_eq!(figures(0), [600, 506_400, 500_064, 500, 500_000]);
    assert_eq!(figures(1), [1, 5000, 5000, 0, 0]);
    let site = &report["runs"][0]["heap"]["sites"][0];
    assert_eq!((&site["function"], &site["end_bytes"]), (&"remember".into(), &500_000.into()));
    for ending in ["dhat.json", "speedscope.json", "folded", "firefox.json", "pprof.pb.gz", "flamegraph.svg"]
    {
        assert!(place.join(format!("leak.{ending}")).is_file(), "{ending}");
    }
    // A second run replaces the report, and nothing else in its folder.
    std::fs::write(place.join("notes.txt"), "mine").unwrap();
    ends_with(&run(home.path(), &["run", "--no-follow", "--", leak(), "child"]), 0);
    assert_eq!(processes(&self::report(&place)), ["leak"], "the child was not recorded");
    assert!(place.join("notes.txt").is_file() && !place.join("leak.2.folded").exists());
    assert_eq!(names(&home.path().join("heaplab-report")), ["leak"], "nothing temporary is left");
}

#[test]
fn standard_output_belongs_to_json_or_to_the_program_alone() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["run", "--json", "--out", "here", "--", leak()]);
    ends_with(&output, 0);
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, report(&home.path().join("here")));
    assert!(stderr(&output).contains("malloc\n"), "the program's words go to standard error");
    let output = run(home.path(), &["run", "--quiet", "--out", "here", "--", leak()]);
    ends_with(&output, 0);
    assert_eq!((stdout(&output).as_str(), stderr(&output).as_str()), ("malloc\n", ""));
}

#[test]
fn the_users_own_choice_for_cpython_stands() {
    let home = tempfile::tempdir().unwrap();
    let mut command = heaplab(home.path());
    let output = command.env("PYTHONMALLOC", "debug").args(["run", "-q", "--", leak()]).output().unwrap();
    assert_eq!(stdout(&output), "debug\n");
}

#[test]
fn every_object_of_cpython_is_a_block() {
    let home = tempfile::tempdir().unwrap();
    let script = "kept = [object() for _ in range(50_000)]";
    let blocks = |variable: Option<&str>| -> u64 {
        let mut command = heaplab(home.path());
        command.args([
            "run",
            "--quiet",
            "--no-follow",
            "--out",
            "report",
            "--",
            "/usr/bin/python3",
            "-c",
            script,
        ]);
        command.envs(variable.map(|value| ("PYTHONMALLOC", value)));
        ends_with(&command.output().unwrap(), 0);
        report(&home.path().join("report"))["runs"][0]["heap"]["peak_blocks"].as_u64().unwrap()
    };
    let (objects, arenas) = (blocks(None), blocks(Some("pymalloc")));
    assert!(objects > 50_000 && arenas < 20_000, "{objects} {arenas}");
}

#[test]
fn the_programs_failure_is_reported_and_has_its_report() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["run", "--", leak(), "fail"]);
    ends_with(&output, 1);
    assert!(
        stderr(&output).contains("leak: it ended with status 7; the report is of what it did until then")
    );
    let report = report(&home.path().join("heaplab-report/leak"));
    assert_eq!(report["failed"][0]["cause"], "it ended with status 7");
    assert_eq!(report["runs"][0]["heap"]["end_bytes"], 500_000);
}

#[test]
fn wrong_use_is_status_2_and_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, says) in [
        (&["run"][..], "<PROGRAM>"),
        (&["run", "--", "no-such-program"], "build it first"),
        (&["run", "--", "/"], "give the path of a program"),
        (&["run", "--fail-above", "rss=5", "--", "true"], "`rss` is no figure with a limit"),
        (&["run", "--cpu", "--keep", "--", "true"], "cannot be used with"),
        (&["report", "nothing"], "does not exist"),
        (&["report", "."], "there is no recording in ."),
        (&["export", "--format", "svg", "."], "possible values: dhat, speedscope, folded, firefox, pprof"),
        (&["diff", "nothing", "nothing"], "name a report's folder"),
    ] {
        let output = run(home.path(), arguments);
        ends_with(&output, 2);
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
    assert!(names(home.path()).iter().all(|name| name == "heaplab-report"), "nothing was made");
}

#[test]
fn a_program_that_cannot_be_recorded_is_named_before_it_runs() {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("a.c");
    std::fs::write(&source, "int main(void) { return 0; }").unwrap();
    let mut compiler = std::process::Command::new("cc");
    compiler.args(["-static", "-o"]).arg(home.path().join("alone")).arg(&source);
    assert!(compiler.status().unwrap().success());
    let output = run(home.path(), &["run", "--", "./alone"]);
    ends_with(&output, 2);
    let said = stderr(&output);
    assert!(
        said.starts_with("alone will not be recorded itself") && said.contains("linked statically"),
        "{said}"
    );
}
