//! CPython's variants have the figures that Rust's have: live bytes, allocations, lines and pictures.

use crate::run::{self, names, report, run as run_xtask, runs, skipped, workspace};
use serde_json::Value;

/// Below some thousand rows the section misses its goal.
const ROWS: u64 = 10_000;
const SCRIPTS: [&str; 3] = ["list_dict", "slots_list", "slots_by"];

/// The scripts of 8.5.2 and their table; `None` where CPython is not there.
fn measure(out: &std::path::Path) -> Option<(Value, String)> {
    let python = std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into());
    if std::process::Command::new(&python).arg("--version").output().is_err() {
        skipped("python3 does not start");
        return None;
    }
    let (rows, variants) = (ROWS.to_string(), format!("packed,{}", SCRIPTS.join(",")));
    let place = out.to_str().expect("a temporary folder has a plain name");
    let section = ["lesson", "8.5.2", "--rows", &rows, "--variant", &variants];
    let more = ["--python", "yes", "--tools", "no", "--out", place];
    let output = run_xtask(&workspace(), &[&section[..], &more[..]].concat());
    run::ends_with(&output, 0);
    Some((report(out), run::stdout(&output)))
}

fn scripts(report: &Value) -> Vec<(&str, &Value)> {
    let runs = runs(report).into_iter();
    runs.filter(|(language, ..)| *language == "python").map(|(_, variant, run)| (variant, run)).collect()
}

#[test]
fn a_script_has_every_figure_and_its_own_lines() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report");
    let Some((report, table)) = measure(&out) else { return };
    let measured = scripts(&report);
    assert_eq!(measured.iter().map(|(name, _)| *name).collect::<Vec<_>>(), SCRIPTS);
    for (name, run) in &measured {
        let heap = &run["heap"];
        let figure = |key: &str| heap[key].as_u64().unwrap_or_else(|| panic!("{name} {key}"));
        // A row is an object at least, and its name a text of its own.
        assert!(
            figure("peak_blocks") > 2 * ROWS && figure("total_blocks") >= figure("peak_blocks"),
            "{heap}"
        );
        assert!(figure("end_bytes") <= figure("peak_bytes") && figure("end_bytes") > ROWS * 64, "{heap}");
        assert_eq!(figure("peak_error_bytes"), 0, "one thread's figures are exact");
        let place = heap["lines"][0]["location"].as_str().unwrap_or_default();
        assert!(place.starts_with("lessons/8.5.2-slots-vs-maps/python/"), "{place}");
        let line =
            table.lines().find(|line| line.starts_with(name) && line.contains(" py ")).unwrap_or_default();
        assert!(!line.is_empty() && !line.contains('–'), "a dash in {line:?}\n{table}");
    }
    let files = names(&out);
    for name in SCRIPTS {
        for ending in ["flamegraph.svg", "folded", "speedscope.json"] {
            assert!(files.contains(&format!("{name}.py.{ending}")), "{name}.py.{ending} in {files:?}");
        }
    }
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("PYTHONMALLOC=malloc"), "the page says which allocator it was");
}

#[test]
fn two_runs_of_a_script_count_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let counted = |name: &str| -> Option<Vec<(String, Value)>> {
        let (report, _) = measure(&folder.path().join(name))?;
        let exact = |(variant, run): (&str, &Value)| {
            let mut heap = run["heap"].clone();
            let fields = heap.as_object_mut().expect("a script has heap figures");
            for measured_time in ["wall_ns", "slowdown", "memory_cost_bytes"] {
                fields.remove(measured_time);
            }
            (format!("{variant} {}", run["checksum"]), heap)
        };
        Some(scripts(&report).into_iter().map(exact).collect())
    };
    let (Some(first), Some(second)) = (counted("first"), counted("second")) else { return };
    assert_eq!(first, second);
}
