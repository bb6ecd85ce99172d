//! Three functions with which a program measures a part of itself. A C program declares them weak
//! (`__attribute__((weak)) int heaplab_region_begin(void);`) and calls them where they are there; a
//! Python script reaches them by `ctypes.CDLL(None)`.

use crate::state;
use heaplab_heap::preload;
use libc::c_int;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};

/// How many figures [`heaplab_region_totals`] writes.
const FIGURES: usize = 11;

/// The figures of the region that ended last. Atomic, so that no lock is needed that a forked child
/// could inherit while it is held.
static LAST_TOTALS: [AtomicU64; FIGURES] = [const { AtomicU64::new(0) }; FIGURES];
static HAS_ENDED: AtomicBool = AtomicBool::new(false);

/// Begins the measured region: what the process did before is not part of its figures. Returns 0, or
/// -1 if nothing is recorded or a region is open already.
#[unsafe(no_mangle)]
extern "C" fn heaplab_region_begin() -> c_int {
    if state::is_recording() && preload::begin_region() { 0 } else { -1 }
}

/// Ends the measured region; nothing is counted afterwards. Returns 0, or -1 if no region is open.
#[unsafe(no_mangle)]
extern "C" fn heaplab_region_end() -> c_int {
    let Some(totals) = state::is_recording().then(preload::end_region).flatten() else { return -1 };
    let figures = [
        totals.total_blocks,
        totals.total_bytes,
        totals.reallocations,
        totals.reallocated_bytes,
        totals.grown_bytes,
        totals.shrunk_bytes,
        totals.peak_blocks,
        totals.peak_bytes,
        totals.end_blocks,
        totals.end_bytes,
        u64::from(totals.single_threaded),
    ];
    for (kept, figure) in LAST_TOTALS.iter().zip(figures) {
        kept.store(figure, Relaxed);
    }
    HAS_ENDED.store(true, Release);
    0
}

/// Writes what the region that ended last counted: eleven numbers, in this order: blocks and bytes
/// that were allocated, reallocations, the sum of their new sizes, of their growth and of their
/// shrinking, blocks and bytes at the peak, blocks and bytes at the end, and 1 if a single thread
/// allocated, so that all of them are exact. Returns 0, or -1 if no region has ended.
///
/// # Safety
/// `figures` points to memory for eleven numbers of 64 bits.
#[unsafe(no_mangle)]
unsafe extern "C" fn heaplab_region_totals(figures: *mut u64) -> c_int {
    if !HAS_ENDED.load(Acquire) {
        return -1;
    }
    for (index, kept) in LAST_TOTALS.iter().enumerate() {
        // SAFETY: the caller's memory has room for as many numbers as there are figures.
        unsafe { figures.add(index).write(kept.load(Relaxed)) };
    }
    0
}
