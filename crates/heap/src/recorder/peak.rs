//! What is live now over all sites, the highest it has been, and the allocation clock.
//!
//! One thread owns the region: it writes its figures without a locked instruction, and alone it is exact to the byte. Every
//! other thread holds its own sum back until it is 64 KiB, and adds it then (shared atomics at every event cost 6 times the
//! plain run where two threads make and free, the slack 2.4). So the peak errs by at most twice that a thread: what it has
//! not yet added, and what it has not yet taken away. The owner tells its clock every 64 KiB in the same way: the lifetime of
//! a block that another thread made or freed errs by at most that.

use super::curve;
use super::site::{Counter, SignedCounter};
use super::thread;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::*, fence};

/// What a thread that does not own the region may hold back, each way.
pub(super) const SLACK_BYTES: i64 = 64 << 10;

/// A value on cache lines of its own (processors fetch them in pairs). PERF: where the owner's figures shared a line with
/// what all threads read, every event of one thread was a cache miss for the others.
#[repr(align(128))]
struct CacheLine<T>(T);

impl<T> std::ops::Deref for CacheLine<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The owner's figures. Other threads read them only when they add what they held back.
struct OwnerSums {
    live_bytes: SignedCounter,
    live_blocks: SignedCounter,
    clock_bytes: Counter,
    /// What `TOLD_CLOCK` is.
    published_clock_bytes: Counter,
}

/// The sums of all other threads.
struct OtherSums {
    live_bytes: AtomicI64,
    live_blocks: AtomicI64,
    clock_bytes: AtomicU64,
}

/// What a thread that does not own the region holds back.
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
/// The owner's clock as the others know it: behind by less than [`SLACK_BYTES`] and one block.
static PUBLISHED_CLOCK: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(0));
static PEAK_BYTES: CacheLine<AtomicI64> = CacheLine(AtomicI64::new(0));
static PEAK_BLOCKS: CacheLine<AtomicI64> = CacheLine(AtomicI64::new(0));
/// Whether what is live now is the peak.
static IS_AT_PEAK: CacheLine<AtomicBool> = CacheLine(AtomicBool::new(false));
/// The allocation clock when a peak was left last; the peak itself was as late, for nothing was born between.
static PEAK_CLOCK: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(0));
/// How often a peak was left: the number that sites hold their kept figures against.
static EPOCH: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(1));

/// The peak of a region, and how to ask sites for their part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    pub(super) bytes: u64,
    pub(super) blocks: u64,
    pub(super) clock_bytes: u64,
    pub(super) epoch: u64,
    pub(super) is_at_peak: bool,
}

/// The seal that a change belongs to which adds to what is live.
#[inline]
pub(super) fn epoch() -> u64 {
    EPOCH.load(Relaxed)
}

/// The seal that a change belongs to which takes away: the first one after a peak breaks it.
#[inline]
pub(super) fn epoch_for_decrease() -> u64 {
    if IS_AT_PEAK.load(Relaxed) {
        IS_AT_PEAK.store(false, Relaxed);
        PEAK_CLOCK.store(clock(), Relaxed);
        // Two threads that leave one peak together may both count up: the second finds every site unchanged since.
        EPOCH.fetch_add(1, Relaxed);
    }
    EPOCH.load(Relaxed)
}

/// The allocation clock.
#[inline]
pub(super) fn clock() -> u64 {
    OWNER_SUMS.clock_bytes.get().wrapping_add(OTHER_SUMS.clock_bytes.load(Relaxed))
}

/// The allocation clock as a thread knows it that does not own the region.
#[inline]
pub(super) fn published_clock() -> u64 {
    PUBLISHED_CLOCK.load(Relaxed).wrapping_add(OTHER_SUMS.clock_bytes.load(Relaxed))
}

/// What is live, in bytes; never below zero, whatever threads hold back.
#[inline]
pub(super) fn live_bytes() -> i64 {
    (OWNER_SUMS.live_bytes.get() + OTHER_SUMS.live_bytes.load(Relaxed)).max(0)
}

fn live_blocks() -> i64 {
    OWNER_SUMS.live_blocks.get() + OTHER_SUMS.live_blocks.load(Relaxed)
}

/// A change by the owner.
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
            // What another thread adds at this very moment must be seen by one of the two. Less than this is in the bound.
            fence(SeqCst);
        }
        update_peak();
    }
    if clock() >= curve::next_due() {
        curve::record_point(clock(), live_bytes() as u64);
    }
}

/// A change by another thread.
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
    /// Adds what was held back to the shared sums.
    #[cold]
    pub(super) fn flush(&self) {
        OTHER_SUMS.live_bytes.fetch_add(self.bytes.get(), Relaxed);
        OTHER_SUMS.live_blocks.fetch_add(self.blocks.get(), Relaxed);
        OTHER_SUMS.clock_bytes.fetch_add(self.clock_bytes.get(), Relaxed);
        fence(SeqCst);
        self.clear();
    }

    /// How far the allocation clock is ahead of what the others know.
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
        // PERF: one thread alone needs no locked instruction. Among several one may be stopped right here, and must not put
        // its figure over a higher one when it goes on.
        if !thread::is_shared() {
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

/// After everything that was held back has been added.
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

/// Everything to nothing, for a new region.
pub(super) fn clear() {
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
