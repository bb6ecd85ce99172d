//! Temporary churn: lines whose blocks die within a few allocations, and what would make fewer of
//! them.
//!
//! The suggestion follows from counts, not from the code. Blocks that are reallocated need their
//! capacity at birth; blocks that live one at a time can be one reused block; small blocks of which
//! many live together and die young can share an arena. The recorder does not keep each block's
//! size, so equal sizes are no part of the rule: a reused buffer grows to the largest.

use super::SiteRun;
use heaplab_record::{ChurnFix, ChurnLine};
use std::collections::BTreeMap;

/// A block is a temporary if no more than this many allocations of the mean size happen during its
/// life.
const FEW_ALLOCATIONS: u64 = 8;
/// From this share of temporaries on a line is reported.
const CHURNING_SHARE: f64 = 0.5;
/// With fewer temporaries there is nothing to gain.
const FEWEST_TEMPORARIES: u64 = 64;
/// Up to this mean size blocks count as small: an arena for larger ones would hold little else.
const SMALL_BYTES: u64 = 1024;

/// What the whole program allocated in the same run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramTotals {
    /// Allocations at all sites.
    pub births: u64,
    /// The allocation clock at the end: bytes of allocations and of growth, of all sites.
    pub clock_bytes: u64,
}

/// The lines that churn, the one with the most temporaries first. Sites of one line are added up;
/// `at_once` of a suggestion is then the sum of theirs.
pub fn find_churn<'a>(
    sites: impl IntoIterator<Item = (&'a str, &'a SiteRun)>,
    program: ProgramTotals,
) -> Vec<ChurnLine> {
    let mut lines: BTreeMap<&str, LineTotals> = BTreeMap::new();
    for (line, run) in sites {
        lines.entry(line).or_default().add(run, program);
    }
    let mut found: Vec<ChurnLine> =
        lines.into_iter().filter_map(|(line, totals)| totals.judge(line)).collect();
    found.sort_by_key(|line| std::cmp::Reverse(line.temporaries));
    found
}

/// The sums of a line's sites.
#[derive(Default)]
struct LineTotals {
    births: u64,
    temporaries: u64,
    allocated_bytes: u64,
    reallocations: u64,
    at_once: u64,
    bytes_at_once: u64,
}

impl LineTotals {
    fn add(&mut self, run: &SiteRun, program: ProgramTotals) {
        self.births += run.births;
        self.temporaries += count_temporaries(run, program);
        self.allocated_bytes += run.birth_bytes + run.grown_bytes;
        self.reallocations += run.reallocations;
        self.at_once += run.own_peak.blocks;
        self.bytes_at_once += run.own_peak.bytes;
    }

    fn judge(self, line: &str) -> Option<ChurnLine> {
        let share = self.temporaries as f64 / self.births as f64;
        // Without births the share is NaN, and there are no temporaries either.
        if self.temporaries < FEWEST_TEMPORARIES || share < CHURNING_SHARE {
            return None;
        }
        let mean_bytes = self.allocated_bytes / self.births;
        let suggestion = self.suggest_fix(mean_bytes);
        Some(ChurnLine {
            location: line.to_owned(),
            births: self.births,
            temporaries: self.temporaries,
            mean_bytes,
            suggestion,
        })
    }

    fn suggest_fix(&self, mean_bytes: u64) -> ChurnFix {
        if self.reallocations >= self.births {
            let reallocations_a_block = self.reallocations as f64 / self.births as f64;
            return ChurnFix::WithCapacity { reallocations_a_block, capacity_bytes: mean_bytes };
        }
        let at_once = self.at_once.max(1);
        if at_once > FEW_ALLOCATIONS / 2 && mean_bytes <= SMALL_BYTES {
            return ChurnFix::Arena { at_once, bytes_at_once: self.bytes_at_once };
        }
        ChurnFix::Reuse { at_once, births_spared: self.births / at_once - 1 }
    }
}

/// Counts the blocks that died within a few allocations of the program's mean size. Their own
/// growth moves the clock too and is added to that limit, which is then rounded up to the
/// histogram's next power of two.
fn count_temporaries(run: &SiteRun, program: ProgramTotals) -> u64 {
    let mean = |bytes: u64, blocks: u64| bytes.checked_div(blocks).unwrap_or(0);
    let few = mean(program.clock_bytes, program.births).max(1).saturating_mul(FEW_ALLOCATIONS);
    let most_bytes = few.saturating_add(mean(run.grown_bytes, run.births)).checked_next_power_of_two();
    let buckets = most_bytes.unwrap_or(u64::MAX).ilog2() as usize + 1;
    run.lifetimes.iter().take(buckets).sum()
}

#[cfg(test)]
mod tests;
