//! Runs with known figures: when a measurement changes, so does the sentence.

use super::*;
use crate::{Lang, fixture};
use heaplab_record::{LiveFigures, TracedLine};

fn figures(peak_bytes: u64, end_bytes: u64, end_blocks: u64) -> LiveFigures {
    LiveFigures { peak_bytes, end_bytes, end_blocks }
}

fn equal() -> TracemallocRun {
    TracemallocRun {
        rows: 100_000,
        traced: figures(18_731_195, 18_731_045, 399_753),
        heap: figures(18_731_195, 18_731_045, 399_753),
        own_bytes: 21_986_415,
        wall_ns: 420_000_000,
        plain_wall_ns: Some(100_000_000),
        process_peak_rss_bytes: Some(75_000_000),
        plain_peak_rss_bytes: Some(30_000_000),
        lines: vec![TracedLine {
            location: "python/list_dict.py:20".into(),
            bytes: 18_000_000,
            blocks: 399_000,
        }],
        ..TracemallocRun::default()
    }
}

/// sqlite holds 500 B at the peak and 300 B in two blocks at the end.
fn with_library() -> TracemallocRun {
    let reason = UntracedReason::Library { name: "libsqlite3.so.0".into() };
    TracemallocRun {
        traced: figures(1_200, 800, 8),
        heap: figures(1_500, 1_100, 10),
        untraced: vec![UntracedPart { reason, peak_bytes: 500, end_bytes: 300, end_blocks: 2 }],
        ..equal()
    }
}

fn report(lang: Lang, runs: &[TracemallocRun]) -> Report {
    let mut report = fixture::report(lang);
    let scripts = report.runs.iter_mut().filter(|run| run.language == heaplab_record::Language::Python);
    for (run, of) in scripts.zip(runs) {
        run.tracemalloc = Some(of.clone());
    }
    report
}

#[test]
fn equal_figures_say_so_and_what_they_cost() {
    for lang in [Lang::En, Lang::Zh] {
        let (words, report) = (Words::new(lang), report(lang, &[equal(), equal()]));
        let rows = traced_rows(&report, &words);
        assert_eq!((rows.len(), rows[0].verdict, rows[0].reason.as_str()), (2, "traced-equal", ""));
        assert!(rows[0].lines.contains("python/list_dict.py:20"), "{}", rows[0].lines);
        let note = tracemalloc_note(&report.runs, &words).expect("two runs have it");
        for needed in ["100,000", "×4.20", "×2.50", "22.0 MB", "399,753", "55 B"] {
            assert!(note.contains(needed), "{needed}: {note}");
        }
    }
}

#[test]
fn a_library_is_named_with_its_figures() {
    let words = Words::new(Lang::En);
    let report = report(Lang::En, &[equal(), with_library()]);
    let row = &traced_rows(&report, &words)[1];
    assert_eq!((row.verdict, row.is_explained), ("traced-explained", true));
    let needed = ["libsqlite3.so.0", "500 B at the peak", "300 B at the end", "2 blocks", "held 200 B more"];
    for needed in needed {
        assert!(row.reason.contains(needed), "{needed}: {}", row.reason);
    }
    assert!(!row.reason.contains("Not explained"), "{}", row.reason);
    let note = tracemalloc_note(&report.runs, &words).expect("two runs have it");
    assert!(note.contains("1 of 2") && note.contains(&row.variant), "{note}");
}

#[test]
fn what_no_reason_accounts_for_is_said_with_its_amount() {
    let words = Words::new(Lang::En);
    let explain = |of: &TracemallocRun| explain_difference(of, &balance(of), &words);
    let off = TracemallocRun { traced: figures(1_200, 793, 9), ..with_library() };
    let said = explain(&off);
    assert!(said.contains("Not explained: −7 B at the end, +1 blocks"), "{said}");
    let own = UntracedPart { reason: UntracedReason::OwnWork, ..with_library().untraced[0].clone() };
    let itself = TracemallocRun { traces_itself: true, untraced: vec![own], ..with_library() };
    assert!(explain(&itself).starts_with("The script traces itself. tracemalloc does not trace its own"));
    let nameless = TracemallocRun { untraced: Vec::new(), ..itself };
    let said = explain(&nameless);
    assert!(said.contains("no names") && said.contains("Not explained: −300 B at the peak"), "{said}");
}

#[test]
fn memrays_own_blocks_are_told_from_the_scripts() {
    let words = Words::new(Lang::En);
    let of = TracemallocRun { traced: figures(1_000, 800, 8), heap: figures(1_000, 800, 8), ..equal() };
    let explain = |live, own| {
        let memray = MemrayOutcome::Measured { version: "1.20.0".into(), live, own, wall_ns: 500_000_000 };
        explain_memray(&of, &memray, &words)
    };
    let said = explain(figures(1_100, 1_050, 13), figures(300, 250, 5));
    for needed in ["memray 1.20.0", "300 B at the peak, 250 B at the end, 5 blocks", "200 B less", "×5.00"] {
        assert!(said.contains(needed), "{needed}: {said}");
    }
    assert!(said.contains("to the byte") && !said.contains("Not explained"), "{said}");
    let nameless = explain(figures(1_300, 1_050, 13), figures(0, 0, 0));
    assert!(
        nameless.contains("Not explained: +300 B at the peak, +250 B at the end, +5 blocks"),
        "{nameless}"
    );
    assert!(explain_memray(&of, &MemrayOutcome::NotInstalled, &words).contains("pip install memray"));
}

#[test]
fn nothing_is_said_where_nothing_was_measured() {
    let words = Words::new(Lang::En);
    assert_eq!(tracemalloc_note(&fixture::report(Lang::En).runs, &words), None);
    assert!(traced_rows(&fixture::report(Lang::En), &words).is_empty());
}
