//! Figures of other tools beside the recorder's, at one scale. The rules that relate them are in
//! `heaplab-analysis`.

use serde::{Deserialize, Serialize};

/// Three probes at one scale: births plus reallocations are dhat's blocks, birth bytes plus growth
/// are stats_alloc's bytes, and peak and end are the same for dhat and the recorder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The scale at which all three ran.
    pub rows: u64,
    /// The recorder's births.
    pub heap_total_blocks: u64,
    /// The recorder's birth bytes plus growth.
    pub heap_total_bytes: u64,
    /// The recorder's reallocations.
    pub heap_reallocations: u64,
    /// The recorder's sum of growth.
    pub heap_grown_bytes: u64,
    /// The recorder's sum of new sizes.
    pub heap_reallocated_bytes: u64,
    /// The recorder's peak.
    pub heap_peak_bytes: u64,
    /// The recorder's end.
    pub heap_end_bytes: u64,
    /// dhat's blocks.
    pub dhat_total_blocks: u64,
    /// dhat's bytes.
    pub dhat_total_bytes: u64,
    /// dhat's peak.
    pub dhat_peak_bytes: u64,
    /// dhat's end.
    pub dhat_end_bytes: u64,
    /// stats_alloc's births.
    pub counts_allocations: u64,
    /// stats_alloc's reallocations.
    pub counts_reallocations: u64,
    /// stats_alloc's bytes.
    pub counts_bytes_allocated: u64,
    /// Whether every equation holds to the byte.
    pub agrees: bool,
    /// The recorder's live blocks at its peak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heap_peak_blocks: Option<u64>,
    /// What stats_alloc's frees left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_end_bytes: Option<u64>,
    /// The kernel's figures of a plain child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident: Option<ResidentFigures>,
    /// External tools; empty where none was requested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside_tools: Vec<OutsideRun>,
}

/// Resident memory of a plain child at the reconciliation's scale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentFigures {
    /// `VmRSS` when the region opened: the cost of the process itself.
    pub start_rss_bytes: u64,
    /// `VmHWM` when it closed.
    pub peak_rss_bytes: u64,
    /// `RssFile` plus `RssShmem` when the region opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_rss_file_bytes: Option<u64>,
    /// The same when it closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_rss_file_bytes: Option<u64>,
}

/// An external tool that measures a whole process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideTool {
    /// `valgrind --tool=dhat`.
    ValgrindDhat,
    /// `heaptrack`.
    Heaptrack,
}

/// The result of running a variant under an external tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideRun {
    /// The program.
    pub tool: OutsideTool,
    /// Its figures, or why there are none.
    #[serde(flatten)]
    pub outcome: OutsideOutcome,
}

/// Figures, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum OutsideOutcome {
    /// It ran to its end.
    Measured {
        /// What the tool prints as its version, such as `valgrind-3.19.0`.
        version: String,
        /// The whole process.
        whole: OutsideFigures,
        /// The part that was allocated outside the measured region, found by call stacks.
        outside: OutsideFigures,
    },
    /// The tool is not installed.
    NotInstalled,
    /// The tool gave no figures.
    Failed {
        /// What happened.
        cause: String,
    },
}

/// A tool's figures; a key is absent where the tool cannot measure the quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideFigures {
    /// Blocks over the whole run; each reallocation counts as one more block.
    pub total_blocks: u64,
    /// Their bytes, each reallocation with its whole new size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    /// Live at the process's peak.
    pub peak_bytes: u64,
    /// Live when the process ended.
    pub end_bytes: u64,
}
