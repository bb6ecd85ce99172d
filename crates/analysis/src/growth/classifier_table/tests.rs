//! The classifier against cases with a known answer: recall and precision of at least 0.95 per
//! class, where *unknown* counts as wrong.

use super::*;
use crate::growth::classify;
use crate::growth::simulation::{
    Case, borderline_cases, held_out_cases, held_out_cases_with_seed, tuning_cases, undecidable_cases,
};

fn count_answers(cases: &[Case]) -> AnswerCounts {
    let mut counts = AnswerCounts::default();
    for case in cases {
        let answer = classify(&case.site).class;
        let place = |class| ANSWERS.into_iter().position(|of| of == class).unwrap();
        counts[place(case.class)][place(answer)] += 1;
    }
    counts
}

fn row(table: &ClassifierTable, class: GrowthClass) -> &ClassifierRow {
    table.rows.iter().find(|row| row.is == class).unwrap()
}

fn count(table: &ClassifierTable, class: GrowthClass, answer: GrowthClass) -> u64 {
    row(table, class).said.iter().find(|said| said.0 == answer).unwrap().1
}

fn assert_right(table: &ClassifierTable, classes: &[GrowthClass]) {
    for &class in classes {
        let row = row(table, class);
        let worst = row.recall.unwrap().min(row.precision.unwrap());
        assert!(worst >= 0.95, "{class:?}\n{table:#?}");
    }
}

#[test]
fn the_committed_table_is_that_of_a_fresh_simulation() {
    let counts = count_answers(&held_out_cases());
    let text = format!("{counts:?}\n");
    if std::env::var_os("BLESS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/growth/classifier_table/held_out_counts.in");
        std::fs::write(file, &text).unwrap();
        return;
    }
    assert_eq!(
        HELD_OUT_COUNTS, counts,
        "if the classifier was meant to change: BLESS=1 cargo test -p heaplab-analysis committed_table"
    );
}

#[test]
fn held_out_cases_are_recognised() {
    let table = classifier_table();
    assert!(table.cases >= 200, "{}", table.cases);
    for row in &table.rows {
        assert!(row.said.iter().map(|said| said.1).sum::<u64>() >= 60, "{row:?}");
    }
    assert_right(&table, &CLASSES);
}

/// Not one lucky draw: four more draws of the same families together.
#[test]
fn so_are_other_draws() {
    let cases: Vec<Case> = (100..104).flat_map(held_out_cases_with_seed).collect();
    assert_right(&build_table(&count_answers(&cases)), &CLASSES);
}

/// A table that could not show a wrong answer would be worth nothing.
#[test]
fn a_class_that_is_mistaken_shows_in_the_table() {
    let mut cases = tuning_cases();
    let relabelled = cases.iter_mut().filter(|case| case.class == GrowthClass::Steady).take(20);
    relabelled.for_each(|case| case.class = GrowthClass::BoundedCache);
    let table = build_table(&count_answers(&cases));
    assert_eq!(count(&table, GrowthClass::BoundedCache, GrowthClass::Steady), 20);
    assert_eq!(row(&table, GrowthClass::BoundedCache).recall, Some(0.8));
    assert_eq!(row(&table, GrowthClass::Steady).precision, Some(0.75));
}

/// Without checkpoints, what was full before N looks as if it had been made at the start; nothing
/// else suffers.
#[test]
fn the_ends_alone_tell_growth_from_what_has_a_limit() {
    let mut cases = held_out_cases();
    cases.iter_mut().flat_map(|case| &mut case.site.runs).for_each(|run| run.checkpoints.clear());
    let table = build_table(&count_answers(&cases));
    assert_right(&table, &[GrowthClass::UnboundedGrowth, GrowthClass::Steady, GrowthClass::RefcountCycle]);
    let cache_as = |answer| count(&table, GrowthClass::BoundedCache, answer);
    assert!(cache_as(GrowthClass::UnboundedGrowth) <= 2, "{table:#?}");
    assert!(cache_as(GrowthClass::FreedOnlyAtExit) >= 10, "then the text is wrong\n{table:#?}");
}

/// The module's documentation lists what cannot be known. If this fails, either the classifier can
/// see the future or the text is wrong.
#[test]
fn what_cannot_be_known_is_not() {
    for case in undecidable_cases(1) {
        let said = classify(&case.site).class;
        assert_eq!(said, GrowthClass::UnboundedGrowth, "{}: {:?}", case.family, case.class);
        assert_ne!(said, case.class);
    }
    let near = borderline_cases(1);
    let unsure = near.iter().filter(|case| classify(&case.site).confidence < 0.9).count();
    assert!(unsure * 2 > near.len(), "{unsure} of {}", near.len());
}
