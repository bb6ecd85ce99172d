//! One way to do the homework of lesson 8.9, beside the starting point. `optional.rs` has the optional task.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p homework --example homework-solution -- generator

#[expect(unreachable_pub, reason = "it is written for a library")]
mod required;

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
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

fn list(rows: Scale) -> VariantResult<Vec<Row>> {
    let rows = required::list(Source::new(1, rows.len()));
    let checksum = Checksum::from_rows(rows.iter().map(|row| (row.name.as_str(), row.score)));
    VariantResult::new(checksum, rows)
}

fn generator(rows: Scale) -> VariantResult<()> {
    let rows = required::generator(Source::new(1, rows.len()));
    VariantResult::new(rows.fold(Checksum::new(), |sum, row| sum.row(&row.name, row.score)), ())
}
