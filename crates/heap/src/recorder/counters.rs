//! What the recorder counts in the open region.
//!
//! The thread that opened the region owns one set of counters and writes it without a locked instruction; every other
//! thread adds to a second set with atomic adds. So one thread is exact to the byte and cheap. With several, each thread
//! reads the other set's live bytes as they are at that moment: the peak can miss what happens between two
//! instructions of two threads, and nothing else.

use super::header::NO_REGION;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The recorder's totals of a region. Bytes are requested bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapTotals {
    /// Births.
    pub total_blocks: u64,
    /// Birth bytes plus growth.
    pub total_bytes: u64,
    /// How often a block was reallocated.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations: what dhat adds to its total.
    pub reallocated_bytes: u64,
    /// The sum of growth over all reallocations.
    pub grown_bytes: u64,
    /// The sum of shrinking over all reallocations.
    pub shrunk_bytes: u64,
    /// Live blocks when live bytes were highest; the latest of equal peaks.
    pub peak_blocks: u64,
    /// The most that was live at once.
    pub peak_bytes: u64,
    /// Live blocks when the region closed.
    pub end_blocks: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
    /// Whether one thread alone recorded, which makes the peak exact.
    pub single_threaded: bool,
}

/// One set of counters. Live figures are signed: a thread may free more than it made.
struct Counters {
    births: AtomicU64,
    birth_bytes: AtomicU64,
    deaths: AtomicU64,
    reallocations: AtomicU64,
    reallocated_bytes: AtomicU64,
    grown_bytes: AtomicU64,
    shrunk_bytes: AtomicU64,
    /// Wraps below zero: only the sum over both sets is a quantity.
    live_bytes: AtomicU64,
    peak_bytes: AtomicU64,
    peak_blocks: AtomicU64,
}

static OWN: Counters = Counters::new();
static OTHERS: Counters = Counters::new();
/// Whether a thread that does not own the region has recorded in it.
static SHARED: AtomicBool = AtomicBool::new(false);
/// The mark of the thread that owns the region: the address of its own [`MARK`]. 0 until a thread records.
static OWNER: AtomicUsize = AtomicUsize::new(0);
/// The open region. The process itself is region 1 until `region()` opens another.
static REGION: AtomicU64 = AtomicU64::new(1);
static LAST_REGION: AtomicU64 = AtomicU64::new(1);

thread_local! {
    // Without a destructor, so that it can be read while a thread ends.
    static MARK: Cell<u8> = const { Cell::new(0) };
}

/// The open region, or [`NO_REGION`].
#[inline]
pub(super) fn region() -> u64 {
    REGION.load(Relaxed)
}

#[inline]
pub(super) fn born(size: usize) {
    let size = size as u64;
    if owned() {
        add(&OWN.births, 1);
        add(&OWN.birth_bytes, size);
        add(&OWN.live_bytes, size);
        own_peak();
    } else {
        OTHERS.births.fetch_add(1, Relaxed);
        OTHERS.birth_bytes.fetch_add(size, Relaxed);
        OTHERS.live_bytes.fetch_add(size, Relaxed);
        others_peak();
    }
}

#[inline]
pub(super) fn freed(size: usize) {
    let size = size as u64;
    if owned() {
        add(&OWN.deaths, 1);
        add(&OWN.live_bytes, size.wrapping_neg());
    } else {
        OTHERS.deaths.fetch_add(1, Relaxed);
        OTHERS.live_bytes.fetch_sub(size, Relaxed);
    }
}

#[inline]
pub(super) fn resized(old_size: usize, new_size: usize) {
    let (old, new) = (old_size as u64, new_size as u64);
    let (grown, shrunk) = (new.saturating_sub(old), old.saturating_sub(new));
    if owned() {
        add(&OWN.reallocations, 1);
        add(&OWN.reallocated_bytes, new);
        add(&OWN.grown_bytes, grown);
        add(&OWN.shrunk_bytes, shrunk);
        add(&OWN.live_bytes, new.wrapping_sub(old));
        own_peak();
    } else {
        OTHERS.reallocations.fetch_add(1, Relaxed);
        OTHERS.reallocated_bytes.fetch_add(new, Relaxed);
        OTHERS.grown_bytes.fetch_add(grown, Relaxed);
        OTHERS.shrunk_bytes.fetch_add(shrunk, Relaxed);
        OTHERS.live_bytes.fetch_add(new.wrapping_sub(old), Relaxed);
        others_peak();
    }
}

/// Opens a region that this thread owns. Blocks that are alive now are not of it.
pub(crate) fn open() {
    REGION.store(NO_REGION, Relaxed);
    OWN.clear();
    OTHERS.clear();
    SHARED.store(false, Relaxed);
    OWNER.store(mark(), Relaxed);
    REGION.store(LAST_REGION.fetch_add(1, Relaxed) + 1, Relaxed);
}

/// Closes the open region and gives what was counted in it.
pub(crate) fn read_and_close() -> HeapTotals {
    REGION.store(NO_REGION, Relaxed);
    let both = |counter: fn(&Counters) -> &AtomicU64| {
        counter(&OWN).load(Relaxed).wrapping_add(counter(&OTHERS).load(Relaxed))
    };
    let peak = if OTHERS.peak_bytes.load(Relaxed) > OWN.peak_bytes.load(Relaxed) { &OTHERS } else { &OWN };
    let grown_bytes = both(|counters| &counters.grown_bytes);
    HeapTotals {
        total_blocks: both(|counters| &counters.births),
        total_bytes: both(|counters| &counters.birth_bytes) + grown_bytes,
        reallocations: both(|counters| &counters.reallocations),
        reallocated_bytes: both(|counters| &counters.reallocated_bytes),
        grown_bytes,
        shrunk_bytes: both(|counters| &counters.shrunk_bytes),
        peak_blocks: peak.peak_blocks.load(Relaxed),
        peak_bytes: peak.peak_bytes.load(Relaxed),
        end_blocks: both(|counters| &counters.births) - both(|counters| &counters.deaths),
        end_bytes: live_bytes(),
        single_threaded: !SHARED.load(Relaxed),
    }
}

/// What is live now in the region that was opened last.
pub(crate) fn live_bytes() -> u64 {
    OWN.live_bytes.load(Relaxed).wrapping_add(OTHERS.live_bytes.load(Relaxed))
}

fn live_blocks() -> u64 {
    let births = OWN.births.load(Relaxed).wrapping_add(OTHERS.births.load(Relaxed));
    births.wrapping_sub(OWN.deaths.load(Relaxed)).wrapping_sub(OTHERS.deaths.load(Relaxed))
}

impl Counters {
    const fn new() -> Counters {
        Counters {
            births: AtomicU64::new(0),
            birth_bytes: AtomicU64::new(0),
            deaths: AtomicU64::new(0),
            reallocations: AtomicU64::new(0),
            reallocated_bytes: AtomicU64::new(0),
            grown_bytes: AtomicU64::new(0),
            shrunk_bytes: AtomicU64::new(0),
            live_bytes: AtomicU64::new(0),
            peak_bytes: AtomicU64::new(0),
            peak_blocks: AtomicU64::new(0),
        }
    }

    fn clear(&self) {
        let all = [
            &self.births,
            &self.birth_bytes,
            &self.deaths,
            &self.reallocations,
            &self.reallocated_bytes,
            &self.grown_bytes,
            &self.shrunk_bytes,
            &self.live_bytes,
            &self.peak_bytes,
            &self.peak_blocks,
        ];
        for counter in all {
            counter.store(0, Relaxed);
        }
    }
}

/// Whether the calling thread owns the region. The first thread that records in the process's own region takes it.
#[inline]
fn owned() -> bool {
    let me = mark();
    let owner = OWNER.load(Relaxed);
    if owner == me {
        return true;
    }
    if owner == 0 && OWNER.compare_exchange(0, me, Relaxed, Relaxed).is_ok() {
        return true;
    }
    SHARED.store(true, Relaxed);
    false
}

#[inline]
fn mark() -> usize {
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// PERF: a load and a store, where a locked add costs 5 ns; right because only the owner writes these.
#[inline]
fn add(counter: &AtomicU64, amount: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(amount), Relaxed);
}

/// `>=`: of equal peaks the latest counts, as in dhat.
#[inline]
fn own_peak() {
    let live = live_bytes();
    if live >= OWN.peak_bytes.load(Relaxed) && live <= i64::MAX as u64 {
        OWN.peak_bytes.store(live, Relaxed);
        OWN.peak_blocks.store(live_blocks(), Relaxed);
    }
}

#[inline]
fn others_peak() {
    let live = live_bytes();
    if live <= i64::MAX as u64 && OTHERS.peak_bytes.fetch_max(live, Relaxed) <= live {
        OTHERS.peak_blocks.store(live_blocks(), Relaxed);
    }
}
