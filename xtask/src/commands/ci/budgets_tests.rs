//! Tests that `--bless` writes what is read back, and what it takes from two runs.

use super::*;
use heaplab_record::{CountsTotals, HeapRun, PlainRun};

fn run(variant: &str, peak_bytes: u64, peak_error_bytes: u64, rss: u64) -> Run {
    let mut run: Run = serde_json::from_value(serde_json::json!({
        "section": "8.5.2", "variant": variant, "language": "rust", "work_group": "users", "rows": 1000,
        "checksum": "1"
    }))
    .unwrap();
    run.heap =
        Some(HeapRun { rows: 1000, peak_bytes, peak_error_bytes, total_blocks: 7, ..HeapRun::default() });
    run.counts = Some(CountsTotals { allocations: 7, ..CountsTotals::default() });
    run.plain = Some(PlainRun { peak_rss_bytes: Some(rss), ..PlainRun::default() });
    run
}

pub(in crate::commands::ci) fn outcome(section: &str, runs: Vec<Run>) -> SectionOutcome {
    let report: Report = serde_json::from_value(serde_json::json!({
        "schema": "heaplab/report/v1", "lesson": section, "title": {"en": "", "zh": ""}, "created_at": "",
        "language": "en", "unit": "rows", "rows_requested": 1000, "failed": [], "claims": [], "runs": runs,
        "environment": {"os": "", "cpu": "", "cores": 2, "memory_bytes": 1, "rustc": "rustc 1", "commit": "",
            "frame_pointers": true}
    }))
    .unwrap();
    let section = SectionNumber::parse(section).unwrap();
    SectionOutcome { section, report: Some(report), error: None, duration: std::time::Duration::ZERO }
}

fn blessed(first: Vec<Run>, second: Vec<Run>) -> Budgets {
    let mut budgets = Budgets { head: HEAD.to_owned(), ..Budgets::default() };
    budgets.update(&[outcome("8.5", first)], &[outcome("8.5", second)]);
    budgets
}

#[test]
fn what_is_written_is_what_is_read_and_sections_go_by_number() {
    let mut budgets =
        blessed(vec![run("slots", 1_234_567, 0, 9_000_000)], vec![run("slots", 1_234_567, 0, 1)]);
    let last = budgets.sections["8.5"].clone();
    for number in ["8.10", "8.9"] {
        budgets.sections.insert(number.to_owned(), last.clone());
    }
    let text = budgets.to_toml();
    assert_eq!(Budgets::parse(&text).unwrap(), budgets);
    assert!(text.starts_with("# What each") && text.contains("\npeak_bytes = 1_234_567\n"), "{text}");
    let at = |what: &str| text.find(what).unwrap();
    assert!(at("[\"8.5\"]") < at("[\"8.9\"]") && at("[\"8.9\"]") < at("[\"8.10\"]"));
    assert_eq!(Budgets::parse(&text).unwrap().to_toml(), text);
}

/// A script's run, which has no figures of stats_alloc.
pub(in crate::commands::ci) fn script(variant: &str, peak_bytes: u64, interpreter: Option<&str>) -> Run {
    let interpreter = interpreter.map(str::to_owned);
    Run { language: Language::Python, interpreter, counts: None, ..run(variant, peak_bytes, 0, 1) }
}

#[test]
fn each_version_of_cpython_has_budgets_of_its_own() {
    let runs = || vec![run("list", 5, 0, 1), script("list", 700, None), script("list", 900, Some("3.9.18"))];
    let with_python = |runs: Vec<Run>| {
        let mut outcome = outcome("8.5", runs);
        outcome.report.as_mut().unwrap().environment.python = Some("Python 3.11.7".to_owned());
        outcome
    };
    let mut budgets = Budgets { head: HEAD.to_owned(), ..Budgets::default() };
    budgets.update(&[with_python(runs())], &[with_python(runs())]);
    let peak = |budgets: &Budgets, version: &str| {
        budgets.sections["8.5"].python[version]["list"].figure(Metric::PeakBytes)
    };
    assert_eq!((peak(&budgets, "3.11.7"), peak(&budgets, "3.9.18")), (Some(700), Some(900)));
    assert_eq!(budgets.sections["8.5"].variant["list"].figure(Metric::PeakBytes), Some(5));
    assert_eq!(Budgets::parse(&budgets.to_toml()).unwrap(), budgets);
    // A version that does not run keeps what it has.
    let one = || with_python(vec![run("list", 5, 0, 1), script("list", 600, None)]);
    budgets.update(&[one()], &[one()]);
    assert_eq!((peak(&budgets, "3.11.7"), peak(&budgets, "3.9.18")), (Some(600), Some(900)));
}

#[test]
fn a_comment_of_the_readers_own_at_the_head_stays() {
    let text = "# Mine.\n# Two lines.\n\n[\"8.5\"]\nrustc = \"r\"\ncores = 2\nvariant = {}\n";
    let mut budgets = Budgets::parse(text).unwrap();
    budgets.update(&[outcome("8.5", vec![run("a", 1, 0, 1)])], &[outcome("8.5", vec![run("a", 1, 0, 1)])]);
    assert!(budgets.to_toml().starts_with("# Mine.\n# Two lines.\n\n[\"8.5\"]\n"), "{}", budgets.to_toml());
}

#[test]
fn only_what_is_equal_twice_has_no_tolerance() {
    let of = |first, second| {
        let budgets = blessed(vec![first], vec![second]);
        let budget = &budgets.sections["8.5"].variant["a"];
        (budget.tolerance_percent, budget.figure(Metric::PeakBytes))
    };
    assert_eq!(of(run("a", 1000, 0, 1), run("a", 1000, 0, 9)), (0, Some(1000)));
    assert_eq!(of(run("a", 1000, 0, 1), run("a", 1001, 0, 1)), (5, Some(1001)));
    assert_eq!(of(run("a", 1000, 0, 1), run("a", 900, 0, 1)), (20, Some(1000)));
    assert_eq!(of(run("a", 1000, 131_072, 1), run("a", 1000, 131_072, 1)), (5, Some(1000)), "threads");
    let mut starting = run("a", 1000, 0, 1);
    starting.plain.as_mut().unwrap().children_peak_rss_bytes = Some(1);
    assert_eq!(of(starting.clone(), starting), (50, Some(1000)), "processes");
}

#[test]
fn a_tolerance_that_was_needed_once_is_kept() {
    let mut budgets = blessed(vec![run("a", 1000, 131_072, 1)], vec![run("a", 800, 131_072, 1)]);
    let again = || [outcome("8.5", vec![run("a", 1000, 131_072, 1)])];
    budgets.update(&again(), &again());
    assert_eq!(budgets.sections["8.5"].variant["a"].tolerance_percent, 40);
    // A variant whose figures are exact again has none.
    let exact = || [outcome("8.5", vec![run("a", 1000, 0, 1)])];
    budgets.update(&exact(), &exact());
    assert_eq!(budgets.sections["8.5"].variant["a"].tolerance_percent, 0);
}

#[test]
fn a_ceiling_has_room_and_does_not_wander() {
    let fresh = rss_ceiling(10_000_000, None);
    assert!(fresh > 12_500_000 && fresh.is_multiple_of(1 << 20));
    assert_eq!(rss_ceiling(10_100_000, Some(fresh)), fresh);
    assert_ne!(rss_ceiling(fresh, Some(fresh)), fresh, "no room is left");
    assert_ne!(rss_ceiling(1_000_000, Some(fresh)), fresh, "much too high");
}

#[test]
fn a_section_that_failed_keeps_its_budgets() {
    let mut budgets = blessed(vec![run("a", 1000, 0, 1)], vec![run("a", 1000, 0, 1)]);
    let mut failed = outcome("8.5", vec![run("a", 2000, 0, 1)]);
    failed.report = None;
    budgets.update(&[outcome("8.5", vec![run("a", 2000, 0, 1)])], &[failed]);
    assert_eq!(budgets.sections["8.5"].variant["a"].figure(Metric::PeakBytes), Some(1000));
}

#[test]
fn an_unknown_metric_is_named() {
    let text = "[\"8.5\"]\nrustc = \"\"\ncores = 1\n[\"8.5\".variant.a]\nrows = 1\ntolerance_percent = 0\npeek_bytes = 1\n";
    let error = Budgets::parse(text).unwrap_err().to_string();
    assert!(error.contains("peek_bytes") && error.contains("8.5, a"), "{error}");
}
