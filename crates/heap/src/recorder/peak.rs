//! Live bytes over all sites, their peak, and the allocation clock.
//!
//! One thread, the *owner*, opened the region. It updates its sums without locked instructions, so
//! the peak is exact to the byte while it alone records. Every other thread collects its changes
//! and adds them to the shared sums before they exceed its slack
//! ([`slack_bytes`]): 256 bytes, or a small part of the peak. The peak therefore errs by at most
//! the sum of the slacks, which the recording states. A thread adds what it allocated to the shared
//! clock every MiB, and the owner publishes its clock every 64 KiB, so the lifetime of a block that
//! another thread allocated or freed errs by at most that much. PERF: where two threads allocate
//! and free, shared atomics at every event took 6 times the plain run.
//!
//! What each site held at the peak is found with *epochs*. The first decrease after a peak begins a
//! new epoch. At its first change in an epoch, a site saves its live figures: they are what it held
//! at the peak. A site that has not changed since then still holds them.

use super::curve;
use super::site::SingleWriter as _;
use super::tables::hot;
use heaplab_profile::raw::tables::{ThreadRow, slack_bytes};
use std::sync::atomic::{Ordering::*, fence};

/// How far the published clock may be behind the owner's. Another thread adds to the shared clock
/// that much when it has to touch the shared sums anyway.
const PUBLISH_CLOCK_BYTES: u64 = 64 << 10;
/// How much a thread may allocate before it adds that to the shared clock.
const CLOCK_SLACK_BYTES: u64 = 1 << 20;
/// An increase of this size is seen by other threads at once.
const LARGE_BYTES: i64 = 256;

/// Whether a second thread has recorded in the region.
#[inline]
pub(super) fn is_shared() -> bool {
    hot().is_shared.load(Relaxed) != 0
}

/// Called at every event of a thread other than the owner.
#[inline]
pub(super) fn mark_shared() {
    // PERF: loading before storing keeps the cache line shared.
    if !is_shared() {
        hot().is_shared.store(1, Relaxed);
    }
}

/// The epoch of a change that adds live bytes.
#[inline]
pub(super) fn epoch() -> u64 {
    hot().epoch.load(Relaxed)
}

/// The epoch of a change that removes live bytes. The first such change after a peak begins a new
/// epoch.
#[inline]
pub(super) fn epoch_for_decrease() -> u64 {
    if hot().is_at_peak.load(Relaxed) != 0 {
        hot().is_at_peak.store(0, Relaxed);
        hot().peak_clock_bytes.store(clock(), Relaxed);
        // Two threads may both increase the epoch at the end of one peak. The second increase is
        // harmless: no site has changed in between.
        hot().epoch.fetch_add(1, Relaxed);
    }
    epoch()
}

/// The allocation clock: bytes allocated so far in the region.
#[inline]
pub(super) fn clock() -> u64 {
    hot().owner_sums.clock_bytes.get().wrapping_add(hot().other_sums.clock_bytes.load(Relaxed))
}

/// The allocation clock as seen by threads other than the owner.
#[inline]
pub(super) fn published_clock() -> u64 {
    hot().published_clock_bytes.load(Relaxed).wrapping_add(hot().other_sums.clock_bytes.load(Relaxed))
}

/// Live bytes. Never negative, whatever threads still hold back.
#[inline]
pub(super) fn live_bytes() -> i64 {
    (hot().owner_sums.live_bytes.get() + hot().other_sums.live_bytes.load(Relaxed)).max(0)
}

#[inline]
pub(super) fn apply_owner_change(bytes: i64, clock_bytes: u64) {
    let sums = &hot().owner_sums;
    sums.live_bytes.add(bytes);
    sums.clock_bytes.add(clock_bytes);
    if sums.clock_bytes.get().wrapping_sub(sums.published_clock_bytes.get()) >= PUBLISH_CLOCK_BYTES {
        sums.published_clock_bytes.set(sums.clock_bytes.get());
        hot().published_clock_bytes.store(sums.clock_bytes.get(), Relaxed);
    }
    if bytes >= 0 {
        if bytes >= LARGE_BYTES && is_shared() {
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

/// `index` is that of the row; it decides how much the thread may keep back.
#[inline]
pub(super) fn apply_other_change(row: &ThreadRow, index: u32, bytes: i64, clock_bytes: u64) {
    row.pending_bytes.add(bytes);
    row.pending_clock_bytes.add(clock_bytes);
    let slack = slack_bytes(index, hot().published_peak_bytes.load(Relaxed));
    if row.pending_bytes.get().abs() > slack {
        flush_bytes(row);
    }
    if row.pending_clock_bytes.get() >= CLOCK_SLACK_BYTES {
        flush_clock(row);
    }
}

/// Adds all pending changes of a thread to the shared sums.
#[cold]
pub(super) fn flush(row: &ThreadRow) {
    flush_bytes(row);
    flush_clock(row);
}

fn flush_bytes(row: &ThreadRow) {
    hot().other_sums.live_bytes.fetch_add(row.pending_bytes.get(), SeqCst);
    row.pending_bytes.set(0);
    update_peak();
    if row.pending_clock_bytes.get() >= PUBLISH_CLOCK_BYTES {
        flush_clock(row);
    }
}

#[cold]
fn flush_clock(row: &ThreadRow) {
    hot().other_sums.clock_bytes.fetch_add(row.pending_clock_bytes.get(), Relaxed);
    row.pending_clock_bytes.set(0);
    if clock() >= curve::next_due() {
        curve::record_point(clock(), live_bytes() as u64);
    }
}

/// `>=`: of equal peaks the latest counts, as in dhat.
#[inline]
fn update_peak() {
    let live = live_bytes();
    if live >= hot().peak_bytes.load(Relaxed) {
        // PERF: while one thread records, no locked instruction is needed. With several, a thread
        // may be interrupted here and must not overwrite a higher peak when it continues.
        if !is_shared() {
            hot().peak_bytes.store(live, Relaxed);
        } else if hot().peak_bytes.fetch_max(live, Relaxed) > live {
            return;
        } else if live - hot().published_peak_bytes.load(Relaxed) > live >> 3 {
            hot().published_peak_bytes.store(live, Relaxed);
        }
        if hot().is_at_peak.load(Relaxed) == 0 {
            hot().is_at_peak.store(1, Relaxed);
        }
    }
}

/// Called when every thread's pending changes have been added.
pub(super) fn update_peak_after_flush() {
    if live_bytes() > hot().peak_bytes.load(Relaxed) {
        update_peak();
    }
}

/// Resets everything for a new region.
pub(super) fn clear() {
    hot().is_shared.store(0, Relaxed);
    hot().owner_sums.live_bytes.set(0);
    hot().owner_sums.clock_bytes.set(0);
    hot().owner_sums.published_clock_bytes.set(0);
    hot().published_clock_bytes.store(0, Relaxed);
    hot().other_sums.live_bytes.store(0, Relaxed);
    hot().other_sums.clock_bytes.store(0, Relaxed);
    hot().peak_bytes.store(0, Relaxed);
    hot().published_peak_bytes.store(0, Relaxed);
    hot().is_at_peak.store(0, Relaxed);
    hot().peak_clock_bytes.store(0, Relaxed);
    hot().epoch.store(1, Relaxed);
}
