//! A compressed row store: ten million names and scores in about ten megabytes, each readable by
//! index.
//!
//! ```
//! use heaplab_packed_rows::Packed;
//!
//! let rows = (0..1_000).map(|index| (format!("user{index}"), index));
//! let packed = Packed::build(rows);
//! assert_eq!(packed.get(7), Some(("user7".to_owned(), 7)));
//! ```
//!
//! The modules, from a row inwards:
//! - This file cuts the rows into blocks of 128 and finds the block of an index.
//! - `block` writes a block and reads one row of it; `header` is what a reader must know first.
//! - `plan` decides how a block is written, and finds the ending that all names share.
//! - `decimal` cuts the digits off a name, `texts` makes a dictionary of the rest, `alphabet` makes
//!   its bytes small.
//! - `frame` makes a column of numbers narrow.
//! - `bits` and `pages` keep it all, bit after bit, and grow without ever holding two copies.
//!
//! No value is computed from a row's index. The rows are small because neighbours are alike, and
//! rows that are not alike are stored as they are. The README has a drawing and counts the bits.

mod alphabet;
mod bits;
mod block;
mod decimal;
mod frame;
mod header;
mod pages;
mod plan;
#[cfg(test)]
mod tests;
mod texts;

use alphabet::{Alphabets, TextWriter};
use bits::{BitWriter, Bits};
use block::Row;
use pages::Pages;

/// Rows per block. Twice as many would halve the 1.6 bits per row of header and directory, but the
/// numbers of twice as many neighbours lie twice as far apart: one bit more for each.
const ROWS_PER_BLOCK: usize = 128;

/// Names and scores, compressed, each readable by its index.
pub struct Packed {
    bits: Bits,
    /// Where each block begins.
    blocks: Pages,
    alphabets: Alphabets,
    len: usize,
}

impl Packed {
    /// Packs `rows` as they come; at most one block of them is held unpacked.
    pub fn build(rows: impl Iterator<Item = (String, u64)>) -> Packed {
        let mut bits = BitWriter::default();
        let mut blocks = Pages::default();
        let mut text = TextWriter::default();
        let mut waiting = Vec::with_capacity(ROWS_PER_BLOCK);
        let mut len = 0;
        for row in rows {
            waiting.push(row);
            len += 1;
            if waiting.len() == ROWS_PER_BLOCK {
                blocks.push(block::write_block(&waiting, &mut text, &mut bits));
                waiting.clear();
            }
        }
        if !waiting.is_empty() {
            blocks.push(block::write_block(&waiting, &mut text, &mut bits));
        }
        Packed { bits: bits.finish(), blocks, alphabets: text.finish(), len }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Row `index`, or `None` behind the last one. Allocates once: the name, at its exact length.
    pub fn get(&self, index: usize) -> Option<(String, u64)> {
        let row = self.find_row(index)?;
        let mut name = Vec::with_capacity(row.name_bytes());
        row.push_name(&self.alphabets, &mut name);
        Some((into_name(name), row.score()))
    }

    /// Puts the name of row `index` into `name`, whose memory is reused, and returns the score.
    /// Behind the last row it returns `None` and leaves `name` as it was.
    pub fn read(&self, index: usize, name: &mut String) -> Option<u64> {
        let row = self.find_row(index)?;
        let mut bytes = std::mem::take(name).into_bytes();
        bytes.clear();
        row.push_name(&self.alphabets, &mut bytes);
        *name = into_name(bytes);
        Some(row.score())
    }

    fn find_row(&self, index: usize) -> Option<Row<'_>> {
        if index >= self.len {
            return None;
        }
        let block = index / ROWS_PER_BLOCK;
        // The last block may be shorter.
        let rows = ROWS_PER_BLOCK.min(self.len - block * ROWS_PER_BLOCK);
        Some(Row::find(&self.bits, self.blocks.get(block), (index % ROWS_PER_BLOCK) as u64, rows as u64))
    }
}

/// Blocks cut names between bytes, not between characters; put together again, the bytes are the
/// `String` that came in.
fn into_name(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("a name comes out as it went in")
}
