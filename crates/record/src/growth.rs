//! How the sites of a variant grow with its work, as three runs at N, 2N and 4N saw it.

use serde::{Deserialize, Serialize};

/// A variant's sites, judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// N, 2N and 4N.
    pub scales: Vec<u64>,
    /// The site that the variant is judged by comes first: what grows without end, the fastest first, then what was not
    /// decided, what is full, what was made once, what comes and goes; within these by what they hold.
    pub sites: Vec<SiteGrowth>,
    /// How many sites more were judged.
    #[serde(default)]
    pub omitted_sites: u64,
    /// Lines whose blocks die young, the one with the most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub churn: Vec<ChurnLine>,
}

/// One site and what it does as the work goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteGrowth {
    /// The innermost function that is not the standard library's.
    pub function: String,
    /// Its place: `lessons/…/main.rs:30`.
    pub location: String,
    /// Every frame that is kept, the root first.
    pub stack: Vec<String>,
    /// What it is judged to be.
    pub class: GrowthClass,
    /// How often such verdicts were right on cases with a known answer, from 0 to 1; 0 for what is not known.
    pub sure: f64,
    /// What a unit of the work adds to the live bytes; absent where nothing could be fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<FittedSlope>,
    /// Live bytes at the end of each of the scales.
    pub end_bytes: Vec<u64>,
    /// Live blocks at the end of each of the scales.
    pub end_blocks: Vec<u64>,
    /// What became of it when the data was dropped; absent where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teardown: Option<TeardownOutcome>,
    /// What decided.
    pub reason: GrowthReason,
}

/// Bytes that a unit of the work leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedSlope {
    /// The estimate.
    pub bytes_each: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// What a site does as the work goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GrowthClass {
    /// Grows without a limit.
    UnboundedGrowth,
    /// Kept alive by strong references among its own blocks alone.
    RefcountCycle,
    /// The figures do not say.
    Unknown,
    /// Outlives its request, up to a limit.
    BoundedCache,
    /// Made at the start and held to the end.
    FreedOnlyAtExit,
    /// Freed by its request or soon after.
    Steady,
}

/// What is left of a site when the data was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeardownOutcome {
    /// Nothing: something still owned it.
    Freed,
    /// A part.
    Partly,
    /// All of it: nothing that was dropped owned it.
    Kept,
}

/// What decided, with its figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum GrowthReason {
    /// Fewer than two scales.
    OneScale,
    /// Nothing of it was live.
    NothingHeld,
    /// It grew to the end.
    StillGrowing {
        /// The late rate over the rate before, 1 for a line.
        late_share: f64,
    },
    /// Capacity doubled again.
    StillDoubling {
        /// The end over the middle.
        factor: f64,
    },
    /// It rose and came to a level.
    LevelsOff {
        /// The late rate over the rate before.
        late_share: f64,
    },
    /// Blocks come and go.
    Exchanged {
        /// How many units of the work a block outlives, on the average.
        requests: f64,
    },
    /// Nothing came after first use.
    MadeOnce,
    /// Too few blocks to exclude chance.
    TooFew {
        /// How many came.
        blocks: f64,
    },
    /// Ever more slowly.
    Between {
        /// The late rate over the rate before.
        late_share: f64,
    },
}

/// A line whose blocks die young.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChurnLine {
    /// Where.
    pub location: String,
    /// Blocks born there.
    pub births: u64,
    /// Those of them that died within a few allocations.
    pub temporaries: u64,
    /// The mean size of a block when it was largest.
    pub mean_bytes: u64,
    /// What would make fewer.
    pub suggestion: ChurnFix,
}

/// What would make fewer temporaries, and the figures that say so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fix", rename_all = "kebab-case")]
pub enum ChurnFix {
    /// Ask for the room at once.
    WithCapacity {
        /// Reallocations of each block, on the average.
        reallocations_a_block: f64,
        /// The room to ask for.
        capacity_bytes: u64,
    },
    /// Use one buffer again.
    Reuse {
        /// How many lived at once.
        at_once: u64,
        /// Births that each would spare.
        births_spared: u64,
    },
    /// An arena.
    Arena {
        /// How many lived at once.
        at_once: u64,
        /// What they held together.
        bytes_at_once: u64,
    },
}

/// How often the classifier is right, over generated cases with a known answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassifierTable {
    /// How many cases.
    pub cases: u64,
    /// A row a class.
    pub rows: Vec<ClassifierRow>,
}

/// The cases of one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassifierRow {
    /// What they are.
    pub is: GrowthClass,
    /// What was said of them, and how often.
    pub said: Vec<(GrowthClass, u64)>,
    /// The share of them that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// The share of this answer that was right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
}

/// A puzzle: the names of the variants were exchanged for numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mystery {
    /// Gives the order back.
    pub seed: u64,
}
