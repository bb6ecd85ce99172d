//! Sums over all threads and sites, and the whole recording.

use super::tables::{OwnTables, hot};
use super::{curve, fork, peak, thread};
use heaplab_profile::HeapTotals;
use heaplab_profile::raw::RawRecording;
use heaplab_profile::raw::tables::{read_tables, read_totals};
use std::sync::atomic::Ordering::Relaxed;

/// Closes the open region and returns its totals.
pub(crate) fn close_region() -> HeapTotals {
    fork::set_region(super::NO_REGION);
    let process = &hot().process;
    process.closed_after_ns.store(curve::elapsed_ns(), Relaxed);
    process.is_open.store(0, Relaxed);
    // Pending changes of threads belong to the end, and may raise the peak.
    thread::all_threads().for_each(|thread| peak::flush(thread.row()));
    peak::update_peak_after_flush();
    let totals = thread::untracked(|| read_totals(&OwnTables)).unwrap_or_default();
    HeapTotals {
        total_blocks: totals.births,
        total_bytes: totals.birth_bytes + totals.grown_bytes,
        reallocations: totals.reallocations,
        reallocated_bytes: totals.reallocated_bytes,
        grown_bytes: totals.grown_bytes,
        shrunk_bytes: totals.shrunk_bytes,
        peak_blocks: totals.peak_blocks,
        peak_bytes: totals.peak_bytes,
        end_blocks: totals.end_blocks,
        end_bytes: totals.end_bytes,
        single_threaded: !peak::is_shared(),
    }
}

/// The recording of the region that was closed last, or of the open region so far. Its own
/// allocations are not recorded.
pub(crate) fn take_recording() -> RawRecording {
    thread::untracked(|| {
        // The tables of this process can always be read; before the start they are empty.
        let mut recording = read_tables(&OwnTables).unwrap_or_default();
        if hot().process.is_open.load(Relaxed) != 0 {
            recording.totals.wall_ns = curve::elapsed_ns();
        }
        recording
    })
}
