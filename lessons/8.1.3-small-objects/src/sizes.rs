//! The sizes of the lesson's blocks: as good as random, and the same on every run, in Rust and in
//! CPython.

/// A linear congruential generator with the factors of Knuth's MMIX (The Art of Computer
/// Programming, 2, 3.3.4, table 1).
#[derive(Clone, Debug)]
pub struct Sizes(u64);

impl Sizes {
    /// From the beginning.
    pub const fn new() -> Sizes {
        Sizes(8)
    }

    /// A size between two others, both of which can come.
    pub fn draw_between(&mut self, least: usize, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The low bits of such a generator repeat soon.
        least + (self.0 >> 33) as usize % (most - least + 1)
    }
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes::new()
    }
}
