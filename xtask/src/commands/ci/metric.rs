//! The figures that have a budget: their names, their place in a report, and what a site
//! contributes to each.

use heaplab_record::{HeapSite, Run};

/// A figure that has a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Allocations,
    Reallocations,
    TotalBlocks,
    TotalBytes,
    PeakBlocks,
    PeakBytes,
    EndBytes,
    PeakRssBytes,
}

impl Metric {
    pub(super) const ALL: [Metric; 8] = [
        Metric::Allocations,
        Metric::Reallocations,
        Metric::TotalBlocks,
        Metric::TotalBytes,
        Metric::PeakBlocks,
        Metric::PeakBytes,
        Metric::EndBytes,
        Metric::PeakRssBytes,
    ];

    /// The key in report.json and in budgets.toml.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Metric::Allocations => "allocations",
            Metric::Reallocations => "reallocations",
            Metric::TotalBlocks => "total_blocks",
            Metric::TotalBytes => "total_bytes",
            Metric::PeakBlocks => "peak_blocks",
            Metric::PeakBytes => "peak_bytes",
            Metric::EndBytes => "end_bytes",
            Metric::PeakRssBytes => "peak_rss_bytes",
        }
    }

    /// Whether it is a number of requested bytes, and not of blocks or pages.
    pub(super) const fn is_exact_bytes(self) -> bool {
        matches!(self, Metric::TotalBytes | Metric::PeakBytes | Metric::EndBytes)
    }

    /// `None` where the probe did not run.
    pub(super) fn value_in(self, run: &Run) -> Option<u64> {
        let (counts, heap) = (run.counts.as_ref(), run.heap.as_ref());
        match self {
            Metric::Allocations => counts.map(|counts| counts.allocations),
            Metric::Reallocations => counts.map(|counts| counts.reallocations),
            Metric::TotalBlocks => heap.map(|heap| heap.total_blocks),
            Metric::TotalBytes => heap.map(|heap| heap.total_bytes),
            Metric::PeakBlocks => heap.map(|heap| heap.peak_blocks),
            Metric::PeakBytes => heap.map(|heap| heap.peak_bytes),
            Metric::EndBytes => heap.map(|heap| heap.end_bytes),
            Metric::PeakRssBytes => run.plain.as_ref()?.peak_rss_bytes,
        }
    }

    /// What a site contributes to the figure. A site's blocks at its own peak are not recorded; its
    /// bytes at the peak stand for them.
    pub(super) fn value_at_site(self, site: &HeapSite) -> u64 {
        match self {
            Metric::Allocations | Metric::Reallocations | Metric::TotalBlocks => site.total_blocks,
            Metric::TotalBytes => site.total_bytes,
            Metric::PeakBlocks | Metric::PeakBytes | Metric::PeakRssBytes => site.at_peak_bytes,
            Metric::EndBytes => site.end_bytes,
        }
    }
}
