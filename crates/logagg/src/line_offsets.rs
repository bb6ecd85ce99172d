//! Numbers lines through all inputs although ranges are counted in any order: each range numbers
//! its own lines, and finished ranges are joined in order.

use std::collections::BTreeMap;

/// How many malformed lines are listed.
const MAX_NAMED_LINES: usize = 10;

/// Totals over a range of lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// All lines.
    pub lines: u64,
    /// Lines without a key.
    pub malformed: u64,
    /// The numbers of the first ten malformed lines, from 1.
    pub malformed_lines: Vec<u64>,
    /// Bytes of the lines, line ends included, after decompression.
    pub bytes: u64,
}

impl Tally {
    /// Counts a malformed line, which is the last one counted in `lines`.
    #[cold]
    pub(crate) fn record_malformed(&mut self) {
        self.malformed += 1;
        if self.malformed_lines.len() < MAX_NAMED_LINES {
            self.malformed_lines.push(self.lines);
        }
    }

    /// Appends the next range; `None` if the lines or bytes overflow 64 bits.
    pub(crate) fn append_checked(&mut self, next: &Tally) -> Option<()> {
        self.lines.checked_add(next.lines)?;
        self.bytes.checked_add(next.bytes)?;
        self.append(next);
        Some(())
    }

    /// Appends the next range.
    pub fn append(&mut self, next: &Tally) {
        let room = MAX_NAMED_LINES - self.malformed_lines.len();
        self.malformed_lines.extend(next.malformed_lines.iter().take(room).map(|number| self.lines + number));
        self.lines += next.lines;
        self.malformed += next.malformed;
        self.bytes += next.bytes;
    }
}

/// Joins finished ranges in order, whatever order they finish in.
#[derive(Debug, Default)]
pub(crate) struct LineOffsets {
    joined: Tally,
    next: usize,
    early: BTreeMap<usize, Tally>,
}

impl LineOffsets {
    pub(crate) fn insert(&mut self, range: usize, tally: Tally) {
        self.early.insert(range, tally);
        while let Some(tally) = self.early.remove(&self.next) {
            self.joined.append(&tally);
            self.next += 1;
        }
    }

    /// The total, if all of `ranges` ranges have been inserted.
    pub(crate) fn into_total(self, ranges: usize) -> Option<Tally> {
        (self.next == ranges).then_some(self.joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_through_ranges_that_finish_in_any_order() {
        let tally = |lines, malformed_lines: &[u64]| Tally {
            lines,
            malformed: malformed_lines.len() as u64,
            malformed_lines: malformed_lines.to_vec(),
            bytes: 1,
        };
        let mut offsets = LineOffsets::default();
        offsets.insert(2, tally(5, &[1, 2, 3, 4, 5]));
        offsets.insert(0, tally(10, &[3]));
        assert_eq!(offsets.next, 1);
        offsets.insert(1, tally(7, &[1, 2, 3, 4, 5, 6]));
        let whole = offsets.into_total(3).unwrap();
        assert_eq!(whole.malformed_lines, [3, 11, 12, 13, 14, 15, 16, 18, 19, 20]);
        assert_eq!((whole.lines, whole.malformed, whole.bytes), (22, 12, 3));
    }
}
