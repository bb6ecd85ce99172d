//! The work that every variant does: make a family, read it, and let go of it.

pub(crate) mod arena_indices;
pub(crate) mod collected;
pub(crate) mod off_the_shelf;
pub(crate) mod rc_cycle;
pub(crate) mod weak_back_edge;

use heaplab_lesson::{Checksum, Scale};
use std::collections::VecDeque;

/// One family in so many stays for a while, as in a program with a cache. Without them every object would die young, and no
/// generation but the youngest would ever have anything to do.
const ONE_STAYS_IN: u64 = 8;
/// How many stay at once.
const STAYING: usize = 100;

/// What a family is called.
fn name(i: u64) -> String {
    format!("family{i}")
}

/// Makes the families one after the other and folds what `read` finds in each into the checksum. When it returns it holds
/// none of them any more.
pub(crate) fn each_family<F>(
    rows: Scale,
    make: impl Fn(u64) -> F,
    read: impl Fn(&F, Checksum) -> Checksum,
) -> Checksum {
    let mut staying = VecDeque::with_capacity(STAYING);
    rows.iter().fold(Checksum::new(), |sum, i| {
        let family = make(i);
        let sum = read(&family, sum);
        if i % ONE_STAYS_IN == 0 {
            if staying.len() == STAYING {
                staying.pop_front();
            }
            staying.push_back(family);
        }
        sum
    })
}
