//! What CPython's own tracemalloc counted, beside the recorder's figures of the same work.
//! The rules that relate them are in `heaplab-analysis`.

use serde::{Deserialize, Serialize};

/// One run under tracemalloc, measured by the script itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracemallocSample {
    /// From the region's opening to its close, with tracemalloc at work.
    pub wall_ns: u64,
    /// The blocks that were allocated in the region.
    #[serde(flatten)]
    pub live: LiveFigures,
    /// What tracemalloc's tables take at the end, by `get_tracemalloc_memory`.
    pub own_bytes: u64,
    /// Whether the script had started tracemalloc before the region opened.
    #[serde(default)]
    pub traces_itself: bool,
    /// `VmHWM` of the process, with tracemalloc's tables in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_peak_rss_bytes: Option<u64>,
    /// The lines with the most live bytes at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<TracedLine>,
}

/// Blocks that were live, as both tracemalloc and the recorder know them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveFigures {
    /// The most that was live at once.
    pub peak_bytes: u64,
    /// Live when the region closed.
    pub end_bytes: u64,
    /// Their number.
    pub end_blocks: u64,
}

/// A line of Python code, and what its allocations still held at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedLine {
    /// `file:line`.
    pub location: String,
    /// Live bytes.
    pub bytes: u64,
    /// Live blocks.
    pub blocks: u64,
}

/// tracemalloc and the recorder at one scale, and what the run under tracemalloc cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracemallocRun {
    /// The scale at which both ran.
    pub rows: u64,
    /// What tracemalloc counted.
    pub traced: LiveFigures,
    /// What the recorder counted.
    pub heap: LiveFigures,
    /// Blocks of the recorder's that tracemalloc does not trace, by reason. Empty where both agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untraced: Vec<UntracedPart>,
    /// Whether the script traces itself, so that the recorder has seen tracemalloc's tables too.
    #[serde(default)]
    pub traces_itself: bool,
    /// What tracemalloc's tables took at the end, by its own account.
    pub own_bytes: u64,
    /// Wall time of the region under tracemalloc.
    pub wall_ns: u64,
    /// Wall time of the plain run at the same scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_wall_ns: Option<u64>,
    /// `VmHWM` under tracemalloc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process_peak_rss_bytes: Option<u64>,
    /// `VmHWM` of the plain run at the same scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_peak_rss_bytes: Option<u64>,
    /// The lines with the most live bytes at the end, by tracemalloc.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<TracedLine>,
    /// What memray measured of the region; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memray: Option<MemrayOutcome>,
}

/// memray's figures of the region, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum MemrayOutcome {
    /// It ran to its end.
    Measured {
        /// Such as `1.20.0`.
        version: String,
        /// Everything that memray saw in the region.
        live: LiveFigures,
        /// The part that CPython allocated because memray has it report every call, by the names of its
        /// functions. Empty where the interpreter has no names.
        own: LiveFigures,
        /// Wall time of the region under memray.
        wall_ns: u64,
    },
    /// The interpreter cannot import it.
    NotInstalled,
    /// It gave no figures.
    Failed {
        /// What happened.
        cause: String,
    },
}

/// Blocks that the recorder counts and tracemalloc does not trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UntracedPart {
    /// Why it does not.
    #[serde(flatten)]
    pub reason: UntracedReason,
    /// Live bytes at the recorder's peak, not at a peak of their own.
    pub peak_bytes: u64,
    /// Live bytes at the end.
    pub end_bytes: u64,
    /// Live blocks at the end.
    pub end_blocks: u64,
}

/// Why tracemalloc does not trace a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum UntracedReason {
    /// A library that is no part of Python called `malloc` itself.
    Library {
        /// The library's file name.
        name: String,
    },
    /// tracemalloc itself: its tables, and what it allocates while it takes a snapshot.
    OwnWork,
}
