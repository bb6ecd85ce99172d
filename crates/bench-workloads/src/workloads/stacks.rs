//! Exactly as many different stacks as there are rows, to measure what an event and a stack take
//! when there are many.

use super::{BoxedWork, Sum};
use std::hint::black_box;

/// Blocks that are allocated, and freed at once, at any number of stacks: 4 per stack at a million.
pub(super) const BLOCKS: u64 = 4_000_000;
/// Each frame chooses between four calls, so ten of them make 4^10 = 1,048,576 stacks.
const FRAMES: u32 = 10;

/// Goes through `rows` stacks again and again until it has made [`BLOCKS`] blocks.
pub(super) fn repeated(rows: u64) -> BoxedWork {
    let blocks = 0..BLOCKS.max(rows);
    Box::new(Sum(blocks.map(|block| allocate_below(block % rows, FRAMES)).fold(0, u64::wrapping_add)))
}

/// Allocates a block and frees it below the frames that the base-4 digits of `stack` choose.
#[inline(never)]
fn allocate_below(stack: u64, frames: u32) -> u64 {
    if frames == 0 {
        return black_box(Box::new(stack)).wrapping_add(1);
    }
    // Different code around the calls prevents the compiler from merging them into one.
    let below = || allocate_below(stack / 4, frames - 1);
    match stack % 4 {
        0 => between(0u8, below, 0u16),
        1 => between(1u16, below, 1u32),
        2 => between(2u32, below, 2u64),
        _ => between(3u64, below, 3u8),
    }
}

#[inline(always)]
fn between<B, A>(before: B, call: impl FnOnce() -> u64, after: A) -> u64 {
    black_box(before);
    let below = call();
    black_box(after);
    below
}
