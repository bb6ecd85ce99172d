//! A small random generator of our own, so that a case is the same on every machine and with every
//! release of a crate.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From `low` up to, and without, `high`, every value equally likely.
    pub(super) fn draw_between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// From `low` to `high`, every order of magnitude equally likely.
    pub(super) fn magnitude(&mut self, low: f64, high: f64) -> f64 {
        self.draw_between(low.ln(), high.ln()).exp()
    }

    /// From 0 up to, and without, `end`; 0 where that is 0.
    pub(super) fn draw_below(&mut self, end: usize) -> usize {
        ((self.unit() * end as f64) as usize).min(end.saturating_sub(1))
    }

    /// A whole number from `low` to `high`, every order of magnitude equally likely.
    pub(super) fn count(&mut self, low: f64, high: f64) -> usize {
        self.magnitude(low, high + 1.0) as usize
    }
}
