//! Frame of reference: numbers that lie close together, written as their distance from the lowest.
//!
//! 9,999,872 to 9,999,999 need 24 bits each, but they are 128 numbers: 7 bits are enough once
//! 9,999,872 is written beside them. The order does not matter: a shuffled column is as narrow as a
//! sorted one.

use crate::bits::{BitOffset, Bits, width_of};

/// What the numbers of one column have in common: none is below `low`, and none exceeds it by more
/// than `width` bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) low: u64,
    pub(crate) width: u32,
}

impl Frame {
    /// The narrowest frame around `values`.
    ///
    /// The arithmetic wraps: where -1 and 1 should be neighbours, as among differences, the numbers
    /// are treated as signed ones. A reader need not know which it was, because adding is the same
    /// for both.
    pub(crate) fn from_values(values: &[u64]) -> Frame {
        let (mut least, mut most) = (u64::MAX, 0);
        let (mut least_signed, mut most_signed) = (i64::MAX, i64::MIN);
        for &value in values {
            (least, most) = (least.min(value), most.max(value));
            let signed = value.cast_signed();
            (least_signed, most_signed) = (least_signed.min(signed), most_signed.max(signed));
        }
        let plain = width_of(most.wrapping_sub(least));
        let signed = width_of(most_signed.wrapping_sub(least_signed).cast_unsigned());
        if width_of(most) <= plain.min(signed) {
            // Beginning at zero is as narrow, and takes no room in the header.
            Frame { low: 0, width: width_of(most) }
        } else if plain <= signed {
            Frame { low: least, width: plain }
        } else {
            Frame { low: least_signed.cast_unsigned(), width: signed }
        }
    }

    /// What to write for `value`: at most `width` bits.
    pub(crate) fn shrink(self, value: u64) -> u64 {
        value.wrapping_sub(self.low)
    }

    /// Number `index` of the column that begins at `column`.
    pub(crate) fn read(self, bits: &Bits, column: BitOffset, index: u64) -> u64 {
        self.low.wrapping_add(bits.read(column + index * u64::from(self.width), self.width))
    }
}

/// 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …, so that a `low` just below zero is a small number too.
pub(crate) fn zigzag(value: u64) -> u64 {
    (value << 1) ^ (value.cast_signed() >> 63).cast_unsigned()
}

/// Undoes [`zigzag`].
pub(crate) fn unzigzag(value: u64) -> u64 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}
