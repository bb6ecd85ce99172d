//! The site of a native stack and a Python stack together, as one thread knows it. Neither a hash of
//! a stack nor a site changes its meaning in the life of a process, so nothing is ever dropped.

use crate::recorder::zeroed::{self, Zeroed};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Entries at first; a power of two. PERF: they fill four pages.
const FIRST_ENTRIES: usize = 1 << 10;
const MAX_ENTRIES: usize = 1 << 24;

/// The key of a native stack and a Python stack, by their hashes. It is not 0.
#[inline(always)]
pub(in crate::recorder) fn pair_key(native: u64, python: u64) -> u64 {
    let mixed = (native ^ python.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29) | 1
}

#[derive(Debug, Default)]
#[repr(C)]
struct Pair {
    key: AtomicU64,
    site: AtomicU64,
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for Pair {}

/// All zeros is a valid, empty table. Only its thread uses it, and not its signal handlers.
pub(super) struct PairTable {
    /// The address of the entries, and in its low bits the logarithm of their number; 0 at first.
    table: AtomicUsize,
    used: AtomicUsize,
}

/// A table is aligned to a page, so these bits of its address are free.
const LOG_MASK: usize = 0xff;

impl PairTable {
    /// The site of a pair, if it was added.
    #[inline(always)]
    pub(super) fn find(&self, key: u64) -> Option<u32> {
        let table = self.table.load(Relaxed);
        if table == 0 {
            return None;
        }
        let mut index = key as usize >> 1;
        loop {
            // SAFETY: the mask keeps the index within the table.
            let pair = unsafe { &*entries(table).add(index & mask(table)) };
            let found = pair.key.load(Relaxed);
            if found == key {
                return Some(pair.site.load(Relaxed) as u32);
            }
            // At least half of the entries are empty, so the search ends.
            if found == 0 {
                return None;
            }
            index += 1;
        }
    }

    /// Adds a pair that is not in the table. Without memory for it, it is looked up again later.
    pub(super) fn add(&self, key: u64, site: u32) {
        let (table, used) = (self.table.load(Relaxed), self.used.load(Relaxed));
        if table == 0 || 2 * (used + 1) > mask(table) + 1 {
            self.grow();
        }
        let table = self.table.load(Relaxed);
        if table != 0 && 2 * (used + 1) <= mask(table) + 1 {
            place(table, key, site);
            self.used.store(used + 1, Relaxed);
        }
    }

    #[cold]
    fn grow(&self) {
        let old = self.table.load(Relaxed);
        let count = if old == 0 { FIRST_ENTRIES } else { 2 * (mask(old) + 1) };
        if count > MAX_ENTRIES {
            return;
        }
        let Some(new) = zeroed::map_slice::<Pair>(count) else { return };
        let table = new.as_ptr().expose_provenance() | count.ilog2() as usize;
        if let Some(former) = NonNull::new(entries(old).cast_mut()).filter(|_| old != 0) {
            for index in 0..=mask(old) {
                // SAFETY: an entry of the former table.
                let pair = unsafe { former.add(index).as_ref() };
                if pair.key.load(Relaxed) != 0 {
                    place(table, pair.key.load(Relaxed), pair.site.load(Relaxed) as u32);
                }
            }
            self.table.store(table, Relaxed);
            // SAFETY: nobody reaches the former table any more.
            unsafe { zeroed::release_slice(former, mask(old) + 1) };
        }
        self.table.store(table, Relaxed);
    }
}

fn place(table: usize, key: u64, site: u32) {
    let mut index = key as usize >> 1;
    loop {
        // SAFETY: the mask keeps the index within the table.
        let pair = unsafe { &*entries(table).add(index & mask(table)) };
        if pair.key.load(Relaxed) == 0 {
            pair.site.store(site.into(), Relaxed);
            pair.key.store(key, Relaxed);
            return;
        }
        index += 1;
    }
}

#[inline(always)]
fn mask(table: usize) -> usize {
    (1 << (table & LOG_MASK)) - 1
}

#[inline(always)]
fn entries(table: usize) -> *const Pair {
    std::ptr::with_exposed_provenance(table & !LOG_MASK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_found_again() {
        let table = PairTable { table: AtomicUsize::new(0), used: AtomicUsize::new(0) };
        let key = |number: u32| pair_key(u64::from(number).wrapping_mul(0xd6e8_feb8_6659_fd93), 7);
        for number in 1..50_000 {
            assert_eq!(table.find(key(number)), None);
            table.add(key(number), number);
        }
        assert!((1..50_000).all(|number| table.find(key(number)) == Some(number)));
    }
}
