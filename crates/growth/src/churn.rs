//! Temporary churn: lines whose blocks die within a few allocations, and what would make fewer of them.
//!
//! The suggestion follows from counts, not from the code: blocks that are reallocated want their capacity at birth; blocks that
//! live one at a time can be one block used again; small blocks of which many live together and die young can share an
//! arena. A recorder does not keep each block's size, so "the same size" is no part of the rule: a buffer that is used again
//! grows to the largest.

use crate::SiteRun;
use std::collections::BTreeMap;

/// A block that sees no more than so many allocations of the mean size during its life is a temporary.
pub const FEW_ALLOCATIONS: u64 = 8;
/// From this share of temporaries on a line churns.
pub const CHURNING_SHARE: f64 = 0.5;
/// With fewer temporaries there is nothing to win.
pub const FEWEST_TEMPORARIES: u64 = 64;
/// Up to this mean size blocks are small: an arena for larger ones would mostly be those.
pub const SMALL_BYTES: u64 = 1024;

/// What the whole program allocated in the same run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramTotals {
    /// Births at all sites.
    pub births: u64,
    /// The allocation clock at the end: bytes at birth and growth, of all sites.
    pub clock_bytes: u64,
}

/// A line that makes temporaries.
#[derive(Clone, Debug, PartialEq)]
pub struct Churn {
    /// Where.
    pub line: String,
    /// Blocks born there.
    pub births: u64,
    /// Blocks of them that died within a few allocations.
    pub temporaries: u64,
    /// The mean size of a block when it was largest, in bytes.
    pub mean_bytes: u64,
    /// What to do.
    pub suggestion: Suggestion,
}

/// What would make fewer temporaries, and the figures that say so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Suggestion {
    /// `with_capacity`: the blocks are reallocated while they are filled.
    WithCapacity {
        /// Reallocations of each block, on the average.
        reallocations_a_block: f64,
        /// What each block grew to, on the average: the capacity to ask for, in bytes.
        capacity_bytes: u64,
    },
    /// One buffer, or as many as live at once, cleared and used again.
    Reuse {
        /// The most that lived at once. Of several sites on a line, the sum of theirs.
        at_once: u64,
        /// Births that each of these would spare, on the average.
        births_spared: u64,
    },
    /// An arena, freed as a whole: many small blocks live together.
    Arena {
        /// The most that lived at once. Of several sites on a line, the sum of theirs.
        at_once: u64,
        /// What they hold together, in bytes: the arena's size.
        bytes_at_once: u64,
    },
}

/// The lines that churn, the one with the most temporaries first; sites of one line are added up.
pub fn find_churn<'a>(
    sites: impl IntoIterator<Item = (&'a str, &'a SiteRun)>,
    program: ProgramTotals,
) -> Vec<Churn> {
    let mut lines: BTreeMap<&str, LineTotals> = BTreeMap::new();
    for (line, run) in sites {
        lines.entry(line).or_default().add(run, program);
    }
    let mut found: Vec<Churn> = lines.into_iter().filter_map(|(line, sums)| sums.judge(line)).collect();
    found.sort_by_key(|churn| std::cmp::Reverse(churn.temporaries));
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

    fn judge(self, line: &str) -> Option<Churn> {
        let share = self.temporaries as f64 / self.births as f64;
        // No births make NaN, which is not above.
        if self.temporaries < FEWEST_TEMPORARIES || share < CHURNING_SHARE {
            return None;
        }
        let mean_bytes = self.allocated_bytes / self.births;
        let suggestion = self.suggest_fix(mean_bytes);
        Some(Churn {
            line: line.to_owned(),
            births: self.births,
            temporaries: self.temporaries,
            mean_bytes,
            suggestion,
        })
    }

    fn suggest_fix(&self, mean_bytes: u64) -> Suggestion {
        if self.reallocations >= self.births {
            let reallocations_a_block = self.reallocations as f64 / self.births as f64;
            return Suggestion::WithCapacity { reallocations_a_block, capacity_bytes: mean_bytes };
        }
        let at_once = self.at_once.max(1);
        if at_once > FEW_ALLOCATIONS / 2 && mean_bytes <= SMALL_BYTES {
            return Suggestion::Arena { at_once, bytes_at_once: self.bytes_at_once };
        }
        Suggestion::Reuse { at_once, births_spared: self.births / at_once - 1 }
    }
}

/// How many blocks died within a few allocations of the program's mean size, and what they grew by themselves, which moves the
/// clock too. Lifetimes are counted by powers of two, so up to the next of them.
fn count_temporaries(run: &SiteRun, program: ProgramTotals) -> u64 {
    let mean = |bytes: u64, blocks: u64| bytes.checked_div(blocks).unwrap_or(0);
    let few = mean(program.clock_bytes, program.births).max(1).saturating_mul(FEW_ALLOCATIONS);
    let most_bytes = few.saturating_add(mean(run.grown_bytes, run.births)).checked_next_power_of_two();
    let buckets = most_bytes.unwrap_or(u64::MAX).ilog2() as usize + 1;
    run.lifetimes.iter().take(buckets).sum()
}

#[cfg(test)]
mod tests;
