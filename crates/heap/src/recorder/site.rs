//! What an event does to the counters of one site in one thread. Only that thread writes them;
//! other threads, and a reader of the recording's file, may read them at any time.

use heaplab_profile::raw::tables::{LIFETIME_CLASSES, SiteRow};
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

/// An atomic with one writer. PERF: it uses a load and a store, where a locked addition takes 5 ns.
pub(super) trait SingleWriter {
    type Number;

    fn add(&self, amount: Self::Number);
    fn set(&self, value: Self::Number);
    fn get(&self) -> Self::Number;
}

impl SingleWriter for AtomicU64 {
    type Number = u64;

    #[inline]
    fn add(&self, amount: u64) {
        self.store(self.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    #[inline]
    fn set(&self, value: u64) {
        self.store(value, Relaxed);
    }

    #[inline]
    fn get(&self) -> u64 {
        self.load(Relaxed)
    }
}

/// It may be negative: a thread may free more than it allocated.
impl SingleWriter for AtomicI64 {
    type Number = i64;

    #[inline]
    fn add(&self, amount: i64) {
        self.store(self.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    #[inline]
    fn set(&self, value: i64) {
        self.store(value, Relaxed);
    }

    #[inline]
    fn get(&self) -> i64 {
        self.load(Relaxed)
    }
}

/// The number of freed blocks per lifetime class.
pub(super) type Lifetimes = [AtomicU32; LIFETIME_CLASSES];

#[inline]
pub(super) fn count_alloc(row: &SiteRow, size: u64, epoch: u64) {
    save_peak_figures(row, epoch);
    row.births.add(1);
    row.birth_bytes.add(size);
    row.live_blocks.add(1);
    row.live_bytes.add(size as i64);
    update_own_peak(row);
}

/// Adds the clock value of a new block; the block itself is included in it.
#[inline]
pub(super) fn add_alloc_clock(row: &SiteRow, clock_bytes: u64) {
    row.live_birth_clock_bytes.add(clock_bytes.cast_signed());
}

#[inline]
pub(super) fn count_realloc(row: &SiteRow, old: u64, new: u64, epoch: u64) {
    save_peak_figures(row, epoch);
    row.reallocations.add(1);
    row.reallocated_bytes.add(new);
    row.grown_bytes.add(new.saturating_sub(old));
    row.shrunk_bytes.add(old.saturating_sub(new));
    row.live_bytes.add(new.wrapping_sub(old) as i64);
    update_own_peak(row);
}

/// Counts a free and returns the block's lifetime in bytes of the allocation clock.
#[inline]
pub(super) fn count_free(row: &SiteRow, size: u64, born_at: u64, clock_bytes: u64, epoch: u64) -> u64 {
    let lifetime = clock_bytes.saturating_sub(born_at);
    save_peak_figures(row, epoch);
    row.deaths.add(1);
    row.live_blocks.add(-1);
    row.live_bytes.add((size as i64).wrapping_neg());
    row.lifetime_bytes.add(lifetime);
    row.live_birth_clock_bytes.add(born_at.cast_signed().wrapping_neg());
    lifetime
}

#[inline]
pub(super) fn count_lifetime(lifetimes: &Lifetimes, lifetime_bytes: u64) {
    let power = (u64::BITS - lifetime_bytes.leading_zeros()) as usize;
    let class = &lifetimes[power.min(LIFETIME_CLASSES - 1)];
    class.store(class.load(Relaxed).wrapping_add(1), Relaxed);
}

/// At the first change of an epoch the live figures are those of the peak, so they are saved.
#[inline]
fn save_peak_figures(row: &SiteRow, epoch: u64) {
    if row.epoch.get() != epoch {
        row.saved_blocks.set(row.live_blocks.get());
        row.saved_bytes.set(row.live_bytes.get());
        row.epoch.set(epoch);
    }
}

/// `>=`: of equal peaks the latest counts, as in dhat.
#[inline]
fn update_own_peak(row: &SiteRow) {
    let live = row.live_bytes.get();
    if live >= row.own_peak_bytes.get() {
        row.own_peak_bytes.set(live);
        row.own_peak_blocks.set(row.live_blocks.get());
    }
}
