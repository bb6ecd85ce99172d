//! Numbers by what they stand for: a hash table that grows, in memory that is paid for only where it is touched. PERF: a table
//! that was made for a million entries at once cost 8 MiB at ten thousand, because a hash goes everywhere.

use super::zeroed::Zeroed;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The first table has `1 << FIRST` slots.
const FIRST_LOG2: u32 = 10;

/// Up to `SLOTS / 4` numbers above 0. Tables of growing size stand behind one another: the one with `1 << n` slots begins at
/// slot `1 << n`. Everything is called under the lock of whoever owns it.
pub(super) struct NumberIndex<const SLOTS: usize> {
    /// How much larger than the first the present table is, as a power of two.
    doublings: AtomicU32,
    used: AtomicU32,
    slots: [AtomicU32; SLOTS],
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl<const SLOTS: usize> Zeroed for NumberIndex<SLOTS> {}

impl<const SLOTS: usize> NumberIndex<SLOTS> {
    /// The number of this hash for which `is` holds.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        // At most half of a table is in use: there is always an empty slot to end at.
        self.probe_slots(hash)
            .map(|slot| slot.load(Relaxed))
            .take_while(|&number| number != 0)
            .find(|&number| is(number))
    }

    /// Puts a number in that is not there. `hash_of` gives the hash of any number, because the table may have to move.
    pub(super) fn insert(&self, number: u32, hash_of: impl Fn(u32) -> u64) {
        let used = self.used.load(Relaxed) + 1;
        let size = self.size();
        if 2 * used as usize > size && 4 * size <= SLOTS {
            self.doublings.store(self.doublings.load(Relaxed) + 1, Relaxed);
            for slot in &self.slots[size..2 * size] {
                let moved = slot.load(Relaxed);
                if moved != 0 {
                    self.place(moved, hash_of(moved));
                }
            }
        }
        self.place(number, hash_of(number));
        self.used.store(used, Relaxed);
    }

    fn place(&self, number: u32, hash: u64) {
        if let Some(empty) = self.probe_slots(hash).find(|slot| slot.load(Relaxed) == 0) {
            empty.store(number, Relaxed);
        }
    }

    /// The slots that a hash may stand in, each once, the likeliest first.
    fn probe_slots(&self, hash: u64) -> impl Iterator<Item = &AtomicU32> {
        let size = self.size();
        // A multiplication leaves the best bits at the top.
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

    /// Many share a slot, some a whole hash.
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
