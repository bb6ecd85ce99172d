//! What the texts of a block have in common: a beginning that all share, and whole texts that
//! repeat.
//!
//! This is a dictionary: each different text is written once, as an entry, and a row has the number
//! of its entry (its pick). Where all texts are equal there is nothing to pick, and where all
//! differ a row's own number is its entry.

use crate::ROWS_PER_BLOCK;
use crate::alphabet::ByteSet;
use crate::bits::width_of;
use crate::frame::Frame;

/// The texts of one block, ready to be written.
pub(crate) struct Texts<'a> {
    /// What every text begins with; the entries are stored without it.
    pub(crate) prefix: &'a [u8],
    entries: [&'a [u8]; ROWS_PER_BLOCK],
    entry_count: usize,
    /// The entry of each row.
    pub(crate) picks: [u64; ROWS_PER_BLOCK],
    /// Bits per pick; 0 where there is one entry, or an entry for each row.
    pub(crate) pick_width: u32,
    /// The bytes of all entries together.
    pub(crate) total: u64,
    /// The different bytes in the entries.
    pub(crate) bytes: ByteSet,
}

impl<'a> Texts<'a> {
    /// Looks for what `texts`, at least one and at most [`ROWS_PER_BLOCK`], have in common.
    pub(crate) fn from_texts(texts: &[&'a [u8]]) -> Texts<'a> {
        let mut sorted = [0; ROWS_PER_BLOCK];
        for (row, place) in sorted.iter_mut().enumerate() {
            *place = row;
        }
        let sorted = &mut sorted[..texts.len()];
        sorted.sort_unstable_by_key(|&row| texts[row]);
        let (first, last) = (texts[sorted[0]], texts[sorted[texts.len() - 1]]);
        // Whatever lies between the two in the alphabet begins as both of them do.
        let prefix = &first[..count_common(first.iter().zip(last))];

        let mut found = Texts {
            prefix,
            entries: [&[]; ROWS_PER_BLOCK],
            entry_count: 0,
            picks: [0; ROWS_PER_BLOCK],
            pick_width: 0,
            total: 0,
            bytes: ByteSet::default(),
        };
        let mut repeated = 0;
        for &row in sorted.iter() {
            let rest = &texts[row][prefix.len()..];
            if found.entry_count > 0 && found.entries[found.entry_count - 1] == rest {
                repeated += rest.len() as u64;
            } else {
                found.add(rest);
            }
            found.picks[row] = found.entry_count as u64 - 1;
        }
        if found.entry_count > 1 {
            found.pick_width = width_of(found.entry_count as u64 - 1);
            let picking = u64::from(found.pick_width) * texts.len() as u64;
            if picking >= repeated * u64::from(found.bytes.width()) {
                found.drop_dictionary(texts, repeated);
            }
        }
        found
    }

    fn add(&mut self, entry: &'a [u8]) {
        self.entries[self.entry_count] = entry;
        self.entry_count += 1;
        self.total += entry.len() as u64;
        for &byte in entry {
            self.bytes.insert(byte);
        }
    }

    /// Gives up the dictionary: the picks would take more room than the repeated texts.
    fn drop_dictionary(&mut self, texts: &[&'a [u8]], repeated: u64) {
        for (entry, text) in self.entries.iter_mut().zip(texts) {
            *entry = &text[self.prefix.len()..];
        }
        self.entry_count = texts.len();
        self.pick_width = 0;
        self.total += repeated;
    }

    /// The different texts, without their prefix.
    pub(crate) fn entries(&self) -> &[&'a [u8]] {
        &self.entries[..self.entry_count]
    }

    /// Where each entry begins and, as a last number, where the last one ends, as a [`drift`].
    pub(crate) fn starts(&self) -> ([u64; ROWS_PER_BLOCK + 1], Frame) {
        let mut starts = [0; ROWS_PER_BLOCK + 1];
        let count = self.entry_count as u64;
        let mut start = 0;
        for (index, entry) in self.entries().iter().enumerate() {
            starts[index] = drift(start, index as u64, count, self.total);
            start += entry.len() as u64;
        }
        let frame = Frame::from_values(&starts[..=self.entry_count]);
        (starts, frame)
    }
}

/// How far a start lies from [`even_start`]; below zero, it wraps.
fn drift(start: u64, index: u64, count: u64, total: u64) -> u64 {
    start.wrapping_sub(even_start(index, count, total))
}

/// Where entry `index` would begin if all were of one length.
///
/// The starts of 128 texts of 8 to 24 bytes grow to 2000, 11 bits each, but stay within about 60 of
/// an even growth: 7 bits. (Only places in the store are predicted this way, never a name or a
/// score.)
pub(crate) fn even_start(index: u64, count: u64, total: u64) -> u64 {
    index * total / count
}

/// How many pairs are equal before the first that is not.
pub(crate) fn count_common<'b>(pairs: impl Iterator<Item = (&'b u8, &'b u8)>) -> usize {
    pairs.take_while(|(one, other)| one == other).count()
}
