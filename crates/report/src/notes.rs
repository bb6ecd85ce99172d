//! What a reader of the figures must know to read them rightly: one sentence each, only where it applies.

use crate::{Words, against, cost, format, growth, prose, reconcile};
use heaplab_record::{Reconciliation, Report, Run};

/// Every note of a report, in the order in which the questions come up.
pub(crate) fn notes(report: &Report, words: &Words) -> Vec<String> {
    let mut notes = on_the_table(report, words);
    notes.extend(rule(&report.runs, words));
    notes
}

/// The notes without which the table of runs is misread.
pub(crate) fn on_the_table(report: &Report, words: &Words) -> Vec<String> {
    let runs = &report.runs;
    let mut notes = Vec::new();
    notes.extend(baselines(runs, words));
    if report.ladder.is_some() {
        notes.push(words.get("note-ladder"));
    }
    notes.extend(other_scales(runs, words));
    notes.extend(lowered(report, words));
    notes.extend(repetitions(runs, words));
    notes.extend(cost::note(runs, words));
    notes.extend(dhat_scales(runs, words));
    notes.extend(growth::note(report, words));
    if runs.iter().any(lacks_a_figure) {
        notes.push(words.get("note-not-measured"));
    }
    notes
}

/// A mark in the table for what was compared row by row.
pub(crate) const PER_ROW_MARK: &str = "*";

fn baselines(runs: &[Run], words: &Words) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for run in runs.iter().filter_map(|run| against::baseline_of(run, runs)) {
        let name = words.say(
            "note-baseline-name",
            &[("who", &prose::variant(run.language, &run.variant, words)), ("section", &run.section)],
        );
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| words.say("note-baseline", &[("names", &prose::list(&names, words))]))
}

fn other_scales(runs: &[Run], words: &Words) -> Option<String> {
    let marked = runs.iter().any(|run| {
        let standing = against::standing(run, against::baseline_of(run, runs));
        matches!(standing, Some(against::Standing::Change { per_row: true, .. }))
    });
    marked.then(|| words.say("note-per-row", &[("mark", PER_ROW_MARK)]))
}

fn lowered(report: &Report, words: &Words) -> Option<String> {
    let names: Vec<String> = report
        .runs
        .iter()
        .filter(|run| run.rows < report.rows_requested)
        .map(|run| {
            let who = prose::variant(run.language, &run.variant, words);
            words.say("note-lowered-name", &[("who", &who), ("rows", &format::count(run.rows))])
        })
        .collect();
    let asked = format::count(report.rows_requested);
    (!names.is_empty())
        .then(|| words.say("note-lowered", &[("names", &prose::list(&names, words)), ("asked", &asked)]))
}

fn repetitions(runs: &[Run], words: &Words) -> Option<String> {
    let most = runs.iter().filter_map(repeated).max()?;
    let mut fewer: Vec<String> = Vec::new();
    for run in runs {
        let Some(repetitions) = repeated(run).filter(|repetitions| *repetitions < most) else { continue };
        let name = fewer_name(run, repetitions, runs, words);
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
        fewer => words.say("note-fewer", &[("most", &most), ("names", &prose::list(fewer, words))]),
    })
}

/// The variant, or its whole language where that fared alike.
fn fewer_name(run: &Run, repetitions: u32, runs: &[Run], words: &Words) -> String {
    let repetitions_text = repetitions.to_string();
    let mut alike = runs.iter().filter(|other| other.language == run.language);
    if alike.all(|other| repeated(other).is_none_or(|others| others == repetitions)) {
        let language = prose::language(run.language, words);
        return words
            .say("note-fewer-language", &[("language", &language), ("repetitions", &repetitions_text)]);
    }
    let who = prose::variant(run.language, &run.variant, words);
    words.say("note-fewer-name", &[("who", &who), ("repetitions", &repetitions_text)])
}

fn repeated(run: &Run) -> Option<u32> {
    run.plain.as_ref().map(|plain| plain.repetitions)
}

fn dhat_scales(runs: &[Run], words: &Words) -> Option<String> {
    let mut scales: Vec<u64> =
        runs.iter().filter_map(|run| run.dhat.as_ref()).map(|dhat| dhat.rows).collect();
    scales.sort_unstable();
    scales.dedup();
    let scales: Vec<String> = scales.into_iter().map(format::count).collect();
    (!scales.is_empty()).then(|| words.say("note-dhat", &[("rows", &prose::list(&scales, words))]))
}

/// The rule of the three counters, with an example.
fn rule(runs: &[Run], words: &Words) -> Option<String> {
    let (who, sentence) = example(runs, words)?;
    Some(words.say("note-rule", &[("who", &who), ("sentence", &sentence)]))
}

/// The example alone, for a place where the rule stands already.
pub(crate) fn rule_example(runs: &[Run], words: &Words) -> Option<String> {
    let (who, sentence) = example(runs, words)?;
    Some(words.say("rule-example", &[("who", &who), ("sentence", &sentence)]))
}

/// The run that breaks the rule, or the one in which the counters lie furthest apart.
fn example(runs: &[Run], words: &Words) -> Option<(String, String)> {
    let kept = || runs.iter().filter_map(|run| run.reconciliation.as_ref().map(|kept| (run, kept)));
    let (run, shown) = kept()
        .find(|(_, kept)| !kept.agrees)
        .or_else(|| kept().max_by(|one, other| spread(one.1).total_cmp(&spread(other.1))))?;
    let who = prose::variant(run.language, &run.variant, words);
    Some((who, reconcile::sentence(shown, words)))
}

fn spread(kept: &Reconciliation) -> f64 {
    kept.dhat_total_bytes as f64 / kept.counts_bytes_allocated.max(1) as f64
}

/// Whether some column of the table stays empty for it.
fn lacks_a_figure(run: &Run) -> bool {
    run.heap.is_none() || run.counts.is_none() || run.plain.is_none()
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
            let all = notes(&report, &words).join("\n");
            for needed in
                ["list_dict", "json", "5,000,000", "10,000,000", "100,000", "*", "dhat", "stats_alloc"]
            {
                assert!(all.contains(needed), "{needed} in {all}");
            }
            report.runs.retain(|run| run.variant != "json");
            let whole = notes(&report, &words).join("\n");
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
        let all = notes(&report, &words).join("\n");
        assert!(all.contains("17") && all.contains("Rust slots"), "{all}");
    }

    #[test]
    fn nothing_to_say_of_nothing() {
        assert!(notes(&fixture::empty_report(), &Words::new(Lang::En)).is_empty());
    }
}
