//! One way to do the exercise of lesson 8.8: one score at a time, and ten of them kept.
//!
//! `BinaryHeap` with `Reverse` would do as well; a sorted list of ten is short enough to be
//! searched.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p mind-map --example mind-map-solution -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::cmp::Reverse;

lesson! {
    unit: "rows",
    default_scale: 1_000_000,
    baseline: mine,
    work "ten best" {
        rust {
            mine: "the ten best scores, and no other",
        }
    }
}

/// Every row once, in an order that looks like none.
fn scores(rows: Scale) -> impl Iterator<Item = u64> {
    rows.iter().map(|i| i * 7_919 % 1_000_003)
}

fn mine(rows: Scale) -> VariantResult<()> {
    const WANTED: usize = 10;
    let mut best: Vec<u64> = Vec::with_capacity(WANTED + 1);
    for score in scores(rows) {
        let place = best.partition_point(|other| Reverse(*other) <= Reverse(score));
        best.insert(place, score);
        best.truncate(WANTED);
    }
    VariantResult::new(best.iter().fold(Checksum::new(), |sum, score| sum.row("score", *score)), ())
}
