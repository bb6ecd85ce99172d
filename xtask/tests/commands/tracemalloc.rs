//! CPython's own tracemalloc is the oracle of the Python variants' figures: it shares no line of code
//! with the recorder. Both must be equal to the byte, or the reasons must add up to the difference.

use crate::run::{python3, report_of, runs, skipped};
use serde_json::Value;

const FIGURES: [&str; 3] = ["peak_bytes", "end_bytes", "end_blocks"];

fn figures(of: &Value) -> [i64; 3] {
    FIGURES.map(|key| of[key].as_i64().unwrap_or_else(|| panic!("{key} in {of}")))
}

/// The scripts of a section that tracemalloc has measured.
fn traced(section: &str, rows: &str) -> Vec<(String, Value)> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let report = report_of(section, rows, &folder.path().join("report"), &["--python", "yes"]);
    runs(&report)
        .into_iter()
        .filter(|(language, ..)| *language == "python")
        .map(|(_, variant, run)| (variant.to_owned(), run["tracemalloc"].clone()))
        .collect()
}

#[test]
fn the_recorder_and_tracemalloc_are_equal_to_the_byte() {
    if python3().is_none() {
        return skipped("python3 does not start");
    }
    let scripts = traced("8.5", "10000");
    assert!(scripts.len() >= 5, "{scripts:?}");
    for (name, of) in &scripts {
        assert_eq!(figures(&of["traced"]), figures(&of["heap"]), "{name}: {FIGURES:?}");
        assert_eq!(of.get("untraced"), None, "{name}: nothing has to be explained");
        assert!(of["own_bytes"].as_u64() > Some(0) && of["wall_ns"].as_u64() > Some(0), "{name}: {of}");
    }
    let (_, list) = scripts.iter().find(|(name, _)| name == "list_dict").expect("8.5.2 has it");
    assert!(figures(&list["traced"])[2] > 20_000, "more than two blocks per row: {list}");
    let line = list["lines"][0]["location"].as_str().unwrap_or_default();
    assert!(line.starts_with("lessons/8.5.2-slots-vs-maps/python/list_dict.py:"), "{line}");
}

/// 8.2 has a script that starts tracemalloc itself, so that the recorder sees its tables and snapshots
/// too.
#[test]
fn a_script_that_traces_itself_is_said_to_and_the_others_are_equal() {
    if python3().is_none() {
        return skipped("python3 does not start");
    }
    let mut tracing_themselves = 0;
    for (name, of) in traced("8.2", "2000") {
        let (seen, heap) = (figures(&of["traced"]), figures(&of["heap"]));
        if of["traces_itself"] != true {
            assert_eq!(seen, heap, "{name}: {FIGURES:?}");
            continue;
        }
        tracing_themselves += 1;
        assert!(seen.iter().zip(heap).all(|(seen, heap)| *seen < heap), "{name}: {of}");
        let parts = of["untraced"].as_array().cloned().unwrap_or_default();
        // A stripped interpreter has no names by which tracemalloc's blocks are found.
        if parts.iter().any(|part| part["reason"] == "own_work") {
            let sum = |index: usize| parts.iter().map(|part| figures(part)[index]).sum::<i64>();
            assert_eq!([heap[1] - sum(1), heap[2] - sum(2)], [seen[1], seen[2]], "{name}: {of}");
        }
    }
    assert_eq!(tracing_themselves, 1);
}
