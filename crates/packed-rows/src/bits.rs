//! Numbers of any width from 0 to 64 bits, without gaps.
//!
//! Neither the beginning nor the width of a number is stored: the reader must know both. The first
//! bit of a number is the lowest one, and a number that does not fit into the rest of a word
//! continues in the next.

use crate::pages::Pages;

/// The position of a bit, counted from the first bit of the store.
pub(crate) type BitOffset = u64;

/// Appends numbers. Only full words go to the pages; the last one is kept here.
#[derive(Default)]
pub(crate) struct BitWriter {
    full: Pages,
    last: u64,
    used: u32,
}

impl BitWriter {
    /// Where the next number will begin.
    pub(crate) fn offset(&self) -> BitOffset {
        self.full.len() as u64 * 64 + u64::from(self.used)
    }

    /// Appends the lowest `width` bits of `value`; the others must be 0.
    pub(crate) fn push(&mut self, value: u64, width: u32) {
        debug_assert!(width_of(value) <= width, "{value} does not fit into {width} bits");
        self.last |= value << self.used;
        let fitted = 64 - self.used;
        if width < fitted {
            self.used += width;
        } else {
            self.full.push(self.last);
            // A shift by 64 bits would be an overflow: then nothing is left over.
            self.last = value.checked_shr(fitted).unwrap_or(0);
            self.used = width - fitted;
        }
    }

    /// Appends bytes, 8 bits each.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.push(u64::from(byte), 8);
        }
    }

    /// Ends the writing.
    pub(crate) fn finish(mut self) -> Bits {
        self.full.push(self.last);
        Bits { words: self.full }
    }
}

/// What was written, readable from any bit on.
pub(crate) struct Bits {
    words: Pages,
}

impl Bits {
    /// The number of `width` bits that begins at `place`.
    pub(crate) fn read(&self, place: BitOffset, width: u32) -> u64 {
        if width == 0 {
            return 0;
        }
        let (word, skip) = ((place / 64) as usize, (place % 64) as u32);
        let mut value = self.words.get(word) >> skip;
        let found = 64 - skip;
        if width > found {
            value |= self.words.get(word + 1) << found;
        }
        value & (u64::MAX >> (64 - width))
    }

    /// Has the memory around `place` fetched. No instruction depends on the word, so the processor
    /// does not wait for it. A place behind the end is allowed.
    pub(crate) fn touch(&self, place: BitOffset) {
        std::hint::black_box(self.words.peek((place / 64) as usize));
    }

    /// Appends `len` bytes to `out`, read from `place` on.
    pub(crate) fn read_bytes(&self, mut place: BitOffset, mut len: usize, out: &mut Vec<u8>) {
        while len > 0 {
            let now = len.min(8);
            let word = self.read(place, now as u32 * 8);
            out.extend_from_slice(&word.to_le_bytes()[..now]);
            (place, len) = (place + 64, len - now);
        }
    }

    /// How many words hold the bits.
    #[cfg(test)]
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }
}

/// How many bits it takes to write `value`: 0 for 0, 7 for 127, 64 for `u64::MAX`.
pub(crate) fn width_of(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}
