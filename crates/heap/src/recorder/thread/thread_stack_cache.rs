//! A thread's cache from a stack's hash to its site, used without a lock. It may forget an entry,
//! which is then looked up again in `stacks`.

use super::super::zeroed::{self, Zeroed};
use heaplab_profile::raw::tables::MAX_SITES;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Entries at most: every stack of the process fits.
const MAX_ENTRIES: usize = 2 * MAX_SITES;
/// Entries at first. PERF: with 16,384 entries, a thousand stacks touched every page.
const FIRST_ENTRIES: usize = 1 << 10;
/// Entries of a bucket. PERF: they fill a cache line, so that a look-up among a million stacks
/// waits for memory once.
const BUCKET: usize = 8;
/// An entry is a site in its low bits, and above them as much of the stack's hash as fits. The
/// bucket is chosen by the low bits of the hash, so that entries are told apart by 49 bits at least.
const SITE_BITS: u32 = MAX_SITES.ilog2();
const SITE_MASK: u64 = (1 << SITE_BITS) - 1;

#[derive(Debug)]
#[repr(C, align(64))]
struct Bucket([AtomicU64; BUCKET]);

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for Bucket {}

/// All zeros is a valid, empty cache. Only one thread writes, but its signal handler may run
/// between two writes.
pub(super) struct StackCache {
    /// The address of the buckets, and in its low bits the logarithm of their number, so that both
    /// change at once; 0 before the first entry.
    table: AtomicUsize,
    used: AtomicU32,
}

impl StackCache {
    #[inline]
    pub(super) fn find(&self, hash: u64) -> Option<u32> {
        let tag = hash & !SITE_MASK;
        let entries = self.bucket(hash)?.0.iter().map(|entry| entry.load(Relaxed));
        let same = entries.filter(|entry| entry & !SITE_MASK == tag);
        same.map(|entry| (entry & SITE_MASK) as u32).find(is_site)
    }

    /// Adds an entry. `hash_of` gives the whole hash of a site that was added before.
    pub(super) fn add(&self, hash: u64, site: u32, hash_of: impl Fn(u32) -> u64) {
        self.grow_if_half_full(hash_of);
        if let Some(bucket) = self.bucket(hash) {
            bucket.place(hash, site);
        }
    }

    /// Doubles the capacity when half of it is used.
    fn grow_if_half_full(&self, hash_of: impl Fn(u32) -> u64) {
        let (used, room) = (self.used.load(Relaxed) as usize + 1, self.capacity());
        self.used.store(used as u32, Relaxed);
        if 2 * used <= room || room >= MAX_ENTRIES {
            return;
        }
        let entries = (2 * room).max(FIRST_ENTRIES);
        let Some(buckets) = zeroed::map_slice::<Bucket>(entries / BUCKET) else { return };
        let table = buckets.as_ptr().expose_provenance() | (entries / BUCKET).ilog2() as usize;
        let old = self.table.swap(table, Relaxed);
        let Some(former) = NonNull::new(buckets_at(old).cast_mut()) else { return };
        for index in 0..room / BUCKET {
            // SAFETY: an index of the former table.
            let bucket = unsafe { former.add(index).as_ref() };
            let sites = bucket.0.iter().map(|entry| (entry.load(Relaxed) & SITE_MASK) as u32);
            for site in sites.filter(is_site) {
                let hash = hash_of(site);
                if let Some(bucket) = self.bucket(hash) {
                    bucket.place(hash, site);
                }
            }
        }
        // SAFETY: the former table is not reachable any more, and a signal handler that interrupted
        // this thread has returned.
        unsafe { zeroed::release_slice(former, room / BUCKET) };
    }

    #[inline]
    fn bucket(&self, hash: u64) -> Option<&Bucket> {
        let table = self.table.load(Relaxed);
        let index = (hash ^ hash >> 29) as usize & ((1 << (table & LOG_MASK)) - 1);
        let buckets = buckets_at(table);
        // SAFETY: a table with more buckets than the index.
        (!buckets.is_null()).then(|| unsafe { &*buckets.add(index) })
    }

    fn capacity(&self) -> usize {
        let table = self.table.load(Relaxed);
        if table == 0 { 0 } else { BUCKET << (table & LOG_MASK) }
    }
}

impl Bucket {
    fn place(&self, hash: u64, site: u32) {
        let empty = self.0.iter().find(|entry| entry.load(Relaxed) == 0);
        // In a full bucket, some other entry is forgotten.
        let place = empty.unwrap_or(&self.0[(hash >> 61) as usize % BUCKET]);
        place.store(hash & !SITE_MASK | u64::from(site), Relaxed);
    }
}

/// A table is aligned to a page, so these bits of its address are free.
const LOG_MASK: usize = 0xff;

#[inline]
fn buckets_at(table: usize) -> *const Bucket {
    std::ptr::with_exposed_provenance(table & !LOG_MASK)
}

/// Site 0 is an empty entry.
fn is_site(site: &u32) -> bool {
    *site != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_right_and_little_is_forgotten() {
        let known = StackCache { table: AtomicUsize::new(0), used: AtomicU32::new(0) };
        let hash = |site: u32| u64::from(site).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The last round adds again what was forgotten when the cache grew.
        for most in [1, 400, 5000, 300_000, 300_000] {
            for site in 1..=most {
                assert!(known.find(hash(site)).is_none_or(|found| found == site));
                if known.find(hash(site)).is_none() {
                    known.add(hash(site), site, hash);
                }
            }
            assert_eq!(known.find(hash(most)), Some(most));
            assert_eq!(known.find(hash(most + 1)), None);
        }
        let forgotten = (1..=300_000).filter(|&site| known.find(hash(site)).is_none()).count();
        assert!(forgotten < 6_000, "{forgotten} of 300,000");
    }
}
