//! What a row of the suite compares.

use heaplab_record::{ExpectedFigure, Quantity};
use heaplab_report::format;

/// A program that does the work, and the allocator or tool around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// heaplab's allocator without a probe.
    Plain,
    /// The recorder, whose tables are a file in an output folder.
    Heap,
    /// The recorder without an output folder: its tables are memory of the process alone.
    HeapInMemory,
    Dhat,
    /// The same program without heaplab's allocator.
    Twin,
    /// The twin under heaptrack.
    Heaptrack,
    ModAlloc,
    Heapscope,
}

impl Side {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Side::Plain => "plain",
            Side::Heap => "heap",
            Side::HeapInMemory => "heap-in-memory",
            Side::Dhat => "dhat",
            Side::Twin => "twin",
            Side::Heaptrack => "heaptrack",
            Side::ModAlloc => "mod-alloc",
            Side::Heapscope => "heapscope",
        }
    }
}

/// The flags that both programs of a row are built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Build {
    /// As cargo builds a stranger's program.
    NoFramePointers,
    FramePointers,
}

impl Build {
    pub(super) const ALL: [Build; 2] = [Build::NoFramePointers, Build::FramePointers];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Build::NoFramePointers => "no-fp",
            Build::FramePointers => "fp",
        }
    }

    pub(super) const fn has_frame_pointers(self) -> bool {
        matches!(self, Build::FramePointers)
    }
}

/// A row of the table before it is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairComparison {
    pub(super) workload: &'static str,
    pub(super) rows: u64,
    pub(super) build: Build,
    pub(super) over: Side,
    pub(super) under: Side,
    pub(super) quantity: Quantity,
    pub(super) wanted: Option<ExpectedFigure>,
    /// The limit of pairs, where a run is slow or always the same.
    pub(super) most_pairs: u32,
    /// The memory that it needs at once, where that is much.
    pub(super) memory_bytes: u64,
    /// A second scale: the figure at `rows` is divided by that at this one.
    pub(super) other_rows: Option<u64>,
}

impl PairComparison {
    /// What the figures are divided by, or subtracted from.
    pub(super) fn name_under(&self) -> String {
        match self.other_rows {
            Some(rows) => format!("{} at {}", self.over.name(), format::scale(rows)),
            None => self.under.name().to_owned(),
        }
    }
}
