//! A hash table of numbers that grows inside one sparse mapping.
//!
//! PERF: memory is used only where it is touched, so the table starts small. A table made for a
//! million entries at once took 8 MiB with ten thousand entries, because hashes touch every page.

use super::zeroed::{self, Zeroed};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The first table has `1 << FIRST_LOG2` slots.
const FIRST_LOG2: u32 = 10;

/// Up to `SLOTS / 4` numbers greater than 0. Tables of growing size lie one after the other: the
/// table with `1 << n` slots begins at slot `1 << n`. Callers hold the lock of the structure that
/// contains the index.
pub(super) struct NumberIndex<const SLOTS: usize> {
    /// How often the table has doubled since the first one.
    doublings: AtomicU32,
    used: AtomicU32,
    slots: [AtomicU32; SLOTS],
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl<const SLOTS: usize> Zeroed for NumberIndex<SLOTS> {}

impl<const SLOTS: usize> NumberIndex<SLOTS> {
    /// The number with this hash for which `is` returns true.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        // At most half of the slots are used, so the search ends at an empty one.
        self.probe_slots(hash)
            .map(|slot| slot.load(Relaxed))
            .take_while(|&number| number != 0)
            .find(|&number| is(number))
    }

    /// Inserts a number that is not in the table. `hash_of` is needed because growing the table
    /// moves other numbers too.
    pub(super) fn insert(&self, number: u32, hash_of: impl Fn(u32) -> u64) {
        let used = self.used.load(Relaxed) + 1;
        let size = self.size();
        if 2 * used as usize > size && 4 * size <= SLOTS {
            self.doublings.store(self.doublings.load(Relaxed) + 1, Relaxed);
            let grown = &self.slots[2 * size..4 * size];
            zeroed::advise_huge_pages(
                grown.as_ptr().addr().next_multiple_of(4096),
                size_of_val(grown) - 4096,
            );
            for slot in &self.slots[size..2 * size] {
                let moved = slot.load(Relaxed);
                if moved != 0 {
                    self.place(moved, hash_of(moved));
                }
            }
            zeroed::forget_pages(&self.slots[size..2 * size]);
        }
        self.place(number, hash_of(number));
        self.used.store(used, Relaxed);
    }

    fn place(&self, number: u32, hash: u64) {
        if let Some(empty) = self.probe_slots(hash).find(|slot| slot.load(Relaxed) == 0) {
            empty.store(number, Relaxed);
        }
    }

    /// The slots where a hash may be stored, in the order of the search.
    fn probe_slots(&self, hash: u64) -> impl Iterator<Item = &AtomicU32> {
        let size = self.size();
        // The hashes come from multiplications, which leave the best bits at the top.
        let start = (hash ^ (hash >> 32)) as usize;
        (0..size).map(move |step| &self.slots[size + (start.wrapping_add(step) & (size - 1))])
    }

    fn size(&self) -> usize {
        1 << (FIRST_LOG2 + self.doublings.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::super::zeroed;
    use super::*;

    /// Many numbers share a slot, and pairs share a whole hash.
    fn hash(number: u32) -> u64 {
        u64::from(number / 2).wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff
    }

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        const SLOTS: usize = 1 << 16;
        let index: &NumberIndex<SLOTS> = zeroed::leak().unwrap();
        let most = SLOTS as u32 / 4;
        for number in 1..=most {
            assert_eq!(index.find(hash(number), |found| found == number), None);
            index.insert(number, hash);
        }
        for number in 1..=most {
            assert_eq!(index.find(hash(number), |found| found == number), Some(number));
        }
        assert_eq!(index.find(hash(most + 2), |found| found == most + 2), None);
        assert_eq!(index.size(), SLOTS / 2);
    }
}
