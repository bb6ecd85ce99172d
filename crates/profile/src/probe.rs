//! The ways to measure one run.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// One way to measure a run, with an allocator of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "lowercase"))]
pub enum Probe {
    /// The system's allocator, untouched: time and RSS.
    Plain,
    /// stats_alloc: how many allocations, of how many bytes.
    Counts,
    /// dhat: sites, peak and end at a reduced scale.
    Dhat,
    /// heaplab's recorder: live, peak and end at full scale.
    Heap,
    /// CPython's own tracemalloc: peak and end at a reduced scale. Scripts only.
    Tracemalloc,
}

impl Probe {
    /// Every probe.
    pub const ALL: [Probe; 5] = [Probe::Plain, Probe::Counts, Probe::Dhat, Probe::Heap, Probe::Tracemalloc];

    /// The value that `HEAPLAB_PROBE` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Probe::Plain => "plain",
            Probe::Counts => "counts",
            Probe::Dhat => "dhat",
            Probe::Heap => "heap",
            Probe::Tracemalloc => "tracemalloc",
        }
    }
}
