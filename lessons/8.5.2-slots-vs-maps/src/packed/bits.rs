//! Numbers of any width from 0 to 64 bits, one right behind the other.
//!
//! A number knows neither where it begins nor how wide it is: whoever reads must know both. The first bit of a number
//! is the lowest one, and a number that does not fit into the rest of a word goes on in the next.

use super::pages::Pages;

/// Where a bit is, counted from the first bit of the store. 64 bits, so that no store is too large for it.
pub(super) type BitOffset = u64;

/// Appends numbers. Only full words go to the pages, the last one waits here.
#[derive(Default)]
pub(super) struct BitWriter {
    full: Pages,
    last: u64,
    used: u32,
}

impl BitWriter {
    /// Where the next number will begin.
    pub(super) fn offset(&self) -> BitOffset {
        self.full.len() as u64 * 64 + u64::from(self.used)
    }

    /// Appends the lowest `width` bits of `value`; the others must be 0.
    pub(super) fn push(&mut self, value: u64, width: u32) {
        debug_assert!(width_of(value) <= width, "{value} does not fit into {width} bits");
        self.last |= value << self.used;
        let fitted = 64 - self.used;
        if width < fitted {
            self.used += width;
        } else {
            self.full.push(self.last);
            // A shift by all 64 bits is not a shift to a processor: nothing is left over then.
            self.last = value.checked_shr(fitted).unwrap_or(0);
            self.used = width - fitted;
        }
    }

    /// Appends bytes, 8 bits each.
    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.push(u64::from(byte), 8);
        }
    }

    /// Ends the writing; from here on there is only reading.
    pub(super) fn finish(mut self) -> Bits {
        self.full.push(self.last);
        Bits { words: self.full }
    }
}

/// What was written, readable from any bit on.
pub(super) struct Bits {
    words: Pages,
}

impl Bits {
    /// The number of `width` bits that begins at `place`.
    pub(super) fn read(&self, place: BitOffset, width: u32) -> u64 {
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

    /// Has the memory around `place` fetched: nobody uses the word, so the processor goes on before it is there. A place
    /// behind the end is as good as any.
    pub(super) fn touch(&self, place: BitOffset) {
        std::hint::black_box(self.words.peek((place / 64) as usize));
    }

    /// Appends `len` bytes to `out`, read from `place` on.
    pub(super) fn read_bytes(&self, mut place: BitOffset, mut len: usize, out: &mut Vec<u8>) {
        while len > 0 {
            let now = len.min(8);
            let word = self.read(place, now as u32 * 8);
            out.extend_from_slice(&word.to_le_bytes()[..now]);
            (place, len) = (place + 64, len - now);
        }
    }

    /// How many words hold the bits.
    #[cfg(test)]
    pub(super) fn words(&self) -> usize {
        self.words.len()
    }
}

/// How many bits it takes to write `value`: 0 for 0, 7 for 127, 64 for `u64::MAX`.
pub(super) fn width_of(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}
