//! The rows of the required tasks. They depend on a seed, and the teacher uses a different seed.

use super::draw::draw;

/// One row, as in the lecture: `User(name=f"user{i}", score=i)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `user` and a number.
    pub name: String,
    /// 0 to 100.
    pub score: u64,
}

/// A source of rows. A row is made when it is read; the source stores none.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    seed: u64,
    rows: usize,
}

impl Source {
    /// `rows` rows of a seed.
    pub fn new(seed: u64, rows: usize) -> Source {
        Source { seed, rows }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Makes row `index`. Its name has just the room that it needs.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, index: usize) -> Row {
        assert!(index < self.rows, "row {index} of {}", self.rows);
        let drawn = draw(self.seed, index as u64);
        Row { name: name(drawn >> 40), score: drawn % 101 }
    }
}

/// `user{number}` in one block of its exact length; `format!` would take some bytes more.
fn name(number: u64) -> String {
    let digits = number.checked_ilog10().unwrap_or(0) + 1;
    let mut name = String::with_capacity("user".len() + digits as usize);
    name.push_str("user");
    for place in (0..digits).rev() {
        // One digit: it fits.
        name.push((b'0' + (number / 10u64.pow(place) % 10) as u8) as char);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_format_gives_without_the_spare_room() {
        for number in [0, 9, 10, 99, 100, 16_777_215] {
            let name = name(number);
            assert_eq!(name, format!("user{number}"));
            assert_eq!(name.capacity(), name.len());
        }
    }

    #[test]
    fn a_row_is_the_same_whenever_it_is_asked_for() {
        let source = Source::new(5, 100);
        assert_eq!(source.row(42), source.row(42));
        assert_ne!(source.row(41), source.row(42));
        assert_ne!(Source::new(6, 100).row(42), source.row(42));
        assert!((0..100).all(|index| source.row(index).score <= 100));
    }
}
