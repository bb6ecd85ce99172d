//! `heaplab run --fail-above`: what a CI job is told.

use crate::tool::{ends_with, leak, report, run, stderr};

#[test]
fn a_broken_limit_is_status_1_and_names_figure_limit_and_lines() {
    let home = tempfile::tempdir().unwrap();
    let limits = ["--fail-above", "peak=500kB", "--fail-above", "end=0", "--fail-above", "total=1GB"];
    let output = run(home.path(), &[&["run", "-q"], &limits[..], &["--", leak()]].concat());
    ends_with(&output, 1);
    let said = stderr(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with(
            "error: leak: 500 kB (500,064 bytes) live at the peak is above the limit of --fail-above peak=500kB."
        ),
        "{said}"
    );
    assert!(lines[1].starts_with("      500 kB  remember ") && lines[1].contains("leak.c:"), "{said}");
    assert!(lines[2].trim_start().starts_with("64 B  forget "), "{said}");
    assert!(
        lines[3].contains("500,000 bytes) live at the end is above") && lines[3].contains("end=0"),
        "{said}"
    );
    assert!(!said.contains("total="), "a limit that holds is not named: {said}");
    let report = report(&home.path().join("heaplab-report/leak"));
    assert_eq!(report["runs"][0]["heap"]["peak_bytes"], 500_064, "the report is there all the same");
}

#[test]
fn a_limit_is_what_may_be_reached_and_sums_are_of_all_processes() {
    let home = tempfile::tempdir().unwrap();
    for (limit, program, status) in [
        ("peak=500064", &[leak()][..], 0),
        ("peak=500063", &[leak()], 1),
        ("blocks=600", &[leak()], 0),
        ("blocks=600", &[leak(), "child"], 1),
        ("blocks=601", &[leak(), "child"], 0),
        ("total=511400", &[leak(), "child"], 0),
        ("total=511399", &[leak(), "child"], 1),
        // The child's peak is of another moment, so it is not added.
        ("peak=500064", &[leak(), "child"], 0),
    ] {
        let output = run(home.path(), &[&["run", "-q", "--fail-above", limit, "--"], program].concat());
        assert_eq!(output.status.code(), Some(status), "{limit} {program:?}: {}", stderr(&output));
    }
}
