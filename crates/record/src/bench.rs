//! `recorder.json`, `logagg.json`: heaplab compared with its peers, with the figures of each pair
//! of runs.

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
    /// The builds that [`Comparison::build`] names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<BenchBuild>,
    /// The commands of programs that are not part of heaplab.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<PeerCommand>,
}

/// How programs of a comparison were built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchBuild {
    /// Its name in the comparisons: `no-fp`.
    pub name: String,
    /// `RUSTFLAGS`; the standard library is not built anew and always has frame pointers.
    pub rustflags: String,
    /// The cargo profile.
    pub profile: String,
}

/// The command of a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerCommand {
    /// Its name in the comparisons.
    pub name: String,
    /// The shell command, run in the workspace's root.
    pub command: String,
}

/// Two programs that did the same work alternately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The work: `slots`.
    pub workload: String,
    /// The scale of the work.
    pub rows: u64,
    /// The name of the [`BenchBuild`] of both programs; empty where nothing was built.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build: String,
    /// The program that is compared with [`Comparison::under`].
    pub over: String,
    /// The other program; empty where the figures are of one program alone.
    pub under: String,
    /// What the figures are.
    pub quantity: Quantity,
    /// One figure per pair, in the order of running; empty where nothing could be measured.
    pub figures: Vec<f64>,
    /// The expected figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<ExpectedFigure>,
    /// Whether the median is as expected; absent where nothing was expected or measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// Why there are no figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

/// The quantity of a comparison's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Ratio of wall times.
    WallRatio,
    /// Wall time of the whole process, divided: for a peer whose work continues after the measured
    /// part.
    ProcessRatio,
    /// Ratio of CPU time of all processes: what a peer does in a second process counts.
    CpuRatio,
    /// Ratio of executed instructions.
    InstructionRatio,
    /// Difference of peak RSS per live block.
    BytesABlock,
    /// Difference of peak RSS.
    Bytes,
    /// Difference of wall time per frame of each allocation.
    NanosecondsAFrame,
    /// Difference of wall time per event; an allocation and a free are two.
    NanosecondsAnEvent,
    /// That difference at one scale, divided by that at another.
    EventTimeRatio,
    /// Ratio of bytes per second.
    SpeedRatio,
    /// Ratio of wall time per byte: the two may have read different logs.
    ByteTimeRatio,
    /// Ratio of wall time per line: the two may have read different logs.
    LineTimeRatio,
    /// Bytes per second.
    BytesASecond,
    /// Peak RSS as the kernel reports it (`VmHWM`), file pages included.
    PeakBytes,
    /// Keys whose counts differ from an oracle's.
    KeysThatDiffer,
}

/// An expected figure.
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
