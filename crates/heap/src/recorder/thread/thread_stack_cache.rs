//! A thread's cache from a stack's hash to its site, used without a lock. It may forget an entry,
//! which is then looked up again in `stacks`.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Slots at most.
const MAX_SLOTS: usize = 1 << 17;
/// Slots at first. PERF: with 16,384 slots, a thousand stacks touched every page, 192 KiB per
/// thread.
const FIRST_SLOTS: usize = 1 << 10;
/// How many neighbouring slots are searched.
const PROBES: usize = 4;

/// All zeros is a valid, empty cache. Only one thread writes, but its signal handler may run
/// between two writes.
pub(super) struct StackCache {
    /// The capacity minus [`FIRST_SLOTS`].
    extra_slots: AtomicU32,
    used: AtomicU32,
    hashes: [AtomicU64; MAX_SLOTS],
    sites: [AtomicU32; MAX_SLOTS],
}

impl StackCache {
    #[inline]
    pub(super) fn find(&self, hash: u64) -> Option<u32> {
        self.slots(hash).find_map(|slot| {
            let site = self.sites[slot].load(Relaxed);
            (site != 0 && self.hashes[slot].load(Relaxed) == hash).then_some(site)
        })
    }

    pub(super) fn add(&self, hash: u64, site: u32) {
        self.grow_if_half_full();
        let empty = self.slots(hash).find(|&slot| self.sites[slot].load(Relaxed) == 0);
        let Some(slot) = empty.or_else(|| self.slots(hash).next()) else { return };
        // The site is written first, so that a reader who sees the hash finds the site.
        self.sites[slot].store(site, Relaxed);
        self.hashes[slot].store(hash, Relaxed);
    }

    /// Doubles the capacity when half of it is used. All entries are forgotten; each takes one
    /// locked look-up to return.
    fn grow_if_half_full(&self) {
        let (used, room) = (self.used.load(Relaxed) as usize + 1, self.capacity());
        if 2 * used <= room || room == MAX_SLOTS {
            self.used.store(used as u32, Relaxed);
            return;
        }
        self.sites[..room].iter().for_each(|site| site.store(0, Relaxed));
        self.extra_slots.store((2 * room - FIRST_SLOTS) as u32, Relaxed);
        self.used.store(1, Relaxed);
    }

    /// The slots where a hash may be stored, in the order of the search.
    #[inline]
    fn slots(&self, hash: u64) -> impl Iterator<Item = usize> {
        let mask = self.capacity() - 1;
        let first = (hash ^ (hash >> 29)) as usize;
        // PERF: the second mask tells the compiler that no index is out of bounds.
        (0..PROBES).map(move |probe| first.wrapping_add(probe) & mask & (MAX_SLOTS - 1))
    }

    #[inline]
    fn capacity(&self) -> usize {
        FIRST_SLOTS + self.extra_slots.load(Relaxed) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::zeroed::{self, Zeroed};
    use super::*;

    // SAFETY: atomics of zero are valid; there is no destructor.
    unsafe impl Zeroed for StackCache {}

    #[test]
    fn what_is_found_is_right_and_little_is_forgotten() {
        let known: &StackCache = zeroed::leak().unwrap();
        let hash = |site: u32| u64::from(site).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The last round adds again what was forgotten when the cache grew.
        for most in [1, 400, 5000, 60_000, 60_000] {
            for site in 1..=most {
                assert!(known.find(hash(site)).is_none_or(|found| found == site));
                if known.find(hash(site)).is_none() {
                    known.add(hash(site), site);
                }
            }
            assert_eq!(known.find(hash(most)), Some(most));
            assert_eq!(known.find(hash(most + 1)), None);
        }
        let forgotten = (1..=60_000).filter(|&site| known.find(hash(site)).is_none()).count();
        assert!(forgotten < 2_000, "{forgotten} of 60,000");
        assert_eq!(known.capacity(), MAX_SLOTS);
    }
}
