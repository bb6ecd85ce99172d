//! How the sites of a variant grow with its work, measured by three runs at N, 2N and 4N.

use serde::{Deserialize, Serialize};

/// A variant's sites, classified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// N, 2N and 4N.
    pub scales: Vec<u64>,
    /// The site that decides the variant's class comes first: unbounded growth, the fastest first,
    /// then undecided sites, full caches, sites made once, and steady sites; within these by the
    /// bytes that they hold.
    pub sites: Vec<SiteGrowth>,
    /// How many more sites were classified.
    #[serde(default)]
    pub omitted_sites: u64,
    /// Lines with many short-lived blocks, the one with the most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub churn: Vec<ChurnLine>,
}

/// One site, and how it behaves as the work continues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteGrowth {
    /// The innermost function that is not the standard library's.
    pub function: String,
    /// Its location: `lessons/…/main.rs:30`.
    pub location: String,
    /// Every frame that is kept, the root first.
    pub stack: Vec<String>,
    /// Its class.
    pub class: GrowthClass,
    /// How often such verdicts were right on cases with a known answer, from 0 to 1; 0 where this
    /// is not known.
    pub sure: f64,
    /// What one unit of work adds to the live bytes; absent where nothing could be fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<FittedSlope>,
    /// Live bytes at the end of each of the scales.
    pub end_bytes: Vec<u64>,
    /// Live blocks at the end of each of the scales.
    pub end_blocks: Vec<u64>,
    /// What happened to it when the data was dropped; absent where this was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teardown: Option<TeardownOutcome>,
    /// Why it has this class.
    pub reason: GrowthReason,
}

/// Bytes that one unit of work leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedSlope {
    /// The estimate.
    pub bytes_each: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// How a site behaves as the work continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrowthClass {
    /// Grows without a limit.
    UnboundedGrowth,
    /// Kept alive only by strong references among its own blocks.
    RefcountCycle,
    /// The figures do not decide it.
    Unknown,
    /// Outlives its request, up to a limit.
    BoundedCache,
    /// Made at the start and held to the end.
    FreedOnlyAtExit,
    /// Freed by its request or soon after.
    Steady,
}

/// How much of a site is left after the data was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeardownOutcome {
    /// Nothing: the data still owned it.
    Freed,
    /// A part.
    Partly,
    /// All of it: nothing that was dropped owned it.
    Kept,
}

/// Why a site has its class, with the deciding figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum GrowthReason {
    /// Fewer than two scales.
    OneScale,
    /// Nothing of it was live.
    NothingHeld,
    /// It grew until the end.
    StillGrowing {
        /// The late growth rate divided by the rate before; 1 for linear growth.
        late_share: f64,
    },
    /// A capacity doubled again.
    StillDoubling {
        /// The size at the end divided by the size in the middle.
        factor: f64,
    },
    /// It grew and then stayed level.
    LevelsOff {
        /// The late growth rate divided by the rate before.
        late_share: f64,
    },
    /// Blocks come and go.
    Exchanged {
        /// How many units of work a block outlives on average.
        requests: f64,
    },
    /// Nothing was added after first use.
    MadeOnce,
    /// Too few blocks to exclude chance.
    TooFew {
        /// How many blocks were allocated.
        blocks: f64,
    },
    /// It grows, but more and more slowly.
    Between {
        /// The late growth rate divided by the rate before.
        late_share: f64,
    },
}

/// A line with many short-lived blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChurnLine {
    /// The location of the line.
    pub location: String,
    /// Blocks allocated there.
    pub births: u64,
    /// Those of them that were freed within a few allocations.
    pub temporaries: u64,
    /// The mean of the blocks' largest sizes.
    pub mean_bytes: u64,
    /// How to allocate less.
    pub suggestion: ChurnFix,
}

/// How to get fewer temporaries, with the figures that suggest it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fix", rename_all = "kebab-case")]
pub enum ChurnFix {
    /// Reserve the capacity at once.
    WithCapacity {
        /// Mean number of reallocations per block.
        reallocations_a_block: f64,
        /// The capacity to reserve.
        capacity_bytes: u64,
    },
    /// Reuse one buffer.
    Reuse {
        /// How many were live at once.
        at_once: u64,
        /// Births saved per reused buffer.
        births_spared: u64,
    },
    /// Use an arena.
    Arena {
        /// How many were live at once.
        at_once: u64,
        /// Bytes that they held together.
        bytes_at_once: u64,
    },
}

/// How often the classifier is right on generated cases with a known answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassifierTable {
    /// How many cases.
    pub cases: u64,
    /// One row per class.
    pub rows: Vec<ClassifierRow>,
}

/// The cases of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassifierRow {
    /// The true class.
    pub is: GrowthClass,
    /// The classes that were assigned, and how often.
    pub said: Vec<(GrowthClass, u64)>,
    /// The share of the cases that were classified correctly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// The share of this class's assignments that were right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
}

/// A puzzle: the names of the variants were replaced by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mystery {
    /// The seed of the order.
    pub seed: u64,
}
