//! Live bytes over all sites, their peak, and the allocation clock.
//!
//! One thread, the *owner*, opened the region. While it alone records, it updates the sums at every
//! event, without locked instructions, and the peak is exact to the byte. Once a second thread has
//! recorded, every thread collects its changes and adds them to the shared sums before they exceed
//! its slack ([`slack_bytes`]): 832 bytes, or a small part of the peak. The peak therefore errs by
//! at most the sum of the slacks, which the recording states. What a thread allocated is added to
//! the shared clock every 64 KiB, so the lifetime of a block errs by at most that much for each
//! further thread. PERF: where two threads allocate and free, shared atomics at every event took 6
//! times the plain run.
//!
//! What each site held at the peak is found with *epochs*. The first decrease after a peak begins a
//! new epoch. At its first change in an epoch, a site saves its live figures: they are what it held
//! at the peak. A site that has not changed since then still holds them.

use super::curve;
use super::site::SingleWriter as _;
use super::tables::hot;
use heaplab_profile::raw::tables::{ThreadRow, slack_bytes};
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::*;

/// How much a thread may allocate before it adds that to the shared clock.
const CLOCK_SLACK_BYTES: u64 = 64 << 10;

/// Whether a second thread has recorded in the region.
#[inline]
pub(super) fn is_shared() -> bool {
    hot().is_shared.load(Relaxed) != 0
}

/// Called when a thread that is not the owner records.
#[cold]
pub(super) fn mark_shared() {
    hot().is_shared.store(1, Relaxed);
}

/// The epoch of a change that adds live bytes.
#[inline]
pub(super) fn epoch() -> u64 {
    hot().epoch_and_peak.load(Relaxed) >> 1
}

/// The epoch of a change that removes live bytes. The first such change after a peak begins a new
/// epoch.
#[inline]
pub(super) fn epoch_for_decrease() -> u64 {
    let now = hot().epoch_and_peak.load(Relaxed);
    if now & 1 == 0 { now >> 1 } else { end_peak(now) }
}

/// Ends the peak and begins the next epoch. Both are one value, so no other thread sees one of them
/// without the other, and only one of several threads ends a peak.
fn end_peak(now: u64) -> u64 {
    // PERF: while one thread records, no locked instruction is needed.
    if !is_shared() {
        hot().peak_clock_bytes.store(clock(), Relaxed);
        hot().epoch_and_peak.store(now + 1, Relaxed);
        return (now + 1) >> 1;
    }
    match hot().epoch_and_peak.compare_exchange(now, now + 1, AcqRel, Relaxed) {
        Ok(_) => {
            hot().peak_clock_bytes.store(clock(), Relaxed);
            (now + 1) >> 1
        }
        // Another thread ended this peak. If a third one began the next already, that ends as well.
        Err(_) => epoch_for_decrease(),
    }
}

/// Begins a peak, unless the live bytes are at it.
#[inline]
fn begin_peak() {
    let now = hot().epoch_and_peak.load(Relaxed);
    if now & 1 == 1 {
        return;
    }
    if is_shared() {
        hot().epoch_and_peak.fetch_or(1, AcqRel);
    } else {
        hot().epoch_and_peak.store(now | 1, Relaxed);
    }
}

/// The allocation clock: bytes allocated so far in the region, as far as they are in the sums.
#[inline]
pub(super) fn clock() -> u64 {
    hot().owner_sums.clock_bytes.get().wrapping_add(hot().shared_clock_bytes.load(Relaxed))
}

/// Live bytes. Never negative, whatever threads still hold back.
#[inline]
pub(super) fn live_bytes() -> i64 {
    (hot().owner_sums.live_bytes.get() + hot().shared_live_bytes.load(Relaxed)).max(0)
}

/// A change while the calling thread, which owns the region, alone records.
#[inline(always)]
pub(super) fn apply_alone(bytes: i64, clock_bytes: u64) {
    let sums = &hot().owner_sums;
    sums.live_bytes.add(bytes);
    sums.clock_bytes.add(clock_bytes);
    if bytes >= 0 {
        update_peak(live_bytes());
        if clock() >= curve::next_due() {
            curve::record_point(clock(), live_bytes() as u64);
        }
    }
}

/// A change by one of several threads; `row` is its own, and `slack` what it may keep back.
#[inline(always)]
pub(super) fn apply_shared(row: &ThreadRow, index: u32, slack: &AtomicI64, bytes: i64, clock_bytes: u64) {
    let kept = row.pending_bytes.get() + bytes;
    row.pending_bytes.set(kept);
    if kept.abs() > slack.get() {
        flush_bytes(row);
        // The peak only grows, so this slack is good until the next time.
        slack.set(slack_bytes(index, hot().peak_bytes.load(Relaxed)));
    }
    let allocated = row.pending_clock_bytes.get() + clock_bytes;
    row.pending_clock_bytes.set(allocated);
    if allocated >= CLOCK_SLACK_BYTES {
        flush_clock(row);
    }
}

/// Adds all pending changes of a thread to the shared sums.
#[cold]
pub(super) fn flush(row: &ThreadRow) {
    flush_bytes(row);
    flush_clock(row);
}

/// PERF: one locked addition, whose result is all that the peak needs. The owner's sum does not
/// change any more, so every processor has it in its cache.
#[inline(never)]
fn flush_bytes(row: &ThreadRow) {
    let kept = row.pending_bytes.get();
    row.pending_bytes.set(0);
    let before = hot().shared_live_bytes.fetch_add(kept, SeqCst);
    if kept > 0 {
        update_peak(hot().owner_sums.live_bytes.get() + before + kept);
    }
}

#[cold]
fn flush_clock(row: &ThreadRow) {
    hot().shared_clock_bytes.fetch_add(row.pending_clock_bytes.get(), Relaxed);
    row.pending_clock_bytes.set(0);
    if clock() >= curve::next_due() {
        curve::record_point(clock(), live_bytes() as u64);
    }
}

/// `>=`: of equal peaks the latest counts, as in dhat.
#[inline]
fn update_peak(live: i64) {
    if live >= hot().peak_bytes.load(Relaxed) {
        // PERF: while one thread records, no locked instruction is needed. With several, a thread
        // may be interrupted here and must not overwrite a higher peak when it continues.
        if !is_shared() {
            hot().peak_bytes.store(live, Relaxed);
        } else if hot().peak_bytes.fetch_max(live, Relaxed) > live {
            return;
        }
        begin_peak();
    }
}

/// Called when every thread's pending changes have been added.
pub(super) fn update_peak_after_flush() {
    if live_bytes() > hot().peak_bytes.load(Relaxed) {
        update_peak(live_bytes());
    }
}

/// Resets everything for a new region.
pub(super) fn clear() {
    hot().is_shared.store(0, Relaxed);
    hot().owner_sums.live_bytes.set(0);
    hot().owner_sums.clock_bytes.set(0);
    hot().shared_live_bytes.store(0, Relaxed);
    hot().shared_clock_bytes.store(0, Relaxed);
    hot().peak_bytes.store(0, Relaxed);
    hot().peak_clock_bytes.store(0, Relaxed);
    hot().epoch_and_peak.store(2, Relaxed);
}
