//! Decides how to write a block: both ways to split its names are worked out, and the smaller one
//! is used.

use crate::ROWS_PER_BLOCK;
use crate::decimal;
use crate::frame::Frame;
use crate::texts::{Texts, count_common};

/// One way to write the rows of a block.
pub(crate) struct Plan<'a> {
    /// What every name ends with.
    pub(crate) suffix: &'a [u8],
    pub(crate) texts: Texts<'a>,
    /// The number behind each text, plus one; 0 where there is none.
    pub(crate) numbers: Column,
    pub(crate) scores: Column,
    /// Whether `scores` are counted from the row's own number.
    pub(crate) relative: bool,
}

/// The numbers of a column, one per row, and the frame around them.
pub(crate) struct Column {
    pub(crate) values: [u64; ROWS_PER_BLOCK],
    pub(crate) frame: Frame,
}

impl<'a> Plan<'a> {
    /// The smallest way to write `rows`, at least one and at most [`ROWS_PER_BLOCK`].
    pub(crate) fn choose(rows: &'a [(String, u64)]) -> Plan<'a> {
        let with_numbers = Plan::new(rows, decimal::split_number);
        if with_numbers.texts.entries().len() == 1 {
            return with_numbers;
        }
        let without_numbers = Plan::new(rows, |name| (name, None));
        if without_numbers.size_bits(rows.len()) < with_numbers.size_bits(rows.len()) {
            without_numbers
        } else {
            with_numbers
        }
    }

    fn new(rows: &'a [(String, u64)], cut: impl Fn(&'a [u8]) -> (&'a [u8], Option<u64>)) -> Plan<'a> {
        let suffix = common_suffix(rows);
        let mut texts: [&[u8]; ROWS_PER_BLOCK] = [&[]; ROWS_PER_BLOCK];
        let mut numbers = [0; ROWS_PER_BLOCK];
        let mut scores = [0; ROWS_PER_BLOCK];
        let mut differences = [0; ROWS_PER_BLOCK];
        for (row, (name, score)) in rows.iter().enumerate() {
            let (text, number) = cut(&name.as_bytes()[..name.len() - suffix.len()]);
            texts[row] = text;
            numbers[row] = number.map_or(0, |number| number + 1);
            scores[row] = *score;
            differences[row] = score.wrapping_sub(number.unwrap_or(0));
        }
        let count = rows.len();
        let scores = Column::new(scores, count);
        let differences = Column::new(differences, count);
        let relative = differences.frame.width < scores.frame.width;
        Plan {
            suffix,
            texts: Texts::from_texts(&texts[..count]),
            numbers: Column::new(numbers, count),
            scores: if relative { differences } else { scores },
            relative,
        }
    }

    /// What differs between two plans for the same rows: the bits of everything but the header.
    fn size_bits(&self, rows: usize) -> u64 {
        let (_, starts) = self.texts.starts();
        let row_bits = self.texts.pick_width + self.numbers.frame.width + self.scores.frame.width;
        rows as u64 * u64::from(row_bits)
            + (self.texts.entries().len() as u64 + 1) * u64::from(starts.width)
            + self.texts.total * u64::from(self.texts.bytes.width())
            + self.texts.prefix.len() as u64 * 8
    }
}

impl Column {
    fn new(values: [u64; ROWS_PER_BLOCK], count: usize) -> Column {
        Column { values, frame: Frame::from_values(&values[..count]) }
    }
}

/// What all names end with, from its first byte on that is not a digit: digits belong to the
/// numbers.
fn common_suffix(rows: &[(String, u64)]) -> &[u8] {
    let Some(((first, _), others)) = rows.split_first() else { return &[] };
    let mut suffix = first.as_bytes();
    for (name, _) in others {
        if suffix.is_empty() {
            break;
        }
        let same = count_common(suffix.iter().rev().zip(name.as_bytes().iter().rev()));
        suffix = &suffix[suffix.len() - same..];
    }
    let digits = suffix.iter().take_while(|byte| byte.is_ascii_digit()).count();
    &suffix[digits..]
}
