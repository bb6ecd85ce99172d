//! Plans how much to run: scales that fit into memory, repetitions that fit into a class. Pure:
//! figures in, decisions out.

use crate::runner::scale;
use std::time::Duration;

/// The reference scale is this part of the lesson's default. dhat runs at it, and the memory need
/// is extrapolated from it.
const REFERENCE_PART: u64 = 100;
/// The recorder's header per block.
const HEADER_BYTES: u64 = 16;
/// The system allocator's overhead per block: its own header and rounding.
const ROUNDING_BYTES: u64 = 16;
/// RSS growth below this is noise of a starting process, and must not be multiplied.
const NOISE_BYTES: u64 = 1 << 20;
/// What stays free for the rest of the machine, besides a tenth of what is available.
const RESERVE_BYTES: u64 = 256 << 20;

/// The scale of the dhat probe and of the runs that the memory need is extrapolated from.
pub(crate) fn reference_rows(default_scale: u64, rows: u64) -> u64 {
    (default_scale / REFERENCE_PART).max(1).min(rows)
}

/// The memory of a run at the reference scale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Footprint {
    pub(crate) rows: u64,
    /// `VmRSS` before the first row.
    pub(crate) start_bytes: u64,
    /// `VmHWM`.
    pub(crate) peak_bytes: u64,
    /// Live bytes and blocks at the peak; 0 without a recorder, as for CPython.
    pub(crate) live_bytes: u64,
    pub(crate) live_blocks: u64,
    /// The need of a run with fewer rows. What both runs need alike does not grow with the rows.
    pub(crate) smaller: Option<MemoryNeed>,
}

/// The resident memory of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MemoryNeed {
    rows: u64,
    bytes: u64,
}

impl Footprint {
    /// The resident memory that `rows` will need under the probe that takes the most. A tenth is
    /// added, because a collection that doubles its buffer may have been measured just before it
    /// did.
    pub(crate) fn need_bytes(&self, rows: u64) -> u64 {
        let Some(smaller) = self.smaller.filter(|smaller| smaller.rows < self.rows) else {
            return self.need_in_proportion(rows);
        };
        let own = self.need_in_proportion(self.rows);
        let a_row = own.saturating_sub(smaller.bytes) as f64 / (self.rows - smaller.rows) as f64;
        own.saturating_add((a_row * rows.saturating_sub(self.rows) as f64 * 1.1) as u64)
    }

    /// Adds a smaller run to extrapolate from.
    pub(crate) fn with_smaller_run(self, smaller: Footprint) -> Footprint {
        let need = MemoryNeed { rows: smaller.rows, bytes: smaller.need_in_proportion(smaller.rows) };
        Footprint { smaller: Some(need), ..self }
    }

    fn need_in_proportion(&self, rows: u64) -> u64 {
        let resident = self.peak_bytes.saturating_sub(self.start_bytes);
        let resident = if resident < NOISE_BYTES { 0 } else { resident };
        let asked_for = self.live_bytes + ROUNDING_BYTES * self.live_blocks;
        let grows = resident.max(asked_for) + HEADER_BYTES * self.live_blocks;
        let scaled = grows as f64 * rows as f64 / self.rows as f64;
        self.start_bytes.saturating_add((scaled * 1.1) as u64)
    }

    /// `rows`, or the largest round scale that fits into the available memory, but never less than
    /// was run already.
    pub(crate) fn rows_that_fit(&self, rows: u64, available_bytes: u64) -> u64 {
        let budget = (available_bytes - available_bytes / 10).saturating_sub(RESERVE_BYTES);
        if self.need_bytes(rows) <= budget {
            return rows;
        }
        let per_row = self.need_bytes(rows) as f64 / rows as f64;
        let mut fits = scale::round_down((budget as f64 / per_row) as u64);
        // The part that does not grow with the rows takes its share at fewer rows too.
        while fits > self.rows && self.need_bytes(fits) > budget {
            fits = scale::round_down(fits - 1);
        }
        fits.clamp(self.rows, rows)
    }
}

/// The time limit for all pairs of plain and heap runs of a section's Rust variants, so that it fits
/// into a class.
pub(crate) const PAIRS_BUDGET: Duration = Duration::from_secs(68);
/// The same for its scripts, which run once in any case.
pub(crate) const PYTHON_PAIRS_BUDGET: Duration = Duration::from_secs(20);
/// More pairs do not change the result.
const MOST_PAIRS: u32 = 3;

/// How many pairs of plain and heap runs each variant gets, by the expected time of one pair.
/// Everything runs once; the rest of the time goes to second and third pairs, the quickest variants
/// first.
pub(crate) fn plan_repetitions(quick: bool, pairs: &[Duration], budget: Duration) -> Vec<u32> {
    let mut repetitions = vec![1; pairs.len()];
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|&index| pairs[index]);
    let mut spent: Duration = pairs.iter().sum();
    for index in order {
        while !quick && repetitions[index] < MOST_PAIRS && spent + pairs[index] <= budget {
            repetitions[index] += 1;
            spent += pairs[index];
        }
    }
    repetitions
}

/// `rows`, or the largest round scale that takes no longer than the limit, but never less than `least`.
/// `expected` is the time of `rows`, and time grows with the rows.
pub(crate) fn rows_in_time(rows: u64, expected: Duration, limit: Duration, least: u64) -> u64 {
    if expected <= limit {
        return rows;
    }
    let fits = rows as f64 * (limit.as_secs_f64() / expected.as_secs_f64());
    scale::round_down(fits as u64).clamp(least, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: Footprint = Footprint {
        rows: 100_000,
        start_bytes: 3_000_000,
        peak_bytes: 30_000_000,
        live_bytes: 24_300_000,
        live_blocks: 200_000,
        smaller: None,
    };

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(MAPS.rows_that_fit(10_000_000, 24_000_000_000), 10_000_000);
    }

    /// A program with 4 MB of fixed buffers and 40 bytes per thousand rows.
    #[test]
    fn what_two_runs_need_alike_is_not_multiplied() {
        let at = |rows: u64| Footprint {
            rows,
            start_bytes: 3_000_000,
            peak_bytes: 7_000_000 + rows / 25,
            live_bytes: 0,
            live_blocks: 0,
            smaller: None,
        };
        let (first, second) = (at(10_000_000), at(100_000_000));
        assert!(first.need_bytes(10_000_000_000) > 4_000_000_000, "in proportion");
        let both = second.with_smaller_run(first);
        let need = both.need_bytes(10_000_000_000);
        assert!((400_000_000..500_000_000).contains(&need), "{need}");
        assert_eq!(both.rows_that_fit(10_000_000_000, 2_000_000_000), 10_000_000_000);
        for available in [400_000_000, 500_000_000, 700_000_000] {
            let rows = both.rows_that_fit(10_000_000_000, available);
            let budget = available - available / 10 - RESERVE_BYTES;
            assert!(both.need_bytes(rows) <= budget, "{rows}");
            assert_eq!(rows, scale::round_down(rows));
        }
    }

    #[test]
    fn what_does_not_fit_is_lowered_to_a_round_scale_that_does() {
        for available in [1_000_000_000, 2_000_000_000, 3_000_000_000] {
            let rows = MAPS.rows_that_fit(10_000_000, available);
            assert!((100_000..10_000_000).contains(&rows), "{rows}");
            assert!(rows == 100_000 || MAPS.need_bytes(rows) < available, "{rows}");
            assert_eq!(rows, scale::round_down(rows));
        }
        assert_eq!(MAPS.rows_that_fit(10_000_000, 0), 100_000);
    }

    #[test]
    fn the_need_grows_with_rows_and_with_headers() {
        let need = MAPS.need_bytes(10_000_000);
        assert!(need > 3_000_000_000 && need < 3_500_000_000, "{need}");
        assert!(Footprint { live_blocks: 0, ..MAPS }.need_bytes(10_000_000) < need);
    }

    #[test]
    fn the_noise_of_a_small_run_is_not_multiplied() {
        let small = Footprint {
            rows: 10,
            start_bytes: 3_000_000,
            peak_bytes: 3_300_000,
            live_bytes: 480,
            live_blocks: 11,
            smaller: None,
        };
        let need = small.need_bytes(10_000_000);
        assert!((480_000_000..1_000_000_000).contains(&need), "{need}");
    }

    #[test]
    fn quick_variants_are_repeated_first_and_the_budget_is_kept() {
        let seconds = |all: &[u64]| all.iter().map(|&one| Duration::from_secs(one)).collect::<Vec<_>>();
        assert_eq!(plan_repetitions(false, &seconds(&[10, 1, 30]), PAIRS_BUDGET), [3, 3, 1]);
        assert_eq!(plan_repetitions(false, &seconds(&[200, 1]), PAIRS_BUDGET), [1, 1]);
        assert_eq!(plan_repetitions(false, &seconds(&[20, 28]), PAIRS_BUDGET), [2, 1]);
        assert_eq!(plan_repetitions(true, &seconds(&[1, 1]), PAIRS_BUDGET), [1, 1]);
        assert_eq!(plan_repetitions(false, &[], PAIRS_BUDGET), [0u32; 0]);
    }

    #[test]
    fn what_takes_too_long_is_lowered_to_a_round_scale() {
        let in_time = |expected| {
            let (expected, limit) = (Duration::from_secs(expected), Duration::from_secs(45));
            rows_in_time(10_000_000, expected, limit, 100_000)
        };
        assert_eq!((in_time(22), in_time(45)), (10_000_000, 10_000_000));
        let lowered = in_time(90);
        assert!(lowered <= 5_000_000 && lowered == scale::round_down(lowered), "{lowered}");
        assert_eq!(in_time(1_000_000), 100_000, "the scale that it has run at already");
    }

    #[test]
    fn dhat_never_runs_at_more_than_was_asked_for() {
        assert_eq!(reference_rows(10_000_000, 10_000_000), 100_000);
        assert_eq!(reference_rows(10_000_000, 500), 500);
        assert_eq!(reference_rows(50, 7), 1);
    }
}
