//! The work that every variant does: make a family, read it, and let go of it.

pub(crate) mod arena_indices;
pub(crate) mod dumpster_cycle;
pub(crate) mod gc_cycle;
pub(crate) mod rc_cycle;
pub(crate) mod weak_back_edge;

use heaplab_lesson::{Checksum, Scale};
use std::collections::VecDeque;

/// One family in eight stays for a while, as in a program with a cache. Otherwise every object
/// would die young, and the older generations of a collector would never be used.
const KEEP_ONE_IN: u64 = 8;
/// How many families stay at once.
const KEPT_FAMILIES: usize = 100;

fn family_name(i: u64) -> String {
    format!("family{i}")
}

/// Makes the families one after the other and adds what `read` finds in each to the checksum. All
/// of them have been dropped when it returns.
pub(crate) fn for_each_family<F>(
    rows: Scale,
    make: impl Fn(u64) -> F,
    read: impl Fn(&F, Checksum) -> Checksum,
) -> Checksum {
    let mut staying = VecDeque::with_capacity(KEPT_FAMILIES);
    rows.iter().fold(Checksum::new(), |sum, i| {
        let family = make(i);
        let sum = read(&family, sum);
        if i % KEEP_ONE_IN == 0 {
            if staying.len() == KEPT_FAMILIES {
                staying.pop_front();
            }
            staying.push_back(family);
        }
        sum
    })
}
