//! Looks at the heap on the way: what each site holds after so much of the work. The runner says after how much
//! (`HEAPLAB_LOOKS`, whole numbers in rising order, separated by commas); the lesson says how far it is.

use heaplab_record::{LiveSnapshot, LiveSnapshotSite};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// After how much of the work the runner wants to look.
const LOOKS_VARIABLE: &str = "HEAPLAB_LOOKS";
/// No look is wanted.
const NEVER: u64 = u64::MAX;

/// When the next look is due.
static NEXT: AtomicU64 = AtomicU64::new(NEVER);
static STATE: Mutex<State> = Mutex::new(State { wanted: Vec::new(), taken: Vec::new() });

struct State {
    /// The last one comes first.
    wanted: Vec<u64>,
    taken: Vec<LiveSnapshot>,
}

/// Says that so much of the work is done, in the unit of the scale: before the first request 0, after the last the scale. Costs
/// a comparison, and where the runner has asked for a look, a millisecond and nothing of the program's own heap.
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

/// Ends the run and gives what was seen, in order.
pub(crate) fn end() -> Vec<LiveSnapshot> {
    NEXT.store(NEVER, Relaxed);
    std::mem::take(&mut lock().taken)
}

/// A thread that panicked while it looked left nothing half done.
fn lock() -> std::sync::MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
