//! The classifier against cases whose answer is known: at least 0.95 of recall and of precision a class, *unknown* counted as
//! wrong.

use heaplab_growth::simulation::{
    Case, borderline_cases, held_out_cases, held_out_cases_with_seed, tuning_cases, undecidable_cases,
};
use heaplab_growth::{Class, ConfusionTable, classify};

#[test]
fn held_out_cases_are_recognised() {
    let table = ConfusionTable::from_cases(&held_out_cases());
    assert!(table.total() >= 200, "{}", table.total());
    for class in Class::ALL {
        let all: usize =
            Class::ALL.into_iter().chain([Class::Unknown]).map(|said| table.count(class, said)).sum();
        assert!(all >= 60, "{class:?}: {all}");
        assert!(table.recall(class).unwrap() >= 0.95, "{class:?}\n{table}");
        assert!(table.precision(class).unwrap() >= 0.95, "{class:?}\n{table}");
    }
}

/// Not one lucky draw: four more of the same families together.
#[test]
fn so_are_other_draws() {
    let cases: Vec<Case> = (100..104).flat_map(held_out_cases_with_seed).collect();
    let table = ConfusionTable::from_cases(&cases);
    for class in Class::ALL {
        let worst = table.recall(class).unwrap().min(table.precision(class).unwrap());
        assert!(worst >= 0.95, "{class:?}\n{table}");
    }
}

/// A table that could not show a wrong answer would show nothing.
#[test]
fn a_class_that_is_mistaken_shows_in_the_table() {
    let mut cases = tuning_cases();
    let relabelled = cases.iter_mut().filter(|case| case.class == Class::Steady).take(20);
    relabelled.for_each(|case| case.class = Class::BoundedCache);
    let table = ConfusionTable::from_cases(&cases);
    assert_eq!(table.count(Class::BoundedCache, Class::Steady), 20);
    assert_eq!(table.recall(Class::BoundedCache), Some(0.8));
    assert_eq!(table.precision(Class::Steady), Some(0.75));
}

/// Without marks on the way, what was full before N looks as if it had been made at the start, and nothing else suffers.
#[test]
fn the_ends_alone_tell_growth_from_what_has_a_limit() {
    let mut cases = held_out_cases();
    cases.iter_mut().flat_map(|case| &mut case.site.runs).for_each(|run| run.checkpoints.clear());
    let table = ConfusionTable::from_cases(&cases);
    for class in [Class::UnboundedGrowth, Class::Steady, Class::RefcountCycle] {
        let worst = table.recall(class).unwrap().min(table.precision(class).unwrap());
        assert!(worst >= 0.95, "{class:?}\n{table}");
    }
    assert!(table.count(Class::BoundedCache, Class::UnboundedGrowth) <= 2, "{table}");
    assert!(
        table.count(Class::BoundedCache, Class::FreedOnlyAtExit) >= 10,
        "then the text is wrong\n{table}"
    );
}

/// The head of the crate says what cannot be known. If this fails, either the classifier can see the future or the text is wrong.
#[test]
fn what_cannot_be_known_is_not() {
    for case in undecidable_cases(1) {
        let said = classify(&case.site).class;
        assert_eq!(said, Class::UnboundedGrowth, "{}: {:?}", case.family, case.class);
        assert_ne!(said, case.class);
    }
    let near = borderline_cases(1);
    let unsure = near.iter().filter(|case| classify(&case.site).confidence < 0.9).count();
    assert!(unsure * 2 > near.len(), "{unsure} of {}", near.len());
}
