//! One block: up to 128 rows, written together and read one at a time.

use crate::alphabet::{self, Alphabets, TextWriter};
use crate::bits::{BitOffset, BitWriter, Bits};
use crate::header::Header;
use crate::plan::Plan;
use crate::texts::even_start;
use crate::{ROWS_PER_BLOCK, decimal};

/// Bits of a cache line: 64 bytes.
const CACHE_LINE_BITS: u64 = 64 * 8;

/// Writes a block of `rows`, at least one and at most [`ROWS_PER_BLOCK`], and returns where it
/// begins.
pub(crate) fn write_block(rows: &[(String, u64)], text: &mut TextWriter, out: &mut BitWriter) -> BitOffset {
    debug_assert!(!rows.is_empty() && rows.len() <= ROWS_PER_BLOCK);
    let plan = Plan::choose(rows);
    let texts = &plan.texts;
    let (starts, starts_frame) = texts.starts();
    let (alphabet, text_width) = text.cover(&texts.bytes);

    let block = out.offset();
    let header = Header {
        pick_width: texts.pick_width,
        entries: texts.entries().len() as u64,
        text_width,
        relative: plan.relative,
        starts: starts_frame,
        numbers: plan.numbers.frame,
        scores: plan.scores.frame,
        text_bytes: texts.total,
        prefix_bytes: texts.prefix.len() as u64,
        suffix_bytes: plan.suffix.len() as u64,
        alphabet,
    };
    header.write(out);
    out.push_bytes(texts.prefix);
    out.push_bytes(plan.suffix);
    for &start in &starts[..=texts.entries().len()] {
        out.push(starts_frame.shrink(start), starts_frame.width);
    }
    if texts.pick_width > 0 {
        for &pick in &texts.picks[..rows.len()] {
            out.push(pick, texts.pick_width);
        }
    }
    for column in [&plan.numbers, &plan.scores] {
        for &value in &column.values[..rows.len()] {
            out.push(column.frame.shrink(value), column.frame.width);
        }
    }
    for entry in texts.entries() {
        text.write(entry, out);
    }
    block
}

/// One row of a block, found and measured but not yet read.
pub(crate) struct Row<'a> {
    bits: &'a Bits,
    header: Header,
    prefix: BitOffset,
    suffix: BitOffset,
    text: BitOffset,
    text_bytes: u64,
    number: Option<u64>,
    score: u64,
}

impl<'a> Row<'a> {
    /// Finds row `row` of the block at `block`, which has `rows` rows.
    pub(crate) fn find(bits: &'a Bits, block: BitOffset, row: u64, rows: u64) -> Row<'a> {
        // PERF: reading a random row waits for memory, longest where one address depends on
        // another. Fetching early what is needed soon, here and at the text below: 950 -> 700 ns
        // for random rows, ten million of them.
        bits.touch(block + CACHE_LINE_BITS);
        bits.touch(block + 2 * CACHE_LINE_BITS);
        let (header, prefix) = Header::read(bits, block);
        // The columns follow each other, so each begins where those before it end.
        let suffix = prefix + 8 * header.prefix_bytes;
        let starts = suffix + 8 * header.suffix_bytes;
        let picks = starts + (header.entries + 1) * u64::from(header.starts.width);
        let numbers = picks + rows * u64::from(header.pick_width);
        let scores = numbers + rows * u64::from(header.numbers.width);
        let texts = scores + rows * u64::from(header.scores.width);

        let entry = if header.entries == 1 {
            0
        } else if header.pick_width == 0 {
            row
        } else {
            bits.read(picks + row * u64::from(header.pick_width), header.pick_width)
        };
        let start = |index| {
            let even = even_start(index, header.entries, header.text_bytes);
            header.starts.read(bits, starts, index).wrapping_add(even)
        };
        let (text_start, text_end) =
            if header.text_bytes == 0 { (0, 0) } else { (start(entry), start(entry + 1)) };
        if header.text_bytes > 0 {
            let about = even_start(entry, header.entries, header.text_bytes);
            bits.touch(texts + about * u64::from(header.text_width));
        }
        let number = header.numbers.read(bits, numbers, row).checked_sub(1);
        let score = header.scores.read(bits, scores, row);
        let base = if header.relative { number.unwrap_or(0) } else { 0 };
        Row {
            prefix,
            suffix,
            text: texts + text_start * u64::from(header.text_width),
            text_bytes: text_end - text_start,
            number,
            score: score.wrapping_add(base),
            bits,
            header,
        }
    }

    /// The row's score.
    pub(crate) fn score(&self) -> u64 {
        self.score
    }

    /// How many bytes [`Row::push_name`] will append.
    pub(crate) fn name_bytes(&self) -> usize {
        let header = &self.header;
        (header.prefix_bytes + self.text_bytes + header.suffix_bytes) as usize
            + self.number.map_or(0, decimal::count_digits)
    }

    /// Appends the row's name: prefix, text, number, suffix.
    pub(crate) fn push_name(&self, alphabets: &Alphabets, out: &mut Vec<u8>) {
        let Row { bits, header, .. } = self;
        let alphabet = &alphabets[header.alphabet as usize];
        bits.read_bytes(self.prefix, header.prefix_bytes as usize, out);
        alphabet::read_text(bits, alphabet, header.text_width, self.text, self.text_bytes as usize, out);
        if let Some(number) = self.number {
            decimal::push_digits(number, out);
        }
        bits.read_bytes(self.suffix, header.suffix_bytes as usize, out);
    }
}
