//! What a report's folder holds, and that the same run gives the same bytes but for times, RSS and
//! the environment.

use crate::run::{self, names, small_report};
use crate::small_reports::repeated_runs;
use serde_json::Value;
use std::path::Path;

#[test]
fn the_same_run_gives_the_same_bytes() {
    let [first, second, ..] = repeated_runs() else { panic!("nothing was measured") };
    let (one, other) = (&first.folder, &second.folder);
    assert_eq!(steady(first.report.clone()), steady(second.report.clone()));
    let mut compared = 0;
    for name in names(one) {
        let read = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
        if name.ends_with(".dhat.json") {
            let parsed = |folder| steady(serde_json::from_slice::<Value>(&read(folder)).unwrap());
            assert_eq!(parsed(one), parsed(other), "{name}");
        } else if ["comparison.svg", "live.svg", "live.csv"].contains(&name.as_str())
            || [".folded", ".flamegraph.svg", ".speedscope.json", ".firefox.json", ".pprof.pb.gz"]
                .iter()
                .any(|end| name.ends_with(end))
        {
            assert_eq!(read(one), read(other), "{name}");
        } else {
            continue;
        }
        compared += 1;
    }
    assert_eq!(compared, 12 * 6 + 3);
}

/// Without what may differ: times, RSS and the environment.
fn steady(mut value: Value) -> Value {
    const MAY_DIFFER: [&str; 14] = [
        "created_at",
        "environment",
        "plain",
        "wall_ns",
        "slowdown",
        "memory_cost_bytes",
        "resident",
        "phases",
        "attachments",
        "claims",
        "te",
        "tg",
        "tl",
        "at_ns",
    ];
    match &mut value {
        Value::Object(fields) => {
            fields.retain(|name, _| !MAY_DIFFER.contains(&name.as_str()));
            for field in fields.values_mut() {
                *field = steady(field.take());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = steady(item.take())),
        _ => {}
    }
    value
}

#[test]
fn a_report_has_every_file_and_key_of_the_design() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let report = small_report(&out, &["--python", "no", "--variant", "list_dict,packed"]);
    let mut expected = [
        "comparison.png",
        "comparison.svg",
        "live.csv",
        "live.png",
        "live.svg",
        "report.html",
        "report.json",
        "summary.md",
    ]
    .map(str::to_owned)
    .to_vec();
    for variant in ["list_dict", "packed"] {
        let files =
            ["dhat.json", "firefox.json", "flamegraph.svg", "folded", "pprof.pb.gz", "speedscope.json"];
        expected.extend(files.map(|file| format!("{variant}.{file}")));
    }
    expected.sort();
    let found: Vec<String> = names(&out).into_iter().filter(|name| !name.starts_with("curve.")).collect();
    assert_eq!(found, expected, "curves are there only for runs long enough to be sampled ten times");

    assert_eq!(report["schema"], "heaplab/report/v1");
    assert_eq!((report["lesson"].as_str(), report["rows_requested"].as_u64()), (Some("8.5"), Some(10_000)));
    for key in ["os", "cpu", "cores", "memory_bytes", "rustc", "commit", "frame_pointers"] {
        assert!(!report["environment"][key].is_null(), "environment.{key}");
    }
    assert_eq!(report["goal"]["met"], true);
    let run = &report["runs"][0]; // the baseline stands first in its section
    assert_eq!((run["section"].as_str(), run["variant"].as_str()), (Some("8.5.2"), Some("list_dict")));
    let keys = [
        (
            "plain",
            vec!["repetitions", "wall_ns", "peak_rss_bytes", "peak_rss_anon_bytes", "peak_rss_file_bytes"],
        ),
        (
            "counts",
            vec!["allocations", "deallocations", "reallocations", "bytes_allocated", "bytes_deallocated"],
        ),
        (
            "dhat",
            vec![
                "rows",
                "total_blocks",
                "total_bytes",
                "peak_blocks",
                "peak_bytes",
                "end_blocks",
                "end_bytes",
            ],
        ),
        (
            "heap",
            vec!["rows", "total_blocks", "total_bytes", "peak_blocks", "peak_bytes", "end_bytes", "wall_ns"],
        ),
    ];
    for (probe, fields) in keys {
        for field in fields {
            assert!(!run[probe][field].is_null(), "{probe}.{field}");
        }
    }
    let claims = report["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["text"] == "list + dict takes 1.1 GB").unwrap();
    assert_eq!(
        (claim["says_bytes"].as_u64(), claim["says_rows"].as_u64()),
        (Some(1_100_000_000), Some(10_000_000))
    );
    assert!(claim["holds"].is_null(), "CPython did not run");
    assert!(claim["why"].as_str().unwrap().contains("has no run"));
}

#[test]
fn frames_read_as_in_the_source() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    small_report(&out, &["--python", "no", "--variant", "list_dict"]);
    let folded = std::fs::read_to_string(out.join("list_dict.folded")).unwrap();
    assert!(folded.lines().all(|line| line.starts_with("slots_vs_maps::list_dict")), "{folded}");
    for noise in ["heaplab_", "dhat", "__rust", "lang_start", "alloc::alloc::", "0x"] {
        assert!(!folded.contains(noise), "{noise} in\n{folded}");
    }
    let svg = std::fs::read_to_string(out.join("list_dict.flamegraph.svg")).unwrap();
    assert!(svg.contains("程序员晚枫") && svg.contains("slots_vs_maps::list_dict"));
}

#[test]
fn both_languages_and_json() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("report");
    let output = run::xtask(&run::workspace())
        .args([
            "lesson",
            "8.5.2",
            "--rows",
            "10000",
            "--python",
            "no",
            "--variant",
            "slots",
            "--json",
            "--out",
        ])
        .arg(&out)
        .env("LANG", "zh_CN.UTF-8")
        .output()
        .unwrap();
    run::ends_with(&output, 0);
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, run::report(&out), "standard output is report.json and nothing else");
    assert_eq!(printed["language"], "zh");
    assert!(printed["goal"]["met"].is_null(), "without the baseline there is nothing to judge");
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("<html lang=\"zh") && page.contains("一千万行") && page.contains("每行一个结构体"));
}
