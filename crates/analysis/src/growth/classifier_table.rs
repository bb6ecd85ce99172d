//! How often the classifier is right, class by class, over simulated cases that it was not tuned
//! on.
//!
//! The counts are committed; a test simulates the cases again and compares.

use super::CLASSES;
use heaplab_record::{ClassifierRow, ClassifierTable, GrowthClass};

const ANSWERS: [GrowthClass; 6] =
    [CLASSES[0], CLASSES[1], CLASSES[2], CLASSES[3], CLASSES[4], GrowthClass::Unknown];

/// Per class of [`CLASSES`], how many cases were given which of [`ANSWERS`].
type AnswerCounts = [[u64; 6]; 5];

const HELD_OUT_COUNTS: AnswerCounts = include!("classifier_table/held_out_counts.in");

/// The committed table: what reports show.
pub fn classifier_table() -> ClassifierTable {
    build_table(&HELD_OUT_COUNTS)
}

fn build_table(counts: &AnswerCounts) -> ClassifierTable {
    let share = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);
    let row = |(index, row): (usize, &[u64; 6])| ClassifierRow {
        is: CLASSES[index],
        said: ANSWERS.into_iter().zip(*row).collect(),
        recall: share(row[index], row.iter().sum()),
        precision: share(row[index], counts.iter().map(|row| row[index]).sum()),
    };
    ClassifierTable {
        cases: counts.iter().flatten().sum(),
        rows: counts.iter().enumerate().map(row).collect(),
    }
}

#[cfg(test)]
mod tests;
