//! tracemalloc and the recorder count the same script in two ways. These are the rules that lead
//! from one to the other.
//!
//! tracemalloc sees what CPython's allocators give out (`Python/tracemalloc.c` wraps the raw, mem
//! and object domains), the recorder what the process asks of `malloc`. So the recorder also has
//! the blocks that other libraries and tracemalloc itself asked for. What is left after them must be the same.

use heaplab_record::{LiveFigures, TracemallocRun};

/// tracemalloc's figures, less what the recorder's figures predict for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TracedBalance {
    /// What the recorder has and tracemalloc does not trace.
    pub untraced: LiveFigures,
    /// How much more the traced blocks held at their own peak than at the recorder's. The two peaks
    /// are of different sums, so they may be at different moments.
    pub other_moment_bytes: u64,
    /// Not explained, of the peak.
    pub peak_rest_bytes: i128,
    /// Not explained, of the end.
    pub end_rest_bytes: i128,
    /// Not explained, of the blocks at the end.
    pub end_rest_blocks: i128,
}

impl TracedBalance {
    /// Whether the reasons account for every byte and block.
    pub fn is_explained(&self) -> bool {
        (self.peak_rest_bytes, self.end_rest_bytes, self.end_rest_blocks) == (0, 0, 0)
    }
}

/// Whether both counted the same to the byte, and nothing has to be explained.
pub fn is_equal(run: &TracemallocRun) -> bool {
    run.traced == run.heap
}

/// Takes the differences apart.
pub fn balance(run: &TracemallocRun) -> TracedBalance {
    let sum = |of: fn(&heaplab_record::UntracedPart) -> u64| run.untraced.iter().map(of).sum();
    let untraced = LiveFigures {
        peak_bytes: sum(|part| part.peak_bytes),
        end_bytes: sum(|part| part.end_bytes),
        end_blocks: sum(|part| part.end_blocks),
    };
    let rest = |traced: u64, heap: u64, untraced: u64| {
        i128::from(traced) - (i128::from(heap) - i128::from(untraced))
    };
    let peak = rest(run.traced.peak_bytes, run.heap.peak_bytes, untraced.peak_bytes);
    // At no moment is more live than the recorder's peak. So the traced blocks, at their own peak, can
    // hold more than at the recorder's, but by no more than the untraced blocks held there.
    let other_moment = peak.clamp(0, i128::from(untraced.peak_bytes));
    TracedBalance {
        untraced,
        other_moment_bytes: u64::try_from(other_moment).unwrap_or(0),
        peak_rest_bytes: peak - other_moment,
        end_rest_bytes: rest(run.traced.end_bytes, run.heap.end_bytes, untraced.end_bytes),
        end_rest_blocks: rest(run.traced.end_blocks, run.heap.end_blocks, untraced.end_blocks),
    }
}

/// memray's figures, less what the recorder's figures predict for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemrayBalance {
    /// How much less than at the recorder's peak the script held at memray's, which is one of the script
    /// and of memray's own blocks together.
    pub other_moment_bytes: u64,
    /// Not explained: of the peak, of the end, and of the blocks at the end.
    pub rests: [i128; 3],
}

/// Takes the differences apart of what memray saw (`live`), of which a part is its `own`.
pub fn balance_memray(heap: &LiveFigures, live: &LiveFigures, own: &LiveFigures) -> MemrayBalance {
    let rest = |live: u64, own: u64, heap: u64| i128::from(live) - i128::from(own) - i128::from(heap);
    let peak = rest(live.peak_bytes, own.peak_bytes, heap.peak_bytes);
    // The sum of both cannot be lower at its own peak than at the script's. So the script holds less
    // there by no more than the own blocks hold.
    let other_moment = (-peak).clamp(0, i128::from(own.peak_bytes));
    MemrayBalance {
        other_moment_bytes: u64::try_from(other_moment).unwrap_or(0),
        rests: [
            peak + other_moment,
            rest(live.end_bytes, own.end_bytes, heap.end_bytes),
            rest(live.end_blocks, own.end_blocks, heap.end_blocks),
        ],
    }
}

/// What the run under tracemalloc took, as multiples of the plain run at the same scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TracingCost {
    /// Wall time of the region.
    pub time: Option<f64>,
    /// `VmHWM` of the process.
    pub memory: Option<f64>,
}

/// The cost of tracemalloc in this run.
pub fn tracing_cost(run: &TracemallocRun) -> TracingCost {
    let ratio = |with: u64, without: u64| (without > 0).then(|| with as f64 / without as f64);
    TracingCost {
        time: run.plain_wall_ns.and_then(|plain| ratio(run.wall_ns, plain)),
        memory: run
            .process_peak_rss_bytes
            .zip(run.plain_peak_rss_bytes)
            .and_then(|(with, without)| ratio(with, without)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_record::{UntracedPart, UntracedReason};

    fn figures(peak_bytes: u64, end_bytes: u64, end_blocks: u64) -> LiveFigures {
        LiveFigures { peak_bytes, end_bytes, end_blocks }
    }

    fn library(name: &str, figures: LiveFigures) -> UntracedPart {
        let LiveFigures { peak_bytes, end_bytes, end_blocks } = figures;
        let reason = UntracedReason::Library { name: name.to_owned() };
        UntracedPart { reason, peak_bytes, end_bytes, end_blocks }
    }

    /// 1,000 bytes of Python objects, of which 800 are left in 8 blocks; a library holds 300 of 500.
    fn run() -> TracemallocRun {
        TracemallocRun {
            rows: 1,
            traced: figures(1_000, 800, 8),
            heap: figures(1_500, 1_100, 10),
            untraced: vec![
                library("libz.so.1", figures(400, 200, 1)),
                library("libc.so.6", figures(100, 100, 1)),
            ],
            ..TracemallocRun::default()
        }
    }

    #[test]
    fn what_a_library_asked_for_is_the_difference() {
        let balance = balance(&run());
        assert!(balance.is_explained() && !is_equal(&run()), "{balance:?}");
        assert_eq!(balance.untraced, figures(500, 300, 2));
        assert_eq!(balance.other_moment_bytes, 0);
    }

    #[test]
    fn peaks_of_two_sums_may_be_at_two_moments() {
        // The traced blocks held 1,300 while the libraries held less than 200.
        let run = TracemallocRun { traced: figures(1_300, 800, 8), ..run() };
        let balance = balance(&run);
        assert_eq!((balance.other_moment_bytes, balance.peak_rest_bytes), (300, 0));
        assert!(balance.is_explained());
    }

    #[test]
    fn what_no_rule_accounts_for_is_left() {
        let left = |traced: LiveFigures| {
            let balance = balance(&TracemallocRun { traced, ..run() });
            assert!(!balance.is_explained());
            (balance.peak_rest_bytes, balance.end_rest_bytes, balance.end_rest_blocks)
        };
        assert_eq!(left(figures(990, 800, 8)), (-10, 0, 0));
        assert_eq!(left(figures(1_000, 801, 8)), (0, 1, 0));
        assert_eq!(left(figures(1_000, 800, 7)), (0, 0, -1));
        // More than the recorder ever saw live.
        assert_eq!(left(figures(1_501, 800, 8)), (1, 0, 0));
        // Without untraced blocks both peaks are of one sum, and no other moment explains anything.
        let bare = TracemallocRun { heap: figures(990, 800, 8), untraced: Vec::new(), ..run() };
        assert_eq!((balance(&bare).other_moment_bytes, balance(&bare).peak_rest_bytes), (0, 10));
    }

    #[test]
    fn equal_figures_need_no_reason() {
        let run = TracemallocRun { heap: figures(1_000, 800, 8), untraced: Vec::new(), ..run() };
        assert!(is_equal(&run) && balance(&run).is_explained());
    }

    #[test]
    fn memray_sees_its_own_blocks_too() {
        let (heap, own) = (figures(1_000, 800, 8), figures(300, 250, 5));
        let balance = |live| balance_memray(&heap, &live, &own);
        assert_eq!(balance(figures(1_300, 1_050, 13)), MemrayBalance::default());
        // At memray's peak the script held 200 less than at its own.
        let earlier = balance(figures(1_100, 1_050, 13));
        assert_eq!((earlier.other_moment_bytes, earlier.rests), (200, [0; 3]));
        assert_eq!(balance(figures(1_301, 1_049, 14)).rests, [1, -1, 1]);
        // More than its own blocks can account for.
        assert_eq!(balance(figures(999, 1_050, 13)).rests, [-1, 0, 0]);
    }

    #[test]
    fn the_cost_is_a_multiple_of_the_plain_run() {
        let run = TracemallocRun {
            wall_ns: 50,
            plain_wall_ns: Some(10),
            process_peak_rss_bytes: Some(250),
            plain_peak_rss_bytes: Some(100),
            ..run()
        };
        assert_eq!(tracing_cost(&run), TracingCost { time: Some(5.0), memory: Some(2.5) });
        // A system that does not report it, and a region too short for its clock.
        let bare = TracemallocRun { plain_wall_ns: Some(0), plain_peak_rss_bytes: None, ..run };
        assert_eq!(tracing_cost(&bare), TracingCost::default());
    }
}
