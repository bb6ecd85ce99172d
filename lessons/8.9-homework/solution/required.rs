//! One way to do the required tasks.

use crate::task::{Row, Source};

/// The range knows its length, so `collect` asks for the room once, and for no more.
pub fn list(source: Source) -> Vec<Row> {
    (0..source.len()).map(|index| source.row(index)).collect()
}

/// Nothing is made before it is asked for.
pub fn generator(source: Source) -> impl Iterator<Item = Row> {
    (0..source.len()).map(move |index| source.row(index))
}
