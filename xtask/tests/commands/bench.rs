//! `cargo xtask bench` through the real binary, at a scale where no time means anything.

use crate::run::{self, ends_with, names, report_named, stderr, stdout, workspace};

#[test]
fn the_table_and_its_files_are_written_whatever_the_figures_are() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("bench");
    let place = out.to_str().unwrap();
    let few = ["bench", "recorder", "--rows", "2000", "--pairs", "1"];
    let ran = run::run(&workspace(), &[&few[..], &["--only", "slots", "--out", place]].concat());
    ends_with(&ran, 0);
    assert!(stdout(&ran).contains("heap / plain"), "{}", stdout(&ran));
    assert_eq!(names(&out), ["recorder.json", "recorder.md", "recorder.png", "recorder.svg"]);
    let bench = report_named(&out, "recorder.json");
    assert_eq!(bench["schema"], "heaplab/bench/v1");
    let comparisons = bench["comparisons"].as_array().unwrap();
    assert!(comparisons.iter().all(|of| of["workload"] == "slots"));
    for of in comparisons {
        // A peer that this machine lacks has a reason, and nothing else has.
        let is_measured = of["figures"].as_array().is_some_and(|figures| figures.len() == 1);
        assert_ne!(is_measured, of["not_measured"].is_string(), "{of}");
        if of["over"] == "heap" || of["over"] == "dhat" {
            assert!(is_measured && of["holds"].is_boolean() == of["wanted"].is_object(), "{of}");
        }
    }
    // A second run replaces the first.
    let ran = run::run(&workspace(), &[&few[..], &["--only", "handover", "--out", place, "--json"]].concat());
    ends_with(&ran, 0);
    let printed: serde_json::Value = serde_json::from_str(&stdout(&ran)).unwrap();
    assert_eq!(printed, report_named(&out, "recorder.json"));
    assert_eq!(printed["comparisons"][0]["workload"], "handover");
}

#[test]
fn an_unknown_name_is_wrong_use() {
    let ran = run::run(&workspace(), &["bench", "recorder", "--only", "slot"]);
    ends_with(&ran, 2);
    assert!(stderr(&ran).contains("`slot`") && stderr(&ran).contains("list_dict"), "{}", stderr(&ran));
}

/// At a scale where no time means anything: rows, counts and files are there, and what this machine
/// lacks is said.
#[test]
fn the_log_aggregator_is_held_against_its_oracle_and_peers() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("bench");
    let place = out.to_str().unwrap();
    let few = ["bench", "logagg", "--bytes", "4M", "--pairs", "1", "--out", place];
    let ran =
        run::run(&workspace(), &[&few[..], &["--only", "threads,spill,long-line,mawk,duckdb"]].concat());
    ends_with(&ran, 0);
    assert_eq!(names(&out), ["logagg.json", "logagg.md", "logagg.png", "logagg.svg"]);
    let bench = report_named(&out, "logagg.json");
    let comparisons = bench["comparisons"].as_array().unwrap();
    let of = |quantity: &'static str| comparisons.iter().filter(move |of| of["quantity"] == quantity);
    // The log itself, one long line, thirty times the addresses: every key's count is the oracle's.
    let differing: Vec<_> = of("keys_that_differ").map(|of| &of["figures"]).collect();
    assert_eq!(differing, [&serde_json::json!([0.0]); 3]);
    assert!(of("keys_that_differ").chain(of("peak_bytes")).all(|of| of["holds"] == true), "{bench}");
    assert_eq!((of("peak_bytes").count(), of("line_time_ratio").count()), (3, 1));
    for peer in of("byte_time_ratio") {
        // Counted the same as logagg, or not there and why.
        let name = peer["over"].as_str().unwrap();
        let is_measured = peer["figures"].as_array().unwrap().len() == 1;
        let said = peer["not_measured"].as_str().unwrap_or_default();
        assert!(is_measured != (said.contains(name) || said.contains("HEAPLAB_PYTHON")), "{peer}");
        let commands = bench["commands"].as_array().cloned().unwrap_or_default();
        assert_eq!(commands.iter().any(|command| command["name"] == name), is_measured);
    }
    // The other suite's files stay.
    let few = ["bench", "recorder", "--rows", "2000", "--pairs", "1", "--only", "handover", "--out", place];
    ends_with(&run::run(&workspace(), &few), 0);
    assert_eq!(names(&out).len(), 8);
}

/// Programs as they are installed: all do the same work with the recorder and without.
#[test]
fn programs_that_nobody_built_for_it_are_held_against_peers() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("bench");
    let few = ["bench", "programs", "--rows", "50", "--pairs", "1", "--out", out.to_str().unwrap()];
    let ran = run::run(&workspace(), &[&few[..], &["--only", "heaplab"]].concat());
    ends_with(&ran, 0);
    assert_eq!(names(&out), ["programs.json", "programs.md", "programs.png", "programs.svg"]);
    let bench = report_named(&out, "programs.json");
    let comparisons = bench["comparisons"].as_array().unwrap();
    let costs: Vec<_> =
        comparisons.iter().filter(|of| of["under"] == "plain" && of["quantity"] == "process_ratio").collect();
    assert_eq!(
        costs.iter().filter(|of| of["over"] == "heaplab").count(),
        9 + 1,
        "nine programs and their median"
    );
    for of in comparisons {
        let is_measured = of["figures"].as_array().is_some_and(|figures| !figures.is_empty());
        let said = of["not_measured"].as_str().unwrap_or_default();
        // What is installed does the same work; what is not, or was too short for CPU time, says so.
        let is_excused =
            ["installed", "HEAPLAB_PYTHON", "CPU time", "child"].iter().any(|why| said.contains(why));
        assert!(is_measured || is_excused, "{of}");
    }
}

#[test]
fn options_of_the_other_suite_are_wrong_use() {
    for (arguments, word) in [
        (["logagg", "--rows", "5"], "--bytes"),
        (["recorder", "--bytes", "4G"], "--rows"),
        (["logagg", "--bytes", "1M"], "at least"),
        (["logagg", "--only", "slots"], "mawk"),
        (["programs", "--bytes", "4G"], "--rows"),
        (["programs", "--only", "slots"], "sqlite3"),
    ] {
        let ran = run::run(&workspace(), &[&["bench"], &arguments[..]].concat());
        ends_with(&ran, 2);
        assert!(stderr(&ran).contains(word), "{}", stderr(&ran));
    }
}
