//! Live bytes over the allocation clock, in at most 4096 points and without allocating. A point is
//! taken when the clock passes the next multiple of a step. When the table is full, every second
//! point is dropped and the step doubles.

use heaplab_profile::raw::RawPoint;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::time::Instant;

const MAX_POINTS: usize = 4096;
/// The first step. A smaller one would show single allocations.
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
/// When the region was opened, on the clock of `now_ns`.
static OPENED_AT_NS: AtomicU64 = AtomicU64::new(0);

/// The allocation clock at which the next point is due.
#[inline]
pub(super) fn next_due() -> u64 {
    NEXT.load(Relaxed)
}

/// Takes a point. If another thread is taking one, this thread skips it: the next event comes soon.
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

/// Starts the wall clock of the process's own region; later calls do nothing.
pub(super) fn start_clock() {
    now_ns();
}

/// Nanoseconds since the region was opened.
pub(super) fn elapsed_ns() -> u64 {
    now_ns().saturating_sub(OPENED_AT_NS.load(Relaxed))
}

/// Drops all points and starts the region's wall clock.
pub(super) fn clear() {
    USED.store(0, Relaxed);
    STEP_BYTES.store(FIRST_STEP_BYTES, Relaxed);
    NEXT.store(0, Relaxed);
    OPENED_AT_NS.store(now_ns(), Relaxed);
}

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

/// Nanoseconds since the first call.
fn now_ns() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(u64::MAX)
}
