//! One way to do the optional task: a bit an address, in the memory that all processes share.
//!
//! Setting a bit tells what it was before, and exactly one process finds it unset: that one counts the visitor. A million
//! addresses are 128 KiB, whoever counts and however many lines there are.

use crate::task::{Counts, Part};
use std::sync::atomic::{AtomicU64, Ordering};

const PV: usize = 0;
const UV: usize = 1;
/// The bits begin on a cache line of their own.
const BITS: usize = 8;

/// Counts one part. Nothing is read before all processes have ended, so the order of the changes does not matter.
pub fn work(part: Part, shared: &[AtomicU64]) {
    let (mut pv, mut uv) = (0, 0);
    part.for_each_line(|line| {
        if let Some(address) = address(line) {
            pv += 1;
            let (word, bit) = (address / 64, 1 << (address % 64));
            let before = shared[BITS + word].fetch_or(bit, Ordering::Relaxed);
            uv += u64::from(before & bit == 0);
        }
    });
    shared[PV].fetch_add(pv, Ordering::Relaxed);
    shared[UV].fetch_add(uv, Ordering::Relaxed);
}

/// Both numbers are whole already.
pub fn merge(shared: &[AtomicU64]) -> Counts {
    Counts { pv: shared[PV].load(Ordering::Relaxed), uv: shared[UV].load(Ordering::Relaxed) }
}

/// The last 20 bits of the address that a line begins with.
fn address(line: &[u8]) -> Option<usize> {
    let mut parts = line.split(|&byte| byte == b' ').next()?.split(|&byte| byte == b'.');
    let mut number = || {
        let digits = parts.next()?;
        digits.iter().try_fold(0usize, |number, digit| match digit {
            b'0'..=b'9' => Some(number * 10 + usize::from(digit - b'0')),
            _ => None,
        })
    };
    let (ten, high, middle, low) = (number()?, number()?, number()?, number()?);
    (ten == 10 && high < 16 && middle < 256 && low < 256).then_some(high << 16 | middle << 8 | low)
}
