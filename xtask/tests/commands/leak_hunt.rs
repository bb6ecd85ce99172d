//! The classifier on the variants of lesson 8.2, through the real binary; and a puzzle that keeps
//! its secret.

use crate::run::{ends_with, names, report, run, runs, stdout, workspace};
use serde_json::Value;
use std::path::Path;

/// Each fault's lines, which alone may grow, and what the variant is judged to be.
const FAULTS: [(&str, &str, &str); 6] = [
    ("cache_unbounded", "replies.rs", "unbounded-growth"),
    ("listener_kept", "notices.rs", "unbounded-growth"),
    ("rc_cycle", "documents.rs", "refcount-cycle"),
    ("box_leak", "tenants.rs", "unbounded-growth"),
    ("slow_reader", "journal.rs", "unbounded-growth"),
    ("thread_grows", "scratch.rs", "unbounded-growth"),
];

/// Six repairs, and what is no leak with its own.
const HEALTHY: [&str; 8] = [
    "cache_bounded",
    "listener_ended",
    "rc_weak",
    "box_owned",
    "reader_awaited",
    "thread_cleared",
    "looks_like_leak",
    "looks_trimmed",
];

fn small(out: &Path, more: &[&str]) -> (Value, String) {
    let mut arguments = vec!["lesson", "8.2", "--python", "no", "--out", out.to_str().expect("a plain name")];
    arguments.extend(more);
    let output = run(&workspace(), &arguments);
    ends_with(&output, 0);
    (report(out), stdout(&output))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn every_variant_is_judged_rightly_site_by_site() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let (report, shown) = small(&out, &["--quick"]);
    let mut judged = 0;
    for (_, variant, run) in runs(&report) {
        let sites = run["growth"]["sites"].as_array().expect("every variant is judged");
        let grows = |site: &Value| ["unbounded-growth", "refcount-cycle"].contains(&text(site, "class"));
        assert!(sites.iter().all(|site| text(site, "class") != "unknown"), "{variant}: {sites:#?}");
        let first = sites.first().expect("it has a site");
        if let Some((_, file, class)) = FAULTS.iter().find(|(fault, ..)| *fault == variant) {
            assert_eq!(text(first, "class"), *class, "{variant}");
            let own = |site: &Value| text(site, "location").contains(&format!("/src/{file}:"));
            assert!(own(first), "{variant}: {first:#}");
            for site in sites {
                assert!(!grows(site) || own(site), "{variant}: healthy code is accused: {site:#}");
                assert!(!grows(site) || text(site, "class") == *class, "{variant}: {site:#}");
            }
            judged += 1;
        } else if HEALTHY.contains(&variant) {
            assert!(!sites.iter().any(grows), "{variant}: {sites:#?}");
            assert_eq!(text(first, "class"), "bounded-cache", "{variant}");
            judged += 1;
        }
        let line = shown.lines().find(|line| line.starts_with(&format!("{variant}: ")));
        assert!(line.is_some_and(|line| line.contains(" B per request, sure ")), "{variant}: {line:?}");
    }
    assert_eq!(judged, 14);
    who_could_still_free_it(&report);
    the_classifier_is_measured(&report);
    let files = names(&out);
    for part in ["leaks", "window-1", "window-4", "difference"] {
        assert!(files.contains(&format!("rc_cycle.{part}.flamegraph.svg")), "{part}: {files:?}");
    }
    assert!(files.contains(&"growth-rc-cycle.svg".to_owned()), "{files:?}");
}

/// A drop frees what the service owns, and neither a cycle, nor what was leaked, nor what a thread
/// keeps.
fn who_could_still_free_it(report: &Value) {
    for (_, variant, run) in runs(report) {
        let left = match variant {
            "rc_cycle" | "box_leak" | "thread_grows" => "kept",
            "cache_unbounded" | "listener_kept" | "slow_reader" => "freed",
            _ => continue,
        };
        assert_eq!(text(&run["growth"]["sites"][0], "teardown"), left, "{variant}");
    }
}

/// At least 200 cases, and 0.95 of recall and precision a class, *unknown* counted as wrong.
fn the_classifier_is_measured(report: &Value) {
    let table = &report["classifier"];
    assert!(table["cases"].as_u64() >= Some(200), "{table}");
    let rows = table["rows"].as_array().expect("a row a class");
    assert_eq!(rows.len(), 5);
    for row in rows {
        for share in ["recall", "precision"] {
            assert!(row[share].as_f64().is_some_and(|share| share >= 0.95), "{share} {row}");
        }
    }
}

#[test]
fn a_mystery_keeps_its_secret_and_judges_answers() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("puzzle");
    let (report, shown) = small(&out, &["--mystery=7", "--rows", "400"]);
    assert_eq!(report["mystery"]["seed"], 7);
    let shown_names: Vec<&str> = runs(&report).into_iter().map(|(_, variant, _)| variant).collect();
    assert_eq!(shown_names, (1..=7).map(|number| format!("mystery-{number}")).collect::<Vec<_>>());
    let secrets = || FAULTS.iter().map(|(fault, ..)| *fault).chain(["looks_like_leak"]);
    for name in names(&out) {
        let Ok(file) = std::fs::read_to_string(out.join(&name)) else { continue };
        for secret in secrets() {
            assert!(!file.contains(secret) && !name.contains(secret), "{name} says {secret}");
        }
        assert!(!file.contains("refcount-cycle"), "{name} has a verdict");
    }
    // But for the example of an answer, which is no answer.
    let asked = shown.lines().filter(|line| !line.contains("--solve")).collect::<String>();
    assert!(secrets().all(|secret| !asked.contains(secret)), "{shown}");
    assert!(report.to_string().contains("replies.rs:"), "the line is there to be found");

    let solve = |answer: &str| {
        run(&workspace(), &["lesson", "8.2", "--solve", answer, "--out", out.to_str().expect("a plain name")])
    };
    let told = stdout(&solve("all"));
    let answer = told.lines().find(|line| line.ends_with(" is rc_cycle")).expect("one of them is");
    let number = answer.split_once(' ').expect("NUMBER is VARIANT").0;
    let right = solve(&format!("{number}=rc_cycle"));
    ends_with(&right, 0);
    assert!(stdout(&right).contains("right"));
    ends_with(&solve(&format!("{number}=box_leak")), 1);
    ends_with(&solve(&format!("{number}=no_such_variant")), 2);
}
