//! `heaplab export`: every format, of recordings and of reports.

use crate::tool::{ends_with, leak, names, run, stderr, stdout};
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

const FORMATS: [(&str, &str); 5] = [
    ("dhat", "dhat.json"),
    ("speedscope", "speedscope.json"),
    ("folded", "folded"),
    ("firefox", "firefox.json"),
    ("pprof", "pprof.pb.gz"),
];

fn record(home: &Path, child: &[&str]) {
    ends_with(&run(home, &[&["run", "-q", "--keep", "--", leak()], child].concat()), 0);
}

#[test]
fn a_recording_and_its_report_give_the_same_file_in_every_format() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &[]);
    let place = home.path().join("heaplab-report/leak");
    std::fs::copy(place.join("recordings/leak.raw"), home.path().join("kept.raw")).unwrap();
    std::fs::remove_dir_all(place.join("recordings")).unwrap();
    for (format, ending) in FORMATS {
        let of_report = std::fs::read(place.join(format!("leak.{ending}"))).unwrap();
        for named in ["heaplab-report/leak", "heaplab-report/leak/report.json", "kept.raw"] {
            let output = run(home.path(), &["export", "--format", format, named]);
            ends_with(&output, 0);
            assert!(output.stdout == of_report, "{format} of {named}");
        }
    }
}

#[test]
fn the_sums_are_those_of_the_program() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &[]);
    let export = |format: &str| {
        let output = run(home.path(), &["export", "--format", format, "heaplab-report/leak"]);
        ends_with(&output, 0);
        output.stdout
    };
    let folded = String::from_utf8(export("folded")).unwrap();
    assert_eq!(folded, "forget 64\nremember 500000\n");
    let dhat: Value = serde_json::from_slice(&export("dhat")).unwrap();
    let sum = |field: &str| -> u64 {
        dhat["pps"].as_array().unwrap().iter().map(|point| point[field].as_u64().unwrap()).sum()
    };
    assert_eq!(["tbk", "tb", "gb", "eb"].map(sum), [600, 506_400, 500_064, 500_000]);
    let speedscope: Value = serde_json::from_slice(&export("speedscope")).unwrap();
    let shown: Vec<u64> = speedscope["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| profile["endValue"].as_u64().unwrap())
        .collect();
    assert_eq!(shown, [500_064, 500_000, 506_400]);
    let firefox: Value = serde_json::from_slice(&export("firefox")).unwrap();
    assert_eq!(firefox["threads"].as_array().unwrap().len(), 3);
    let mut pprof = Vec::new();
    flate2::read::GzDecoder::new(export("pprof").as_slice()).read_to_end(&mut pprof).unwrap();
    let has = |text: &[u8]| pprof.windows(text.len()).any(|window| window == text);
    assert!(has(b"remember") && has(b"alloc_space") && has(b"peak_space"));
}

#[test]
fn of_several_processes_one_is_chosen_or_all_go_into_a_folder() {
    let home = tempfile::tempdir().unwrap();
    record(home.path(), &["child"]);
    let output = run(home.path(), &["export", "--format", "folded", "heaplab-report/leak"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("there are 2 processes: leak, leak.2; choose one with --process"));
    let one = ["export", "--format", "folded", "--process", "leak.2", "heaplab-report/leak"];
    let output = run(home.path(), &one);
    ends_with(&output, 0);
    assert!(stdout(&output).ends_with("main 5000\n"), "{}", stdout(&output));
    let all = ["export", "--format", "pprof", "--out", "files", "heaplab-report/leak"];
    ends_with(&run(home.path(), &all), 0);
    assert_eq!(names(&home.path().join("files")), ["leak.2.pprof.pb.gz", "leak.pprof.pb.gz"]);
    let output = run(home.path(), &["export", "--format", "folded", "--process", "x", "heaplab-report/leak"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("there is no process `x`; there are leak, leak.2"));
}

#[test]
fn files_of_other_tools_are_converted_as_far_as_they_say_enough() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("a.folded"), "main;load 70\nmain;parse 5\n").unwrap();
    let output = run(home.path(), &["export", "--format", "speedscope", "--out", "a.json", "a.folded"]);
    ends_with(&output, 0);
    let output = run(home.path(), &["export", "--format", "folded", "a.json"]);
    ends_with(&output, 0);
    assert_eq!(stdout(&output), "main;load 70\nmain;parse 5\n");
    let output = run(home.path(), &["export", "--format", "dhat", "a.folded"]);
    ends_with(&output, 2);
    assert!(stderr(&output).contains("only heaplab's recordings have"), "{}", stderr(&output));
}
