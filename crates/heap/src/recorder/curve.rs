//! Live bytes over the allocation clock, taken without allocating. A point is taken when the clock
//! passes the next multiple of a step. When the table is full, every second point is dropped and
//! the step doubles.

use super::tables::hot;
use heaplab_profile::raw::tables::{Curve, MAX_POINTS, PointRow};
use std::sync::atomic::Ordering::*;

/// The first step. A smaller one would show single allocations.
const FIRST_STEP_BYTES: u64 = 1 << 10;

/// The allocation clock at which the next point is due.
#[inline]
pub(super) fn next_due() -> u64 {
    hot().curve.next_due_bytes.load(Relaxed)
}

/// Takes a point. If another thread is taking one, this thread skips it: the next event comes soon.
#[cold]
pub(super) fn record_point(clock_bytes: u64, live_bytes: u64) {
    let curve = &hot().curve;
    if curve.lock.swap(1, Acquire) != 0 {
        return;
    }
    if curve.used.load(Relaxed) as usize >= MAX_POINTS {
        drop_every_second(curve);
    }
    let used = curve.used.load(Relaxed);
    if let Some(point) = curve.points.get(used as usize) {
        point.clock_bytes.store(clock_bytes, Relaxed);
        point.at_ns.store(elapsed_ns(), Relaxed);
        point.live_bytes.store(live_bytes, Relaxed);
        curve.used.store(used + 1, Release);
    }
    let step = curve.step_bytes.load(Relaxed).max(1);
    curve.next_due_bytes.store((clock_bytes / step + 1) * step, Relaxed);
    curve.lock.store(0, Release);
}

fn drop_every_second(curve: &Curve) {
    let copy = |to: &PointRow, from: &PointRow| {
        to.clock_bytes.store(from.clock_bytes.load(Relaxed), Relaxed);
        to.at_ns.store(from.at_ns.load(Relaxed), Relaxed);
        to.live_bytes.store(from.live_bytes.load(Relaxed), Relaxed);
    };
    for index in 0..MAX_POINTS / 2 {
        copy(&curve.points[index], &curve.points[2 * index]);
    }
    curve.used.store(MAX_POINTS as u64 / 2, Relaxed);
    curve.step_bytes.store(2 * curve.step_bytes.load(Relaxed), Relaxed);
}

/// Nanoseconds since the region was opened.
pub(super) fn elapsed_ns() -> u64 {
    now_ns().saturating_sub(hot().process.opened_at_ns.load(Relaxed))
}

/// Drops all points and starts the region's wall clock.
pub(super) fn clear() {
    let curve = &hot().curve;
    curve.used.store(0, Relaxed);
    curve.step_bytes.store(FIRST_STEP_BYTES, Relaxed);
    curve.next_due_bytes.store(0, Relaxed);
    hot().process.opened_at_ns.store(now_ns(), Relaxed);
}

/// Nanoseconds of the system's monotonic clock.
fn now_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

/// Nanoseconds since 1970.
pub(super) fn unix_ns() -> u64 {
    clock_ns(libc::CLOCK_REALTIME)
}

fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a value of our own.
    unsafe { libc::clock_gettime(clock, &mut time) };
    (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
}
