//! Text in fewer than 8 bits per byte: a block whose texts use 62 different bytes needs 6 bits for
//! each.
//!
//! An alphabet is the list of those bytes, and a byte becomes its number in the list. The blocks
//! that follow use the same alphabet as long as it has all their bytes, so a store of similar names
//! has a single one.

use crate::bits::{BitOffset, BitWriter, Bits, width_of};

/// At this width a byte is its own code, and the list stays empty.
const RAW_WIDTH: u32 = 8;

/// All alphabets of a store, in the order of first use. Each has its own box, so that growing the
/// list moves none.
pub(crate) type Alphabets = Vec<Box<[u8]>>;

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Default)]
pub(crate) struct ByteSet([u64; 4]);

impl ByteSet {
    /// Adds a byte.
    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    fn contains_all(&self, other: &ByteSet) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| theirs & !mine == 0)
    }

    /// How many bits tell the bytes of the set apart. 0 where there is only one, or none.
    pub(crate) fn width(&self) -> u32 {
        let size: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        width_of(u64::from(size.saturating_sub(1)))
    }
}

/// Turns texts into codes, and remembers the alphabets that this took.
#[derive(Default)]
pub(crate) struct TextWriter {
    alphabets: Alphabets,
    /// Of the alphabet in use, which is the last one: its bytes, their codes, the bits per code.
    set: ByteSet,
    codes: Vec<u8>,
    width: u32,
}

impl TextWriter {
    /// Makes sure that all of `set` can be written, with the alphabet in use or with a new one.
    /// Returns its index and its bits per byte.
    pub(crate) fn cover(&mut self, set: &ByteSet) -> (u64, u32) {
        if self.alphabets.is_empty() || self.width != set.width() || !self.set.contains_all(set) {
            self.width = set.width();
            self.set = *set;
            let mut list: Box<[u8]> = (0..=255).filter(|&byte| set.contains(byte)).collect();
            if self.width == RAW_WIDTH {
                // This alphabet also serves all following blocks, whichever bytes they use.
                self.set = ByteSet([u64::MAX; 4]);
                list = Box::default();
            }
            self.codes.resize(256, 0);
            for (code, &byte) in list.iter().enumerate() {
                self.codes[usize::from(byte)] = code as u8;
            }
            self.alphabets.push(list);
        }
        (self.alphabets.len() as u64 - 1, self.width)
    }

    /// Writes a text whose bytes are all covered.
    pub(crate) fn write(&self, text: &[u8], out: &mut BitWriter) {
        if self.width == RAW_WIDTH {
            return out.push_bytes(text);
        }
        // As many codes at once as a word holds: ten letters of 6 bits are one push.
        for bytes in text.chunks(codes_per_word(self.width)) {
            let (mut word, mut used) = (0, 0);
            for &byte in bytes {
                word |= u64::from(self.codes[usize::from(byte)]) << used;
                used += self.width;
            }
            out.push(word, used);
        }
    }

    /// Ends the writing.
    pub(crate) fn finish(self) -> Alphabets {
        self.alphabets
    }
}

/// Appends to `out` the text of `len` bytes at `text`, written with `alphabet` in `width` bits per
/// byte.
pub(crate) fn read_text(
    bits: &Bits,
    alphabet: &[u8],
    width: u32,
    mut text: BitOffset,
    mut len: usize,
    out: &mut Vec<u8>,
) {
    if width == RAW_WIDTH {
        return bits.read_bytes(text, len, out);
    }
    let mask = (1 << width) - 1;
    while len > 0 {
        let now = len.min(codes_per_word(width));
        let used = now as u32 * width;
        let codes = bits.read(text, used);
        out.extend((0..now as u32).map(|index| alphabet[(codes >> (index * width) & mask) as usize]));
        (text, len) = (text + u64::from(used), len - now);
    }
}

/// How many codes fit into one word.
fn codes_per_word(width: u32) -> usize {
    (64 / width.max(1)) as usize
}
