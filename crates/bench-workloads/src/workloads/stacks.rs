//! Exactly as many different stacks as there are rows, to measure what an event and a stack take
//! when there are many.

use super::{BoxedWork, Sum};
use std::hint::black_box;

/// Blocks that are allocated, and freed at once, at any number of stacks: 4 per stack at a million.
pub(super) const BLOCKS: u64 = 4_000_000;
/// Each frame chooses between four calls, so ten of them make 4^10 = 1,048,576 stacks.
const FRAMES: u32 = 10;

/// Goes through `rows` stacks in the order of a walk through a tree of calls, again and again until
/// it has made [`BLOCKS`] blocks. Neighbouring stacks share their outer frames, as they do in a
/// program that returns from one call and makes the next.
pub(super) fn repeated(rows: u64) -> BoxedWork {
    allocate_in_order(rows, |stack| stack)
}

/// As `repeated`, in an order in which neighbouring stacks differ from their outermost frame on.
pub(super) fn scattered(rows: u64) -> BoxedWork {
    allocate_in_order(rows, reverse_digits)
}

fn allocate_in_order(rows: u64, stack_of: fn(u64) -> u64) -> BoxedWork {
    let sums = (0..BLOCKS.max(rows)).map(|block| allocate_below(stack_of(block % rows), FRAMES));
    Box::new(Sum(sums.fold(0, u64::wrapping_add)))
}

/// The base-4 digits in the opposite order.
fn reverse_digits(stack: u64) -> u64 {
    let bits = stack.reverse_bits() >> (u64::BITS - 2 * FRAMES);
    (bits >> 1 & 0x5555_5555) | (bits & 0x5555_5555) << 1
}

/// Allocates a block and frees it below the frames that the base-4 digits of `stack` choose, the
/// highest digit first.
#[inline(never)]
fn allocate_below(stack: u64, frames: u32) -> u64 {
    if frames == 0 {
        return black_box(Box::new(stack)).wrapping_add(1);
    }
    // Different code around the calls prevents the compiler from merging them into one.
    let below = || allocate_below(stack, frames - 1);
    match stack >> (2 * (frames - 1)) & 3 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_reversed_and_none_is_lost() {
        assert_eq!(reverse_digits(0b11_01), 0b01_11 << (2 * FRAMES - 4));
        assert!((0..1000).all(|stack| reverse_digits(reverse_digits(stack)) == stack));
    }
}
