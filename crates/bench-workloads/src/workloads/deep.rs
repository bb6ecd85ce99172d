//! The work of `slots` under deep recursion: always 64 frames, or a depth that is drawn anew for
//! each row, so that no stack is the one before.

use super::rows::User;
use super::{BoxedWork, Sum};
use std::hint::black_box;

const FRAMES: u32 = 64;

/// As `slots`, with each row built at the bottom.
pub(super) fn slots(rows: u64) -> BoxedWork {
    let mut table: Vec<User> = Vec::new();
    recurse(FRAMES, &mut || table.extend((0..rows).map(User::from_number)));
    Box::new(table)
}

/// Single blocks, allocated and freed at the bottom.
pub(super) fn alternation(rows: u64) -> BoxedWork {
    let mut sum = 0;
    recurse(FRAMES, &mut || {
        sum = (0..rows).map(|i| black_box(Box::new(i)).wrapping_add(1)).fold(0, u64::wrapping_add);
    });
    Box::new(Sum(sum))
}

/// As `slots`, with each row built below 1 to 64 frames, drawn anew: 64 stacks in all.
pub(super) fn random_depth(rows: u64) -> BoxedWork {
    let mut draw = Draw::new();
    let mut table: Vec<User> = Vec::new();
    for row in 0..rows {
        recurse(draw.depth(), &mut || table.push(User::from_number(row)));
    }
    Box::new(table)
}

/// As `random_depth`, and which of two calls each frame makes is drawn as well, among 256 paths.
/// Stacks of one depth have the same addresses and other contents, so a memo that is found by
/// the stack pointer has to walk again.
pub(super) fn random_path(rows: u64) -> BoxedWork {
    let mut draw = Draw::new();
    let mut table: Vec<User> = Vec::new();
    for row in 0..rows {
        let (depth, path) = (draw.depth(), draw.next() as u32 & 0xff);
        wind(depth, path, &mut || table.push(User::from_number(row)));
    }
    Box::new(table)
}

/// Numbers that look random and are the same in every run: a linear congruential generator with
/// Knuth's constants for MMIX.
struct Draw(u64);

impl Draw {
    fn new() -> Draw {
        Draw(0x9e37_79b9_7f4a_7c15)
    }

    /// The upper half of the state; the lower bits have short periods.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    fn depth(&mut self) -> u32 {
        1 + self.next() as u32 % FRAMES
    }
}

#[inline(never)]
fn recurse(frames: u32, bottom: &mut dyn FnMut()) {
    if frames == 0 {
        bottom();
    } else {
        recurse(frames - 1, bottom);
    }
    // With code after it, the call is no tail call and keeps its frame.
    black_box(frames);
}

/// Recursion whose frames choose between two calls by the bits of `path`, lowest first.
#[inline(never)]
fn wind(frames: u32, path: u32, bottom: &mut dyn FnMut()) {
    if frames == 0 {
        bottom();
    } else if path & 1 == 0 {
        // Different code after the two calls prevents the compiler from merging them into one.
        wind(frames - 1, path.rotate_right(1), bottom);
        black_box(0u8);
    } else {
        wind(frames - 1, path.rotate_right(1), bottom);
        black_box(0u16);
    }
}
