//! Sums over all threads and sites, and the whole recording.

use super::{REGION, curve, marks, modules, peak, stacks, thread};
use heaplab_profile::HeapTotals;
use heaplab_profile::raw::{RawRecording, RawSite, RawTotals};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Wall time of the region that was closed last.
static CLOSED_AT_NS: AtomicU64 = AtomicU64::new(0);

/// Closes the open region and returns its totals.
pub(crate) fn close_region() -> HeapTotals {
    REGION.store(super::NO_REGION, Relaxed);
    CLOSED_AT_NS.store(curve::elapsed_ns(), Relaxed);
    // Pending changes of threads belong to the end, and may raise the peak.
    thread::all_threads().for_each(|thread| thread.pending.flush());
    peak::update_peak_after_flush();
    let totals = sum_totals();
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

/// Closes the region of a process that ends while its threads still run.
pub(crate) fn close_at_exit() {
    REGION.store(super::NO_REGION, Relaxed);
    if peak::is_shared() {
        // An event in progress needs well under a microsecond more, unless its thread was
        // interrupted in the middle and waits for a core. Then the site's counters are
        // inconsistent, and we wait.
        for round in 0..50 {
            std::thread::sleep(std::time::Duration::from_millis(2));
            if round > 5
                && thread::all_threads().all(|thread| {
                    (0..stacks::site_count()).all(|number| thread.site(number).0.is_consistent())
                })
            {
                break;
            }
        }
    }
    close_region();
}

/// The recording of the region that was closed last, or of the open region so far. Its own
/// allocations are not recorded.
pub(crate) fn take_recording() -> RawRecording {
    thread::untracked(|| {
        let mut raw = RawRecording {
            command: std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect(),
            totals: sum_totals(),
            modules: modules::list_modules(),
            curve: curve::collect_points(),
            marks: marks::collect_marks(),
            ..RawRecording::default()
        };
        let peak = peak::current_peak();
        // The list begins with the latest thread.
        let mut threads: Vec<_> = thread::all_threads().collect();
        threads.reverse();
        for (index, thread) in threads.iter().enumerate() {
            raw.threads.push(thread.name());
            for number in 0..stacks::site_count() {
                let (site, lifetimes) = thread.site(number);
                if site.is_untouched() {
                    continue;
                }
                let (peak_blocks, peak_bytes) = site.figures_at_peak(peak.epoch, peak.is_at_peak);
                let mut lifetimes: Vec<u64> =
                    lifetimes.iter().map(|count| count.load(Relaxed).into()).collect();
                let used = lifetimes.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
                lifetimes.truncate(used);
                raw.sites.push(RawSite {
                    node: stacks::node_of(number),
                    thread: u32::try_from(index).unwrap_or(u32::MAX),
                    births: site.births.get(),
                    birth_bytes: site.birth_bytes.get(),
                    reallocations: site.reallocations.get(),
                    reallocated_bytes: site.reallocated_bytes.get(),
                    grown_bytes: site.grown_bytes.get(),
                    shrunk_bytes: site.shrunk_bytes.get(),
                    live_blocks: site.live_blocks.get(),
                    live_bytes: site.live_bytes.get(),
                    peak_blocks,
                    peak_bytes,
                    own_peak_blocks: site.own_peak_blocks.get(),
                    own_peak_bytes: site.own_peak_bytes.get(),
                    deaths: site.deaths.get(),
                    lifetime_bytes: site.lifetime_bytes.get(),
                    live_birth_clock_bytes: site.live_birth_clock_bytes.get(),
                    lifetimes,
                });
            }
        }
        // The nodes are read after the sites: while other threads run, a site must not refer to a
        // node that was not copied.
        raw.nodes = stacks::collect_nodes();
        sum_sites(&raw.sites, &mut raw.totals);
        raw
    })
}

/// Replaces the totals by the sums of these rows. While threads run, they go on counting after the
/// totals were taken.
fn sum_sites(sites: &[RawSite], totals: &mut RawTotals) {
    let sum = |of: fn(&RawSite) -> u64| sites.iter().map(of).sum::<u64>();
    totals.births = sum(|site| site.births);
    totals.birth_bytes = sum(|site| site.birth_bytes);
    totals.reallocations = sum(|site| site.reallocations);
    totals.reallocated_bytes = sum(|site| site.reallocated_bytes);
    totals.grown_bytes = sum(|site| site.grown_bytes);
    totals.shrunk_bytes = sum(|site| site.shrunk_bytes);
    let level = |of: fn(&RawSite) -> i64| sites.iter().map(of).sum::<i64>().max(0).unsigned_abs();
    totals.end_blocks = level(|site| site.live_blocks);
    totals.end_bytes = level(|site| site.live_bytes);
}

/// Sums over every thread and site. Allocates nothing.
fn sum_totals() -> RawTotals {
    let is_open = REGION.load(Relaxed) != super::NO_REGION;
    let peak = peak::current_peak();
    let mut sums = RawTotals {
        peak_blocks: peak.blocks,
        peak_bytes: peak.bytes,
        peak_clock_bytes: peak.clock_bytes,
        wall_ns: if is_open { curve::elapsed_ns() } else { CLOSED_AT_NS.load(Relaxed) },
        ..RawTotals::default()
    };
    let (mut live_blocks, mut live_bytes, mut others) = (0, 0, 0);
    for thread in thread::all_threads() {
        others += u64::from(peak::is_shared() && !thread.is_owner());
        sums.slow_walks += thread.slow_walks.load(Relaxed);
        sums.cut_stacks += thread.cut_stacks.load(Relaxed);
        sums.overflowed += thread.site(stacks::OVERFLOW).0.births.get();
        for number in 0..stacks::site_count() {
            let (site, _) = thread.site(number);
            sums.births += site.births.get();
            sums.birth_bytes += site.birth_bytes.get();
            sums.reallocations += site.reallocations.get();
            sums.reallocated_bytes += site.reallocated_bytes.get();
            sums.grown_bytes += site.grown_bytes.get();
            sums.shrunk_bytes += site.shrunk_bytes.get();
            live_blocks += site.live_blocks.get();
            live_bytes += site.live_bytes.get();
        }
    }
    sums.end_blocks = live_blocks.max(0).unsigned_abs();
    sums.end_bytes = live_bytes.max(0).unsigned_abs();
    sums.peak_error_bytes = others * 2 * peak::SLACK_BYTES.unsigned_abs();
    sums
}
