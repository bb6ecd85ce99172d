//! The same work under 64 frames of recursion, to measure what a stack walk takes per frame.

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
