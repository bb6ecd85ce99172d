//! What is live now over all sites, the highest it has been, and the allocation clock.
//!
//! One thread owns the region: it writes its figures without a locked instruction, and alone it is exact to the byte. Every
//! other thread holds its own sum back until it is 64 KiB, and adds it then (shared atomics at every event cost 6 times the
//! plain run where two threads make and free, the slack 2.4). So the peak errs by at most twice that a thread: what it has
//! not yet added, and what it has not yet taken away. The owner tells its clock every 64 KiB in the same way: the lifetime of
//! a block that another thread made or freed errs by at most that.

use super::curve;
use super::site::{Counter, Level};
use super::thread;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::*, fence};

/// What a thread that does not own the region may hold back, each way.
pub(super) const SLACK_BYTES: i64 = 64 << 10;

/// A value on cache lines of its own (processors fetch them in pairs). PERF: where the owner's figures shared a line with
/// what all threads read, every event of one thread was a cache miss for the others.
#[repr(align(128))]
struct Line<T>(T);

impl<T> std::ops::Deref for Line<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The owner's figures. Other threads read them only when they add what they held back.
struct Own {
    live_bytes: Level,
    live_blocks: Level,
    clock_bytes: Counter,
    /// What `TOLD_CLOCK` is.
    told_clock_bytes: Counter,
}

/// The sums of all other threads.
struct Others {
    live_bytes: AtomicI64,
    live_blocks: AtomicI64,
    clock_bytes: AtomicU64,
}

/// What a thread that does not own the region holds back.
#[derive(Default)]
pub(super) struct Pending {
    bytes: Level,
    blocks: Level,
    clock_bytes: Counter,
}

static OWN: Line<Own> = Line(Own {
    live_bytes: Level::new(),
    live_blocks: Level::new(),
    clock_bytes: Counter::new(),
    told_clock_bytes: Counter::new(),
});
static OTHERS: Line<Others> = Line(Others {
    live_bytes: AtomicI64::new(0),
    live_blocks: AtomicI64::new(0),
    clock_bytes: AtomicU64::new(0),
});
/// The owner's clock as the others know it: behind by less than [`SLACK_BYTES`] and one block.
static TOLD_CLOCK: Line<AtomicU64> = Line(AtomicU64::new(0));
static PEAK_BYTES: Line<AtomicI64> = Line(AtomicI64::new(0));
static PEAK_BLOCKS: Line<AtomicI64> = Line(AtomicI64::new(0));
/// Whether what is live now is the peak.
static RISING: Line<AtomicBool> = Line(AtomicBool::new(false));
/// The allocation clock when a peak was left last; the peak itself was as late, for nothing was born between.
static PEAK_CLOCK: Line<AtomicU64> = Line(AtomicU64::new(0));
/// How often a peak was left: the number that sites hold their kept figures against.
static SEAL: Line<AtomicU64> = Line(AtomicU64::new(1));

/// The peak of a region, and how to ask sites for their part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peak {
    pub(super) bytes: u64,
    pub(super) blocks: u64,
    pub(super) clock_bytes: u64,
    pub(super) seal: u64,
    pub(super) rising: bool,
}

/// The seal that a change belongs to which adds to what is live.
#[inline]
pub(super) fn seal() -> u64 {
    SEAL.load(Relaxed)
}

/// The seal that a change belongs to which takes away: the first one after a peak breaks it.
#[inline]
pub(super) fn seal_of_a_fall() -> u64 {
    if RISING.load(Relaxed) {
        RISING.store(false, Relaxed);
        PEAK_CLOCK.store(clock(), Relaxed);
        // Two threads that leave one peak together may both count up: the second finds every site unchanged since.
        SEAL.fetch_add(1, Relaxed);
    }
    SEAL.load(Relaxed)
}

/// The allocation clock.
#[inline]
pub(super) fn clock() -> u64 {
    OWN.clock_bytes.get().wrapping_add(OTHERS.clock_bytes.load(Relaxed))
}

/// The allocation clock as a thread knows it that does not own the region.
#[inline]
pub(super) fn told_clock() -> u64 {
    TOLD_CLOCK.load(Relaxed).wrapping_add(OTHERS.clock_bytes.load(Relaxed))
}

/// What is live, in bytes; never below zero, whatever threads hold back.
#[inline]
pub(super) fn live_bytes() -> i64 {
    (OWN.live_bytes.get() + OTHERS.live_bytes.load(Relaxed)).max(0)
}

fn live_blocks() -> i64 {
    OWN.live_blocks.get() + OTHERS.live_blocks.load(Relaxed)
}

/// A change by the owner.
#[inline]
pub(super) fn change_own(bytes: i64, blocks: i64, clock_bytes: u64) {
    OWN.live_bytes.add(bytes);
    OWN.live_blocks.add(blocks);
    OWN.clock_bytes.add(clock_bytes);
    if OWN.clock_bytes.get().wrapping_sub(OWN.told_clock_bytes.get()) >= SLACK_BYTES as u64 {
        OWN.told_clock_bytes.set(OWN.clock_bytes.get());
        TOLD_CLOCK.store(OWN.clock_bytes.get(), Relaxed);
    }
    if bytes >= 0 {
        if bytes >= SLACK_BYTES {
            // What another thread adds at this very moment must be seen by one of the two. Less than this is in the bound.
            fence(SeqCst);
        }
        look_for_peak();
    }
    if clock() >= curve::next() {
        curve::record(clock(), live_bytes() as u64);
    }
}

/// A change by another thread.
#[inline]
pub(super) fn change_other(pending: &Pending, bytes: i64, blocks: i64, clock_bytes: u64) {
    pending.bytes.add(bytes);
    pending.blocks.add(blocks);
    pending.clock_bytes.add(clock_bytes);
    if pending.bytes.get().abs() >= SLACK_BYTES || pending.clock_bytes.get() >= 16 * SLACK_BYTES as u64 {
        pending.settle();
        look_for_peak();
        if clock() >= curve::next() {
            curve::record(clock(), live_bytes() as u64);
        }
    }
}

impl Pending {
    /// Adds what was held back to the shared sums.
    #[cold]
    pub(super) fn settle(&self) {
        OTHERS.live_bytes.fetch_add(self.bytes.get(), Relaxed);
        OTHERS.live_blocks.fetch_add(self.blocks.get(), Relaxed);
        OTHERS.clock_bytes.fetch_add(self.clock_bytes.get(), Relaxed);
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
fn look_for_peak() {
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
        if !RISING.load(Relaxed) {
            RISING.store(true, Relaxed);
        }
    }
}

/// After everything that was held back has been added.
pub(super) fn look_for_peak_again() {
    if live_bytes() > PEAK_BYTES.load(Relaxed) {
        look_for_peak();
    }
}

pub(super) fn peak() -> Peak {
    let rising = RISING.load(Relaxed);
    Peak {
        bytes: PEAK_BYTES.load(Relaxed).unsigned_abs(),
        blocks: PEAK_BLOCKS.load(Relaxed).max(0).unsigned_abs(),
        seal: SEAL.load(Relaxed),
        clock_bytes: if rising { clock() } else { PEAK_CLOCK.load(Relaxed) },
        rising,
    }
}

/// Everything to nothing, for a new region.
pub(super) fn clear() {
    OWN.live_bytes.set(0);
    OWN.live_blocks.set(0);
    OWN.clock_bytes.clear();
    OWN.told_clock_bytes.clear();
    TOLD_CLOCK.store(0, Relaxed);
    OTHERS.live_bytes.store(0, Relaxed);
    OTHERS.live_blocks.store(0, Relaxed);
    OTHERS.clock_bytes.store(0, Relaxed);
    PEAK_BYTES.store(0, Relaxed);
    PEAK_BLOCKS.store(0, Relaxed);
    RISING.store(false, Relaxed);
    PEAK_CLOCK.store(0, Relaxed);
    SEAL.store(1, Relaxed);
}
