//! `cargo xtask bench recorder` through the real binary, at a scale where no time means anything.

mod run;

use run::{ends_with, names, report_named, stderr, stdout, workspace};

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
