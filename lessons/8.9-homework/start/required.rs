//! Required: the curves of a list and of a generator.
//!
//! Both functions are right, and neither is good. Measure them, read what the line says, and change them:
//! `cargo xtask homework check`

use crate::task::{Row, Source};

/// `[row for row in source]`: every row, in a list with no more room than it needs.
pub fn list(source: Source) -> Vec<Row> {
    let mut rows = Vec::new();
    for index in 0..source.len() {
        rows.push(source.row(index));
    }
    rows
}

/// `(row for row in source)`: the same rows, one at a time. Whoever asks drops each before the next.
pub fn generator(source: Source) -> impl Iterator<Item = Row> {
    let mut rows = Vec::new();
    for index in 0..source.len() {
        rows.push(source.row(index));
    }
    rows.into_iter()
}
