//! Takes snapshots of what each site holds after given parts of the work. The runner says when
//! (`HEAPLAB_LOOKS`, whole numbers in rising order, separated by commas); the lesson reports its
//! progress.

use heaplab_record::{LiveSnapshot, LiveSnapshotSite};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Names the parts of the work after which the runner wants a snapshot.
const LOOKS_VARIABLE: &str = "HEAPLAB_LOOKS";
/// The value of `NEXT` when no snapshot is wanted.
const NEVER: u64 = u64::MAX;

/// The progress at which the next snapshot is due.
static NEXT: AtomicU64 = AtomicU64::new(NEVER);
static STATE: Mutex<State> = Mutex::new(State { wanted: Vec::new(), taken: Vec::new() });

struct State {
    /// In descending order.
    wanted: Vec<u64>,
    taken: Vec<LiveSnapshot>,
}

/// Reports how much of the work is done, in the unit of the scale: 0 before the first request, the
/// scale after the last. It takes a comparison; a snapshot takes about a millisecond and allocates
/// nothing in the program's own heap.
#[inline]
pub fn report_progress(done: u64) {
    if done >= NEXT.load(Relaxed) {
        take_look(done);
    }
}

#[cold]
fn take_look(done: u64) {
    heaplab_heap::untracked(|| {
        let Some(raw) = heaplab_heap::take_recording() else { return NEXT.store(NEVER, Relaxed) };
        let live = raw.sites.iter().filter(|site| site.live_blocks != 0 || site.live_bytes != 0);
        let sites = live.map(|site| LiveSnapshotSite(site.node, site.live_blocks, site.live_bytes)).collect();
        let mut state = lock();
        state.taken.push(LiveSnapshot { done, sites });
        while state.wanted.last().is_some_and(|&wanted| wanted <= done) {
            state.wanted.pop();
        }
        NEXT.store(state.wanted.last().copied().unwrap_or(NEVER), Relaxed);
    });
}

/// Begins a run under the heap probe.
pub(crate) fn begin() {
    heaplab_heap::untracked(|| {
        let asked = std::env::var(LOOKS_VARIABLE).unwrap_or_default();
        let mut wanted: Vec<u64> = asked.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        wanted.sort_unstable();
        wanted.reverse();
        NEXT.store(wanted.last().copied().unwrap_or(NEVER), Relaxed);
        *lock() = State { wanted, taken: Vec::new() };
    });
}

/// Ends the run and returns its snapshots in order.
pub(crate) fn end() -> Vec<LiveSnapshot> {
    NEXT.store(NEVER, Relaxed);
    std::mem::take(&mut lock().taken)
}

/// The state stays usable after a panic: a snapshot leaves nothing half done.
fn lock() -> std::sync::MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
