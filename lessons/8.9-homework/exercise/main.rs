//! The exercise of lesson 8.9 is the homework: this runs the starting point, as `start/` has it, and is not yours to edit. Yours is
//! the copy that `cargo xtask homework new` makes.
//!
//! Command: HEAPLAB_PROBE=heap cargo run --profile lesson -p homework --example homework-exercise -- generator

#[expect(unreachable_pub, reason = "it is written for a library")]
#[path = "../start/required.rs"]
mod required;

use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use homework::task::{self, Row, Source};

lesson! {
    unit: "rows",
    default_scale: 200_000,
    baseline: list,
    work "rows" {
        rust {
            list: "the starting point's list",
            generator: "the starting point's generator",
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
