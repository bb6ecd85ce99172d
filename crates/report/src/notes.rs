//! What a reader must know to read the figures correctly: one sentence each, only where it applies.

use crate::{Words, cost, format, growth, prose, reconcile, tracemalloc, wall};
use heaplab_analysis::baseline;
use heaplab_analysis::scale::requested_rows;
use heaplab_record::{Language, Reconciliation, Report, Run};

/// Every note of a report, in the order in which the questions come up.
pub(crate) fn report_notes(report: &Report, words: &Words) -> Vec<String> {
    let mut notes = table_notes(report, words);
    notes.extend(rule_note(&report.runs, words));
    notes.extend(tracemalloc::tracemalloc_note(&report.runs, words));
    notes
}

/// The notes without which the table of runs would be misread.
pub(crate) fn table_notes(report: &Report, words: &Words) -> Vec<String> {
    let runs = &report.runs;
    let mut notes = Vec::new();
    notes.extend(baseline_note(runs, words));
    if report.ladder.is_some() {
        notes.push(words.get("note-ladder"));
    }
    notes.extend(per_row_note(runs, words));
    notes.extend(lowered_note(report, words));
    notes.extend(heap_rows_note(runs, words));
    notes.extend(pymalloc_note(runs, words));
    notes.extend(repetition_note(runs, words));
    notes.extend(wall::wall_notes(runs, words));
    notes.extend(cost::cost_note(runs, words));
    notes.extend(dhat_note(runs, words));
    notes.extend(growth::limits_note(report, words));
    if runs.iter().any(lacks_a_figure) {
        notes.push(words.get("note-not-measured"));
    }
    notes
}

/// The mark in the table for what was compared per row.
pub(crate) const PER_ROW_MARK: &str = "*";

fn baseline_note(runs: &[Run], words: &Words) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for run in runs.iter().filter_map(|run| baseline::find_baseline(run, runs)) {
        let name = words
            .say("note-baseline-name", &[("who", &prose::run_name(run, words)), ("section", &run.section)]);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| words.say("note-baseline", &[("names", &prose::join_names(&names, words))]))
}

fn per_row_note(runs: &[Run], words: &Words) -> Option<String> {
    let marked = runs.iter().any(|run| {
        let standing = baseline::compare_with_baseline(run, baseline::find_baseline(run, runs));
        matches!(standing, Some(baseline::BaselineComparison::Change { per_row: true, .. }))
    });
    marked.then(|| words.say("note-per-row", &[("mark", PER_ROW_MARK)]))
}

fn lowered_note(report: &Report, words: &Words) -> Option<String> {
    let names: Vec<String> = report
        .runs
        .iter()
        .filter(|run| run.rows < requested_rows(run, report))
        .map(|run| {
            let who = prose::run_name(run, words);
            let (rows, asked) = (format::count(run.rows), format::count(requested_rows(run, report)));
            let unit = prose::unit_of_run(run, report);
            words.say(
                "note-lowered-name",
                &[("who", &who), ("rows", &rows), ("asked", &asked), ("unit", unit)],
            )
        })
        .collect();
    (!names.is_empty()).then(|| words.say("note-lowered", &[("names", &prose::join_names(&names, words))]))
}

/// The mark in the table for a run whose heap figures are of fewer rows.
pub(crate) const HEAP_ROWS_MARK: &str = "†";

fn heap_rows_note(runs: &[Run], words: &Words) -> Option<String> {
    let name = |run: &Run| {
        let rows = format::count(run.other_heap_rows()?);
        Some(words.say("note-heap-rows-name", &[("who", &prose::run_name(run, words)), ("rows", &rows)]))
    };
    let names: Vec<String> = runs.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| {
        words.say("note-heap-rows", &[("mark", HEAP_ROWS_MARK), ("names", &prose::join_names(&names, words))])
    })
}

/// CPython's heap figures are of another allocator than its time and its resident memory.
fn pymalloc_note(runs: &[Run], words: &Words) -> Option<String> {
    let is_recorded = |run: &Run| run.language == Language::Python && run.heap.is_some();
    runs.iter().any(is_recorded).then(|| words.get("note-pymalloc"))
}

fn repetition_note(runs: &[Run], words: &Words) -> Option<String> {
    let most = runs.iter().filter_map(count_repetitions).max()?;
    let mut fewer: Vec<String> = Vec::new();
    for run in runs {
        let Some(repetitions) = count_repetitions(run).filter(|repetitions| *repetitions < most) else {
            continue;
        };
        let name = name_fewer_repetitions(run, repetitions, runs, words);
        if !fewer.contains(&name) {
            fewer.push(name);
        }
    }
    if most == 1 {
        return Some(words.get("note-once"));
    }
    let most = most.to_string();
    Some(match fewer.as_slice() {
        [] => words.say("note-repetitions", &[("most", &most)]),
        fewer => words.say("note-fewer", &[("most", &most), ("names", &prose::join_names(fewer, words))]),
    })
}

/// The variant, or its whole language where all of its variants repeated as often.
fn name_fewer_repetitions(run: &Run, repetitions: u32, runs: &[Run], words: &Words) -> String {
    let repetitions_text = repetitions.to_string();
    let mut alike = runs.iter().filter(|other| other.language == run.language);
    if alike.all(|other| count_repetitions(other).is_none_or(|others| others == repetitions)) {
        let language = prose::language_name(run.language, words);
        return words
            .say("note-fewer-language", &[("language", &language), ("repetitions", &repetitions_text)]);
    }
    let who = prose::run_name(run, words);
    words.say("note-fewer-name", &[("who", &who), ("repetitions", &repetitions_text)])
}

fn count_repetitions(run: &Run) -> Option<u32> {
    run.plain.as_ref().map(|plain| plain.repetitions)
}

fn dhat_note(runs: &[Run], words: &Words) -> Option<String> {
    let mut scales: Vec<u64> =
        runs.iter().filter_map(|run| run.dhat.as_ref()).map(|dhat| dhat.rows).collect();
    scales.sort_unstable();
    scales.dedup();
    let scales: Vec<String> = scales.into_iter().map(format::count).collect();
    (!scales.is_empty()).then(|| words.say("note-dhat", &[("rows", &prose::join_names(&scales, words))]))
}

/// The rule between the three counters, with an example.
fn rule_note(runs: &[Run], words: &Words) -> Option<String> {
    let (who, sentence) = find_example(runs, words)?;
    Some(words.say("note-rule", &[("who", &who), ("sentence", &sentence)]))
}

/// The example alone, for a place that already has the rule.
pub(crate) fn rule_example_note(runs: &[Run], words: &Words) -> Option<String> {
    let (who, sentence) = find_example(runs, words)?;
    Some(words.say("rule-example", &[("who", &who), ("sentence", &sentence)]))
}

/// The run that breaks the rule, or the one in which the counters lie furthest apart.
fn find_example(runs: &[Run], words: &Words) -> Option<(String, String)> {
    let kept = || runs.iter().filter_map(|run| run.reconciliation.as_ref().map(|kept| (run, kept)));
    let (run, shown) = kept()
        .find(|(_, kept)| !kept.agrees)
        .or_else(|| kept().max_by(|one, other| counter_spread(one.1).total_cmp(&counter_spread(other.1))))?;
    let who = prose::run_name(run, words);
    Some((who, reconcile::explain_reconciliation(shown, words)))
}

fn counter_spread(kept: &Reconciliation) -> f64 {
    kept.dhat_total_bytes as f64 / kept.counts_bytes_allocated.max(1) as f64
}

/// Whether some column of the table stays empty for it.
fn lacks_a_figure(run: &Run) -> bool {
    run.heap.is_none() || run.allocations().is_none() || run.plain.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn notes_of_the_fixture() {
        for lang in [Lang::En, Lang::Zh] {
            let words = Words::new(lang);
            let mut report = fixture::report(lang);
            let all = report_notes(&report, &words).join("\n");
            for needed in
                ["list_dict", "json", "5,000,000", "10,000,000", "100,000", "*", "dhat", "stats_alloc"]
            {
                assert!(all.contains(needed), "{needed} in {all}");
            }
            report.runs.retain(|run| run.variant != "json");
            let whole = report_notes(&report, &words).join("\n");
            assert!(!whole.contains("json") && !whole.contains('*'), "{whole}");
        }
    }

    #[test]
    fn a_broken_reconciliation_is_the_one_shown() {
        let words = Words::new(Lang::En);
        let mut report = fixture::report(Lang::En);
        let kept = report.runs[8].reconciliation.as_mut().expect("slots has one");
        kept.dhat_peak_bytes += 17;
        kept.agrees = false;
        let all = report_notes(&report, &words).join("\n");
        assert!(all.contains("17") && all.contains("Rust slots"), "{all}");
    }

    #[test]
    fn nothing_to_say_of_nothing() {
        assert!(report_notes(&fixture::empty_report(), &Words::new(Lang::En)).is_empty());
    }
}
