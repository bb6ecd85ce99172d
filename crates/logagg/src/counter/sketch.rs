//! Estimates UV by HyperLogLog, in 16 KiB for any number of keys.
//!
//! The registers follow Flajolet et al. 2007. The estimator is Ertl's, "New cardinality estimation
//! algorithms for HyperLogLog sketches" (arXiv 1702.01284, algorithm 6), which is unbiased from 0
//! on and needs no tables. The hash is the same on every machine, so sketches of several logs can
//! be merged.

use crate::error::Result;
use crate::key::{Key, KeySink};

const BITS: u32 = 14;
const REGISTERS: usize = 1 << BITS;
/// Possible register values: 0 to 51.
const VALUES: usize = 64 - BITS as usize + 2;

/// Relative standard error of the estimate, 1.04 / sqrt(2^14). Two thirds of all estimates are
/// within it, 95 % within twice as much.
pub const STANDARD_ERROR: f64 = 1.04 / 128.0;

/// A HyperLogLog sketch with 2^14 registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    registers: Vec<u8>,
}

impl Default for Sketch {
    fn default() -> Sketch {
        Sketch { registers: vec![0; REGISTERS] }
    }
}

impl Sketch {
    /// Restores a sketch; `None` if these are not valid registers.
    pub fn from_registers(registers: &[u8]) -> Option<Sketch> {
        let valid =
            registers.len() == REGISTERS && registers.iter().all(|&value| usize::from(value) < VALUES);
        valid.then(|| Sketch { registers: registers.to_vec() })
    }

    /// The registers, to be stored or sent.
    pub fn registers(&self) -> &[u8] {
        &self.registers
    }

    /// Adds what another sketch has seen.
    pub fn merge(&mut self, other: &Sketch) {
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// The estimated number of distinct keys.
    pub fn estimate(&self) -> u64 {
        let mut of_value = [0u32; VALUES];
        for &value in &self.registers {
            of_value[usize::from(value)] += 1;
        }
        let all = REGISTERS as f64;
        let highest = VALUES - 1;
        let mut sum = all * tau(1.0 - f64::from(of_value[highest]) / all);
        for &registers in of_value[1..highest].iter().rev() {
            sum = 0.5 * (sum + f64::from(registers));
        }
        sum += all * sigma(f64::from(of_value[0]) / all);
        (all * all / (2.0 * std::f64::consts::LN_2) / sum).round() as u64
    }

    #[inline(always)]
    fn insert_hash(&mut self, hash: u64) {
        let register = &mut self.registers[(hash >> (64 - BITS)) as usize];
        // The marker bit ends the run of zeros at 50.
        let zeros = (hash << BITS | 1 << (BITS - 1)).leading_zeros() as u8 + 1;
        *register = (*register).max(zeros);
    }
}

fn sigma(share: f64) -> f64 {
    if share == 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (share, 1.0, share);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

fn tau(share: f64) -> f64 {
    if share == 0.0 || share == 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (share, 1.0, 1.0 - share);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

/// The finaliser of splitmix64: every input bit affects every output bit.
#[inline(always)]
fn mix(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

impl KeySink for Sketch {
    #[inline(always)]
    fn count_v4(&mut self, key: u32) {
        self.insert_hash(mix(u64::from(key)));
    }

    fn count_key(&mut self, key: Key) {
        match key {
            Key::V4(value) => self.count_v4(value),
            Key::V6(value) => self.insert_hash(mix(mix((value >> 64) as u64 ^ 6) ^ value as u64)),
            Key::Text(bytes) => {
                let hash = bytes.chunks(8).fold(bytes.len() as u64, |hash, chunk| {
                    let mut word = [0; 8];
                    word[..chunk.len()].copy_from_slice(chunk);
                    mix(hash ^ u64::from_le_bytes(word))
                });
                self.insert_hash(hash);
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn key_count(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_within_four_standard_errors_at_every_size() {
        for distinct in [0u32, 1, 10, 1000, 16_384, 50_000, 1_000_000] {
            let (mut v4, mut v6, mut text) = (Sketch::default(), Sketch::default(), Sketch::default());
            for key in (0..distinct).chain(0..distinct) {
                v4.count_v4(key);
                v6.count_key(Key::V6(u128::from(key) << 70));
                text.count_key(Key::Text(format!("/path/{key}").as_bytes()));
            }
            for sketch in [&v4, &v6, &text] {
                let off = sketch.estimate() as f64 - f64::from(distinct);
                assert!(off.abs() <= f64::from(distinct) * STANDARD_ERROR * 4.0 + 0.5, "{distinct}: {off}");
            }
            let (mut half, mut other) = (Sketch::default(), Sketch::default());
            (0..distinct / 2).for_each(|key| half.count_v4(key));
            (distinct / 3..distinct).for_each(|key| other.count_v4(key));
            half.merge(&other);
            assert_eq!(half, v4, "a join has seen what both have");
        }
    }

    #[test]
    fn registers_that_cannot_be_are_refused() {
        assert!(Sketch::from_registers(&[0; 10]).is_none());
        assert!(Sketch::from_registers(&[60; REGISTERS]).is_none());
        assert_eq!(Sketch::from_registers(&[51; REGISTERS]).map(|_| ()), Some(()));
    }
}
