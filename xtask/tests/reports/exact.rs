//! Counts and peaks of single-threaded variants are equal on every run, and the three counting probes agree by the rule.

use crate::run::{report_of, runs, small_report, target};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Every section whose variants allocate on one thread, and a scale at which all probes can run.
const SECTIONS: [(&str, &str); 6] =
    [("8.1", "1000"), ("8.2", "1000"), ("8.3", "100"), ("8.5", "10000"), ("8.6", "1000"), ("8.9", "1000")];

/// The Rust variants of every section, measured once for all tests, and the folder with a report a section.
fn sections() -> &'static (PathBuf, Vec<Value>) {
    static MEASURED: OnceLock<(PathBuf, Vec<Value>)> = OnceLock::new();
    MEASURED.get_or_init(|| {
        // Under target/: what is static is never dropped, and a temporary folder would stay.
        let home = target().join("tmp/exact");
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(&home).expect("the folder can be made");
        let of = |&(section, rows): &(&str, &str)| {
            report_of(section, rows, &home.join(section), &["--python", "no"])
        };
        let reports = SECTIONS.iter().map(of).collect();
        (home, reports)
    })
}

#[test]
fn five_runs_of_five_count_the_same() {
    let home = tempfile::tempdir().unwrap();
    let exact = |report: &Value| -> Vec<(String, Value)> {
        runs(report)
            .into_iter()
            .map(|(_, variant, run)| {
                let mut heap = run["heap"].clone();
                let heap_fields = heap.as_object_mut().unwrap();
                heap_fields.remove("wall_ns");
                heap_fields.remove("slowdown");
                heap_fields.remove("memory_cost_bytes");
                let figures = serde_json::json!({"counts": run["counts"], "dhat": run["dhat"], "heap": heap});
                (format!("{variant} {}", run["checksum"]), figures)
            })
            .collect()
    };
    let first = exact(&small_report(&home.path().join("0"), &["--python", "no"]));
    assert!(first.len() >= 12 && first.iter().all(|(_, figures)| figures["dhat"]["peak_bytes"].is_u64()));
    for again in 1..5 {
        let next = exact(&small_report(&home.path().join(again.to_string()), &["--python", "no"]));
        assert_eq!(first, next, "run {again}");
    }
}

#[test]
fn three_probes_reconcile_at_one_scale() {
    let (home, reports) = sections();
    let mut grown = 0;
    for (_, variant, run) in reports.iter().flat_map(runs) {
        let (heap, dhat, counts) = (&run["heap"], &run["dhat"], &run["counts"]);
        assert_eq!(dhat["rows"], heap["rows"], "{variant}: this run is small enough for one scale");
        let of =
            |probe: &Value, field: &str| probe[field].as_i64().unwrap_or_else(|| panic!("{variant} {field}"));
        let births = of(heap, "total_blocks");
        let reallocations = of(heap, "reallocations");
        grown += of(counts, "bytes_reallocated");
        // dhat counts a reallocation as a new block of its whole new size; the recorder and stats_alloc add the growth.
        assert_eq!(of(dhat, "total_blocks"), births + reallocations, "{variant}");
        let rule = &run["reconciliation"];
        let birth_bytes = of(heap, "total_bytes") - of(rule, "heap_grown_bytes");
        assert_eq!(of(dhat, "total_bytes"), birth_bytes + of(heap, "reallocated_bytes"), "{variant}");
        for field in ["peak_bytes", "peak_blocks", "end_bytes", "end_blocks"] {
            assert_eq!(of(dhat, field), of(heap, field), "{variant} {field}");
        }
        assert_eq!(of(counts, "allocations"), births, "{variant}");
        assert_eq!(of(counts, "reallocations"), reallocations, "{variant}");
        assert_eq!(of(counts, "bytes_allocated"), of(heap, "total_bytes"), "{variant}");
        let live = of(counts, "bytes_allocated") - of(counts, "bytes_deallocated");
        assert_eq!(live, of(heap, "end_bytes"), "{variant}");
        assert_eq!(rule["agrees"], true, "{variant}");
    }
    assert!(grown > 0, "nothing grew: the rule was not put to the test");
    let summary = std::fs::read_to_string(home.join("8.5/summary.md")).unwrap();
    assert!(summary.contains("dhat counts each reallocation"), "the report says the rule");
}

/// The recorder walks frame pointers, dhat unwinds by tables; they share no line of code. Stack by stack they must agree.
#[test]
fn the_recorder_and_dhat_agree_stack_by_stack() {
    let (home, reports) = sections();
    let mut stacks = 0;
    for ((section, _), report) in SECTIONS.iter().zip(reports) {
        stacks += stacks_that_agree(report, &home.join(section));
    }
    assert!(stacks > 100, "{stacks}");
}

fn stacks_that_agree(report: &Value, out: &std::path::Path) -> usize {
    use heaplab_profile::{Measure, dhat, folded};
    let mut stacks = 0;
    for (_, variant, run) in runs(report) {
        let read = |file: &str| {
            std::fs::read_to_string(out.join(format!("{variant}.{file}")))
                .expect("each variant has its files")
        };
        let profile = dhat::read(&read("dhat.json")).expect("it is DHAT").trim_stacks();
        let by_dhat = folded::write_folded(&profile, Measure::PeakBytes);
        let by_recorder = read("folded");
        assert_eq!(by_recorder, by_dhat, "{variant}");
        stacks += by_recorder.lines().count();

        let sites = run["heap"]["sites"].as_array().expect("a report has it");
        let sum = |field: &str| {
            sites.iter().map(|site| site[field].as_u64().expect("a report has it")).sum::<u64>()
        };
        assert_eq!(
            sum("at_peak_bytes"),
            run["heap"]["peak_bytes"].as_u64().expect("a report has it"),
            "{variant}"
        );
        assert_eq!(
            sum("total_bytes"),
            run["heap"]["total_bytes"].as_u64().expect("a report has it"),
            "{variant}"
        );
        assert_eq!(run["heap"]["slow_walks"], 0, "{variant}: its stacks have frame pointers throughout");
    }
    stacks
}
