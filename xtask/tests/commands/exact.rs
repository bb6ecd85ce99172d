//! Counts and peaks of single-threaded variants are equal on every run, and the three counting
//! probes agree by the rule.

use crate::run::runs;
use crate::small_reports::{repeated_runs, single_threaded_sections};
use serde_json::Value;

#[test]
fn five_runs_of_five_count_the_same() {
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
    let all: Vec<_> = repeated_runs().iter().map(|stored| exact(&stored.report)).collect();
    let [first, others @ ..] = &all[..] else { panic!("nothing was measured") };
    assert!(first.len() >= 12 && first.iter().all(|(_, figures)| figures["dhat"]["peak_bytes"].is_u64()));
    assert_eq!(others.len(), 4);
    for (index, next) in others.iter().enumerate() {
        assert_eq!(first, next, "run {}", index + 1);
    }
}

#[test]
fn three_probes_reconcile_at_one_scale() {
    let mut grown = 0;
    for (_, variant, run) in single_threaded_sections().flat_map(|stored| runs(&stored.report)) {
        let (heap, dhat, counts) = (&run["heap"], &run["dhat"], &run["counts"]);
        assert_eq!(dhat["rows"], heap["rows"], "{variant}: this run is small enough for one scale");
        let of =
            |probe: &Value, field: &str| probe[field].as_i64().unwrap_or_else(|| panic!("{variant} {field}"));
        let births = of(heap, "total_blocks");
        let reallocations = of(heap, "reallocations");
        grown += of(counts, "bytes_reallocated");
        // dhat counts a reallocation as a new block of its whole new size; the recorder and
        // stats_alloc add the growth.
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
    let summary = std::fs::read_to_string(repeated_runs()[0].folder.join("summary.md")).unwrap();
    assert!(summary.contains("dhat counts each reallocation"), "the report says the rule");
}

/// The recorder reads the unwind tables itself, dhat asks the system's unwinder; they share no line
/// of code. Stack by stack they must agree.
#[test]
fn the_recorder_and_dhat_agree_stack_by_stack() {
    let stacks: usize =
        single_threaded_sections().map(|stored| stacks_that_agree(&stored.report, &stored.folder)).sum();
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
        assert_eq!(run["heap"]["slow_walks"], 0, "{variant}: all of its code has unwind tables");
    }
    stacks
}
