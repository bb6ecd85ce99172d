//! Live bytes over the allocation clock: at most 4096 points, thinned by halves, without an allocation. Points are taken
//! where the clock passes the next multiple of a step; when the room is full, every second point goes and the step doubles.

use heaplab_profile::raw::RawPoint;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::time::Instant;

const MAX_POINTS: usize = 4096;
/// The first step of the clock. Anything smaller than this is a curve of single allocations.
const FIRST_STEP_BYTES: u64 = 1 << 10;

struct Point {
    clock_bytes: AtomicU64,
    at_ns: AtomicU64,
    live_bytes: AtomicU64,
}

static POINTS: [Point; MAX_POINTS] = [const {
    Point { clock_bytes: AtomicU64::new(0), at_ns: AtomicU64::new(0), live_bytes: AtomicU64::new(0) }
}; MAX_POINTS];
static USED: AtomicUsize = AtomicUsize::new(0);
static STEP_BYTES: AtomicU64 = AtomicU64::new(FIRST_STEP_BYTES);
static NEXT: AtomicU64 = AtomicU64::new(0);
static LOCK: AtomicBool = AtomicBool::new(false);
/// Nanoseconds from an arbitrary start to the region's opening.
static OPENED_AT_NS: AtomicU64 = AtomicU64::new(0);

/// The clock at which the next point is due.
#[inline]
pub(super) fn next_due() -> u64 {
    NEXT.load(Relaxed)
}

/// Takes a point. A thread that finds another at it goes on: the next event is soon.
#[cold]
pub(super) fn record_point(clock_bytes: u64, live_bytes: u64) {
    if LOCK.swap(true, Acquire) {
        return;
    }
    if USED.load(Relaxed) == MAX_POINTS {
        for index in 0..MAX_POINTS / 2 {
            let from = &POINTS[2 * index];
            POINTS[index].set(
                from.clock_bytes.load(Relaxed),
                from.at_ns.load(Relaxed),
                from.live_bytes.load(Relaxed),
            );
        }
        USED.store(MAX_POINTS / 2, Relaxed);
        STEP_BYTES.store(2 * STEP_BYTES.load(Relaxed), Relaxed);
    }
    let used = USED.load(Relaxed);
    POINTS[used].set(clock_bytes, elapsed_ns(), live_bytes);
    USED.store(used + 1, Relaxed);
    let step = STEP_BYTES.load(Relaxed);
    NEXT.store((clock_bytes / step + 1) * step, Relaxed);
    LOCK.store(false, Release);
}

/// The clock of the process's own region starts; later calls do nothing.
pub(super) fn start_clock() {
    now_ns();
}

/// Since the region's opening.
pub(super) fn elapsed_ns() -> u64 {
    now_ns().saturating_sub(OPENED_AT_NS.load(Relaxed))
}

/// No points, from now on.
pub(super) fn clear() {
    USED.store(0, Relaxed);
    STEP_BYTES.store(FIRST_STEP_BYTES, Relaxed);
    NEXT.store(0, Relaxed);
    OPENED_AT_NS.store(now_ns(), Relaxed);
}

/// The points in the order of the clock.
pub(super) fn collect_points() -> Vec<RawPoint> {
    let used = USED.load(Acquire);
    let point = |point: &Point| RawPoint {
        clock_bytes: point.clock_bytes.load(Relaxed),
        at_ns: point.at_ns.load(Relaxed),
        live_bytes: point.live_bytes.load(Relaxed),
    };
    POINTS[..used].iter().map(point).collect()
}

impl Point {
    fn set(&self, clock_bytes: u64, at_ns: u64, live_bytes: u64) {
        self.clock_bytes.store(clock_bytes, Relaxed);
        self.at_ns.store(at_ns, Relaxed);
        self.live_bytes.store(live_bytes, Relaxed);
    }
}

/// The monotonic clock, from the first time it was asked.
fn now_ns() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}
