//! What the threads of the view tell each other.

use super::history::Point;
use super::processes::ProcessEntry;
use super::rows::{RowSet, StackHolding};
use heaplab_profile::Frame;
use heaplab_profile::raw::RawTotals;
use heaplab_profile::raw::tables::{Levels, SiteReading};
use std::path::PathBuf;
use std::sync::Arc;

/// What the view asks the sampler for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Shows another process.
    Select(PathBuf),
    /// Remembers what every stack holds now.
    Mark,
    /// Forgets the mark.
    DropMark,
}

/// What the sampler and the view ask the namer for.
#[derive(Clone, Debug)]
pub(crate) enum NamerJob {
    /// Makes rows of the figures.
    Rows(TimedReading),
    /// Makes these the figures that growth is counted from, or none.
    SetMark(PathBuf, Option<TimedReading>),
    /// Names whole stacks.
    Stacks { path: PathBuf, key: String, stacks: Vec<StackHolding> },
}

/// The figures of a process at a time.
#[derive(Clone, Debug)]
pub(crate) struct TimedReading {
    pub(crate) path: PathBuf,
    /// Since the region was opened.
    pub(crate) at_ns: u64,
    pub(crate) reading: Arc<SiteReading>,
}

/// What the view learns.
#[derive(Clone, Debug)]
pub(crate) enum Update {
    /// The list of processes.
    Processes(Vec<ProcessEntry>),
    /// A process was selected, or its region opened anew: the curve so far.
    Begin { path: PathBuf, points: Vec<Point> },
    /// Where the selected process stands.
    Sample { path: PathBuf, at_ns: u64, levels: Levels },
    /// The exact sums.
    Totals { path: PathBuf, at_ns: u64, totals: RawTotals },
    /// A mark was set, with the sums at that moment, or taken away.
    Marked { path: PathBuf, mark: Option<(u64, RawTotals)> },
    /// New rows.
    Rows(Arc<RowSet>),
    /// The named stacks of a row.
    Stacks { path: PathBuf, key: String, stacks: Vec<NamedStack> },
    /// How the program stands that was started with the view, and the last lines that it has printed.
    OwnProgram { has_ended: bool, lines: Vec<String> },
    /// Something that cannot be read, for the person at the terminal.
    Problem(String),
}

/// A stack with its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedStack {
    pub(crate) stack: StackHolding,
    /// The root first.
    pub(crate) frames: Vec<Frame>,
}
