//! What changed between the versions of CPython that ran: a table of the Python variants, a column
//! per version.

mod table;

pub(crate) use table::{VersionCell, VersionRow, VersionTable, version_table};

use crate::{Words, format, wall};
use heaplab_record::Run;

/// A figure of a run that versions are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Peak live bytes of the recorder, per row.
    LivePerRow,
    /// Blocks that were live at that peak, per row.
    BlocksPerRow,
    /// Peak RSS of the plain run, under pymalloc.
    Resident,
    /// Wall time of the plain run.
    Wall,
}

impl Quantity {
    pub(crate) const ALL: [Quantity; 4] =
        [Quantity::LivePerRow, Quantity::BlocksPerRow, Quantity::Resident, Quantity::Wall];

    const fn key(self) -> &'static str {
        match self {
            Quantity::LivePerRow => "versions-live",
            Quantity::BlocksPerRow => "versions-blocks",
            Quantity::Resident => "versions-resident",
            Quantity::Wall => "versions-wall",
        }
    }

    pub(crate) fn name(self, words: &Words) -> String {
        words.get(self.key())
    }

    /// Whether runs of different scales can be compared by it.
    pub(crate) const fn is_per_row(self) -> bool {
        matches!(self, Quantity::LivePerRow | Quantity::BlocksPerRow)
    }

    /// Time is shown, but a change of it on a machine that does other work means nothing.
    pub(crate) const fn is_ranked(self) -> bool {
        !matches!(self, Quantity::Wall)
    }

    /// The run's figure; `None` where it was not measured.
    pub(crate) fn read(self, run: &Run) -> Option<f64> {
        let heap = run.heap.as_ref().filter(|heap| heap.rows > 0);
        match self {
            Quantity::LivePerRow => heap.map(|heap| heap.peak_bytes as f64 / heap.rows as f64),
            Quantity::BlocksPerRow => heap.map(|heap| heap.peak_blocks as f64 / heap.rows as f64),
            Quantity::Resident => run.plain.as_ref()?.peak_rss_bytes.map(|bytes| bytes as f64),
            Quantity::Wall => wall::timed_wall_ns(run),
        }
    }

    /// The run's figure as the table has it.
    pub(crate) fn format(self, run: &Run) -> Option<String> {
        let heap = run.heap.as_ref();
        match self {
            Quantity::LivePerRow => heap.and_then(|heap| format::bytes_per_row(heap.peak_bytes, heap.rows)),
            Quantity::BlocksPerRow => {
                heap.and_then(|heap| format::count_per_row(heap.peak_blocks, heap.rows))
            }
            Quantity::Resident => run.plain.as_ref()?.peak_rss_bytes.map(format::bytes),
            Quantity::Wall => self.read(run).map(format::nanoseconds),
        }
    }
}
