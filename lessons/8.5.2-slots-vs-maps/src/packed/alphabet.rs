//! Text in fewer than 8 bits a byte: a block whose texts use 62 different bytes needs 6 bits for each.
//!
//! The alphabet, the list of those bytes, is written once, and a byte becomes its number in the list. Blocks after it
//! go on using the same list as long as it has all their bytes, so a store of like names writes it once in all.

use super::bits::{BitWriter, Bits, Place, width_of};

/// From this width on a byte is its own code and there is no list.
pub(super) const RAW: u32 = 8;

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    /// Adds a byte.
    pub(super) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    fn contains_all(&self, other: &ByteSet) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| theirs & !mine == 0)
    }

    /// How many bits tell the bytes of the set apart. 0 where there is only one, or none.
    pub(super) fn width(&self) -> u32 {
        let size: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        width_of(u64::from(size.saturating_sub(1)))
    }
}

/// The list that was written last.
pub(super) struct Alphabet {
    set: ByteSet,
    codes: [u8; 256],
    /// Bits a byte.
    pub(super) width: u32,
    /// Where the list begins in the store.
    pub(super) place: Place,
}

impl Alphabet {
    /// No list, for a store without texts so far.
    pub(super) fn none() -> Alphabet {
        Alphabet { set: ByteSet::default(), codes: [0; 256], width: 0, place: 0 }
    }

    /// Makes sure that all of `set` can be written: with the list that is there, or with a new one, written to `out`.
    pub(super) fn cover(&mut self, set: &ByteSet, out: &mut BitWriter) {
        if self.width == set.width() && self.set.contains_all(set) {
            return;
        }
        *self = Alphabet { set: *set, codes: [0; 256], width: set.width(), place: 0 };
        if self.width == RAW {
            // So that a raw block covers every other one.
            self.set = ByteSet([u64::MAX; 4]);
            return;
        }
        self.place = out.place();
        let mut list = [0; 128];
        for (code, byte) in (0..=255).filter(|&byte| set.contains(byte)).enumerate() {
            list[code] = byte;
            self.codes[usize::from(byte)] = code as u8;
        }
        // Filled up with zeros to the full 2^width: a reader need not ask how many bytes there really are.
        out.push_bytes(&list[..1 << self.width]);
    }

    /// Writes a text, `width` bits a byte. All its bytes must be in the list.
    pub(super) fn write(&self, text: &[u8], out: &mut BitWriter) {
        if self.width == RAW {
            return out.push_bytes(text);
        }
        for bytes in text.chunks(per_word(self.width)) {
            let (mut word, mut used) = (0, 0);
            for &byte in bytes {
                word |= u64::from(self.codes[usize::from(byte)]) << used;
                used += self.width;
            }
            out.push(word, used);
        }
    }
}

/// Appends to `out` the text of `len` bytes that begins at `text`, its bytes `width` bits wide and listed at `list`.
pub(super) fn read(bits: &Bits, list: Place, width: u32, mut text: Place, mut len: usize, out: &mut Vec<u8>) {
    if width == RAW {
        return bits.read_bytes(text, len, out);
    }
    if len == 0 {
        return;
    }
    // PERF: fetching the whole list first, 8 bytes at once, beats looking up every byte in the store.
    let mut bytes = [0; 128];
    for (index, eight) in bytes[..1 << width].chunks_mut(8).enumerate() {
        let word = bits.read(list + index as u64 * 64, eight.len() as u32 * 8);
        eight.copy_from_slice(&word.to_le_bytes()[..eight.len()]);
    }
    let mask = (1 << width) - 1;
    while len > 0 {
        let now = len.min(per_word(width));
        let used = now as u32 * width;
        let codes = bits.read(text, used);
        out.extend((0..now as u32).map(|index| bytes[(codes >> (index * width) & mask & 127) as usize]));
        (text, len) = (text + u64::from(used), len - now);
    }
}

/// How many codes fit into one word.
fn per_word(width: u32) -> usize {
    (64 / width.max(1)) as usize
}
