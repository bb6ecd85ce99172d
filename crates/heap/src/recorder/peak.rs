//! Live bytes over all sites, their peak, and the allocation clock.
//!
//! One thread, the *owner*, opened the region. It updates its sums without locked instructions, so
//! the peak is exact to the byte while it alone records. Every other thread collects its changes in
//! [`Pending`] and adds them to the shared sums once they reach 64 KiB. The peak therefore errs by
//! at most 128 KiB per further thread: what it has not yet added, and what it has not yet
//! subtracted. The owner publishes its clock every 64 KiB in the same way, so the lifetime of a
//! block that another thread allocated or freed errs by at most that much. PERF: where two threads
//! allocate and free, shared atomics at every event took 6 times the plain run, and this takes 2.4
//! times.
//!
//! What each site held at the peak is found with *epochs*. The first decrease after a peak begins a
//! new epoch. At its first change in an epoch, a site saves its live figures: they are what it held
//! at the peak. A site that has not changed since then still holds them.

use super::curve;
use super::site::{Counter, SignedCounter};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::*, fence};

/// How much a thread other than the owner may hold back, in each direction.
pub(super) const SLACK_BYTES: i64 = 64 << 10;

/// A value alone on its cache lines; processors fetch lines in pairs, hence 128 bytes. PERF: where
/// the owner's sums shared a line with what all threads read, each event of one thread was a cache
/// miss for the others.
#[repr(align(128))]
struct CacheLine<T>(T);

impl<T> std::ops::Deref for CacheLine<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The owner's sums. Other threads read them only when they add their pending changes.
struct OwnerSums {
    live_bytes: SignedCounter,
    live_blocks: SignedCounter,
    clock_bytes: Counter,
    /// The value of `PUBLISHED_CLOCK`.
    published_clock_bytes: Counter,
}

/// The sums of all other threads.
struct OtherSums {
    live_bytes: AtomicI64,
    live_blocks: AtomicI64,
    clock_bytes: AtomicU64,
}

/// The changes that a thread other than the owner has not yet added to the shared sums.
#[derive(Default)]
pub(super) struct Pending {
    bytes: SignedCounter,
    blocks: SignedCounter,
    clock_bytes: Counter,
}

static OWNER_SUMS: CacheLine<OwnerSums> = CacheLine(OwnerSums {
    live_bytes: SignedCounter::new(),
    live_blocks: SignedCounter::new(),
    clock_bytes: Counter::new(),
    published_clock_bytes: Counter::new(),
});
static OTHER_SUMS: CacheLine<OtherSums> = CacheLine(OtherSums {
    live_bytes: AtomicI64::new(0),
    live_blocks: AtomicI64::new(0),
    clock_bytes: AtomicU64::new(0),
});
/// The owner's clock as other threads see it: behind by less than [`SLACK_BYTES`] and one block.
static PUBLISHED_CLOCK: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(0));
static PEAK_BYTES: CacheLine<AtomicI64> = CacheLine(AtomicI64::new(0));
static PEAK_BLOCKS: CacheLine<AtomicI64> = CacheLine(AtomicI64::new(0));
/// Whether a second thread has recorded in the region.
static IS_SHARED: AtomicBool = AtomicBool::new(false);
/// Whether the live bytes are at their peak now.
static IS_AT_PEAK: CacheLine<AtomicBool> = CacheLine(AtomicBool::new(false));
/// The allocation clock when the last peak ended. No block was allocated since that peak, so the
/// peak was reached at this clock value.
static PEAK_CLOCK: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(0));
/// The current epoch: 1 plus the number of peaks that have ended.
static EPOCH: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(1));

/// The peak of a region, with what is needed to find each site's part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    pub(super) bytes: u64,
    pub(super) blocks: u64,
    pub(super) clock_bytes: u64,
    pub(super) epoch: u64,
    pub(super) is_at_peak: bool,
}

/// Whether a second thread has recorded in the region.
#[inline]
pub(super) fn is_shared() -> bool {
    IS_SHARED.load(Relaxed)
}

/// Called at every event of a thread other than the owner.
#[inline]
pub(super) fn mark_shared() {
    // PERF: loading before storing keeps the cache line shared.
    if !IS_SHARED.load(Relaxed) {
        IS_SHARED.store(true, Relaxed);
    }
}

/// The epoch of a change that adds live bytes.
#[inline]
pub(super) fn epoch() -> u64 {
    EPOCH.load(Relaxed)
}

/// The epoch of a change that removes live bytes. The first such change after a peak begins a new
/// epoch.
#[inline]
pub(super) fn epoch_for_decrease() -> u64 {
    if IS_AT_PEAK.load(Relaxed) {
        IS_AT_PEAK.store(false, Relaxed);
        PEAK_CLOCK.store(clock(), Relaxed);
        // Two threads may both increase the epoch at the end of one peak. The second increase is
        // harmless: no site has changed in between.
        EPOCH.fetch_add(1, Relaxed);
    }
    EPOCH.load(Relaxed)
}

/// The allocation clock: bytes allocated so far in the region.
#[inline]
pub(super) fn clock() -> u64 {
    OWNER_SUMS.clock_bytes.get().wrapping_add(OTHER_SUMS.clock_bytes.load(Relaxed))
}

/// The allocation clock as seen by threads other than the owner.
#[inline]
pub(super) fn published_clock() -> u64 {
    PUBLISHED_CLOCK.load(Relaxed).wrapping_add(OTHER_SUMS.clock_bytes.load(Relaxed))
}

/// Live bytes. Never negative, whatever threads still hold back.
#[inline]
pub(super) fn live_bytes() -> i64 {
    (OWNER_SUMS.live_bytes.get() + OTHER_SUMS.live_bytes.load(Relaxed)).max(0)
}

fn live_blocks() -> i64 {
    OWNER_SUMS.live_blocks.get() + OTHER_SUMS.live_blocks.load(Relaxed)
}

#[inline]
pub(super) fn apply_owner_change(bytes: i64, blocks: i64, clock_bytes: u64) {
    OWNER_SUMS.live_bytes.add(bytes);
    OWNER_SUMS.live_blocks.add(blocks);
    OWNER_SUMS.clock_bytes.add(clock_bytes);
    if OWNER_SUMS.clock_bytes.get().wrapping_sub(OWNER_SUMS.published_clock_bytes.get()) >= SLACK_BYTES as u64
    {
        OWNER_SUMS.published_clock_bytes.set(OWNER_SUMS.clock_bytes.get());
        PUBLISHED_CLOCK.store(OWNER_SUMS.clock_bytes.get(), Relaxed);
    }
    if bytes >= 0 {
        if bytes >= SLACK_BYTES {
            // If another thread adds a change at the same moment, one of the two must see the
            // other's. Smaller changes are within the error bound anyway.
            fence(SeqCst);
        }
        update_peak();
    }
    if clock() >= curve::next_due() {
        curve::record_point(clock(), live_bytes() as u64);
    }
}

#[inline]
pub(super) fn apply_other_change(pending: &Pending, bytes: i64, blocks: i64, clock_bytes: u64) {
    pending.bytes.add(bytes);
    pending.blocks.add(blocks);
    pending.clock_bytes.add(clock_bytes);
    if pending.bytes.get().abs() >= SLACK_BYTES || pending.clock_bytes.get() >= 16 * SLACK_BYTES as u64 {
        pending.flush();
        update_peak();
        if clock() >= curve::next_due() {
            curve::record_point(clock(), live_bytes() as u64);
        }
    }
}

impl Pending {
    /// Adds the pending changes to the shared sums.
    #[cold]
    pub(super) fn flush(&self) {
        OTHER_SUMS.live_bytes.fetch_add(self.bytes.get(), Relaxed);
        OTHER_SUMS.live_blocks.fetch_add(self.blocks.get(), Relaxed);
        OTHER_SUMS.clock_bytes.fetch_add(self.clock_bytes.get(), Relaxed);
        fence(SeqCst);
        self.clear();
    }

    /// How far this thread's clock is ahead of the published one.
    #[inline]
    pub(super) fn clock_bytes(&self) -> u64 {
        self.clock_bytes.get()
    }

    pub(super) fn clear(&self) {
        self.bytes.set(0);
        self.blocks.set(0);
        self.clock_bytes.clear();
    }
}

/// `>=`: of equal peaks the latest counts, as in dhat.
#[inline]
fn update_peak() {
    let live = live_bytes();
    if live >= PEAK_BYTES.load(Relaxed) {
        // PERF: while one thread records, no locked instruction is needed. With several, a thread
        // may be interrupted here and must not overwrite a higher peak when it continues.
        if !is_shared() {
            PEAK_BYTES.store(live, Relaxed);
        } else if PEAK_BYTES.fetch_max(live, Relaxed) > live {
            return;
        }
        PEAK_BLOCKS.store(live_blocks(), Relaxed);
        if !IS_AT_PEAK.load(Relaxed) {
            IS_AT_PEAK.store(true, Relaxed);
        }
    }
}

/// Called when every thread's pending changes have been added.
pub(super) fn update_peak_after_flush() {
    if live_bytes() > PEAK_BYTES.load(Relaxed) {
        update_peak();
    }
}

pub(super) fn current_peak() -> Peak {
    let rising = IS_AT_PEAK.load(Relaxed);
    Peak {
        bytes: PEAK_BYTES.load(Relaxed).unsigned_abs(),
        blocks: PEAK_BLOCKS.load(Relaxed).max(0).unsigned_abs(),
        epoch: EPOCH.load(Relaxed),
        clock_bytes: if rising { clock() } else { PEAK_CLOCK.load(Relaxed) },
        is_at_peak: rising,
    }
}

/// Resets everything for a new region.
pub(super) fn clear() {
    IS_SHARED.store(false, Relaxed);
    OWNER_SUMS.live_bytes.set(0);
    OWNER_SUMS.live_blocks.set(0);
    OWNER_SUMS.clock_bytes.clear();
    OWNER_SUMS.published_clock_bytes.clear();
    PUBLISHED_CLOCK.store(0, Relaxed);
    OTHER_SUMS.live_bytes.store(0, Relaxed);
    OTHER_SUMS.live_blocks.store(0, Relaxed);
    OTHER_SUMS.clock_bytes.store(0, Relaxed);
    PEAK_BYTES.store(0, Relaxed);
    PEAK_BLOCKS.store(0, Relaxed);
    IS_AT_PEAK.store(false, Relaxed);
    PEAK_CLOCK.store(0, Relaxed);
    EPOCH.store(1, Relaxed);
}
