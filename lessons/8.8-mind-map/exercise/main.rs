//! Exercise of lesson 8.8: everything wrong at once. `mine` finds the ten best scores. For that it
//! keeps every row as a dictionary, behind an Rc, and sorts them all. Edit it until the peak is
//! under 2,000 bytes and the checksum is what it was.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p mind-map --example mind-map-exercise -- mine

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

lesson! {
    unit: "rows",
    default_scale: 1_000_000,
    baseline: mine,
    work "ten best" {
        rust {
            mine: "the ten best scores",
        }
    }
}

/// Every row once, in an order that looks like none.
fn scores(rows: Scale) -> impl Iterator<Item = u64> {
    rows.iter().map(|i| i * 7_919 % 1_000_003)
}

fn mine(rows: Scale) -> VariantResult<()> {
    let mut all: Vec<Rc<HashMap<String, u64>>> =
        scores(rows).map(|score| Rc::new(HashMap::from([("score".to_owned(), score)]))).collect();
    all.sort_by_key(|row| Reverse(row["score"]));
    let best = all.iter().take(10).fold(Checksum::new(), |sum, row| sum.row("score", row["score"]));
    VariantResult::new(best, ())
}
