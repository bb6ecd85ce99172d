//! `--quick` has to show what a lesson is about. `budgets.toml` is at the quick scales and the
//! gallery at the full ones; both are held to real runs, so this needs none.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// At full scale, scripts whose peaks differ by more than this show a saving.
const EFFECT_AT_FULL_SCALE: f64 = 1.25;
/// What a difference must be at the quick scale, as a part of what an interpreter takes before its
/// first row.
const VISIBLE_PART: f64 = 0.2;

#[test]
fn the_saving_of_every_lesson_is_visible_at_its_quick_scale() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let budgets = std::fs::read_to_string(root.join("budgets.toml")).unwrap();
    let budgets: toml::Table = budgets.parse().unwrap();
    let mut compared = 0;
    for section in budgets.keys() {
        let report = root.join(format!("reports/gallery/{section}/report.json"));
        let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
        // The rungs of a ladder are no waste and its cure: their scripts have no baseline.
        if report["ladder"].is_object() {
            continue;
        }
        for (group, runs) in python_groups(&report) {
            // A script that imports more than the others begins with more: that is no effect.
            let plain = |run: &Value, field: &str| run["plain"][field].as_f64().expect("plain ran");
            let base = runs.iter().map(|run| plain(run, "start_rss_bytes")).fold(f64::INFINITY, f64::min);
            let peak = |run: &&Value| base + plain(run, "peak_rss_bytes") - plain(run, "start_rss_bytes");
            let (least, most) = (
                runs.iter().min_by(|a, b| peak(a).total_cmp(&peak(b))).unwrap(),
                runs.iter().max_by(|a, b| peak(a).total_cmp(&peak(b))).unwrap(),
            );
            if peak(most) < EFFECT_AT_FULL_SCALE * peak(least) {
                continue;
            }
            compared += 1;
            let start = most["plain"]["start_rss_bytes"].as_f64().unwrap();
            let (full, quick) = (most["rows"].as_f64().unwrap(), quick_rows(&budgets, &report, most));
            let shown = (peak(most) - peak(least)) * quick / full;
            assert!(
                shown > VISIBLE_PART * start,
                "{group}: at the quick scale of {quick} the scripts differ by {shown:.0} bytes, which cannot be \
                 told from the noise of a process of {start:.0}: give the lesson a larger quick_scale"
            );
        }
    }
    assert!(compared >= 6, "{compared}");
}

/// The Python runs of a report by lesson and work group.
fn python_groups(report: &Value) -> BTreeMap<String, Vec<&Value>> {
    let mut groups: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for run in report["runs"].as_array().expect("runs").iter().filter(|run| run["language"] == "python") {
        let name = format!(
            "{} {}",
            run["section"].as_str().expect("text"),
            run["work_group"].as_str().expect("text")
        );
        groups.entry(name).or_default().push(run);
    }
    groups
}

/// The rows of the budgets of the run's own lesson.
fn quick_rows(budgets: &toml::Table, report: &Value, run: &Value) -> f64 {
    let of_section = &budgets[report["lesson"].as_str().expect("text")]["variant"];
    let same_lesson =
        report["runs"].as_array().expect("runs").iter().filter(|of| of["section"] == run["section"]);
    let budget = same_lesson.filter_map(|of| of_section.get(of["variant"].as_str()?)).next();
    budget.expect("every lesson has budgets")["rows"].as_integer().expect("rows") as f64
}
