//! Pseudo-random numbers: the same seed gives the same class.

/// splitmix64 (Steele, Lea, Flood 2014, <https://doi.org/10.1145/2714064.2660195>).
pub(super) struct SeededRandom(pub(super) u64);

impl SeededRandom {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`. `end` is small, so the bias of the remainder does not matter.
    pub(super) fn index_below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(super) fn choose<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index_below(choices.len())]
    }
}
