//! `recorder.json`, `logagg.json`: heaplab beside its peers, each comparison as the pairs of runs gave it.

use crate::Environment;
use serde::{Deserialize, Serialize};

/// The schema name of [`Bench`].
pub const BENCH_SCHEMA: &str = "heaplab/bench/v1";

/// One run of `cargo xtask bench`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    /// [`BENCH_SCHEMA`].
    pub schema: String,
    /// What was measured: `recorder`, `logagg`.
    pub suite: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The language of the reasons below: `en` or `zh`.
    pub language: String,
    /// Where it was measured.
    pub environment: Environment,
    /// In the order of the table.
    pub comparisons: Vec<Comparison>,
    /// How those were called that are no part of heaplab.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<PeerCommand>,
}

/// How a peer was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerCommand {
    /// Its name in the comparisons.
    pub name: String,
    /// As a shell would have it, from the workspace's root.
    pub command: String,
}

/// Two programs that did the same work in turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The work: `slots`.
    pub workload: String,
    /// How much of it.
    pub rows: u64,
    /// What was held against [`Comparison::under`].
    pub over: String,
    /// The other of the two; empty where the figures are of one alone.
    pub under: String,
    /// What the figures are.
    pub quantity: Quantity,
    /// One figure a pair, in the order of running; empty where nothing could be measured.
    pub figures: Vec<f64>,
    /// What the figures should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<ExpectedFigure>,
    /// Whether their median is what was wanted; absent where nothing was wanted or measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// Why there are no figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

/// What a figure of a comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Wall time, divided.
    WallRatio,
    /// Wall time of the whole process from start to end, divided: for a peer whose work outlasts the measured part.
    ProcessRatio,
    /// Executed instructions, divided.
    InstructionRatio,
    /// Peak RSS, subtracted, for each live block.
    BytesABlock,
    /// Peak RSS, subtracted.
    Bytes,
    /// Wall time, subtracted, for each frame of each allocation.
    NanosecondsAFrame,
    /// Bytes a second, divided.
    SpeedRatio,
    /// Wall time a byte, divided: the two may have read different logs.
    ByteTimeRatio,
    /// Wall time a line, divided: the two may have read different logs.
    LineTimeRatio,
    /// Bytes a second.
    BytesASecond,
    /// Peak RSS as the kernel says it (VmHWM), pages of files included.
    PeakBytes,
    /// Keys whose counts are not those of an oracle.
    KeysThatDiffer,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedFigure {
    /// This or less.
    AtMost(f64),
    /// Less than this.
    Below(f64),
    /// This or more.
    AtLeast(f64),
}
