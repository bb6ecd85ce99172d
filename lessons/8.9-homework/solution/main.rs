//! One way to do the homework of lesson 8.9, beside the starting point. `optional.rs` has the optional task.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p homework --example homework-solution -- generator

#[expect(unreachable_pub, reason = "it is written for a library")]
mod required;

use heaplab_lesson::{Checksum, Kept, Scale, lesson};
use homework::task::{self, Row, Source};

lesson! {
    unit: "rows",
    default_scale: 200_000,
    baseline: list,
    work "rows" {
        rust {
            list: "with the room that is needed",
            generator: "one row at a time",
        }
    }
}

fn list(rows: Scale) -> Kept<Vec<Row>> {
    let rows = required::list(Source::new(1, rows.len()));
    let checksum = Checksum::of(rows.iter().map(|row| (row.name.as_str(), row.score)));
    Kept::new(checksum, rows)
}

fn generator(rows: Scale) -> Kept<()> {
    let rows = required::generator(Source::new(1, rows.len()));
    Kept::new(rows.fold(Checksum::new(), |sum, row| sum.row(&row.name, row.score)), ())
}
