//! The figures of a site that can be drawn, compared and exported.

use crate::Site;

/// One of a site's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Live bytes at the global peak.
    PeakBytes,
    /// Live bytes at the end.
    EndBytes,
    /// Bytes over the whole run.
    TotalBytes,
    /// Blocks over the whole run.
    TotalBlocks,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Measure; 4] =
        [Measure::PeakBytes, Measure::EndBytes, Measure::TotalBytes, Measure::TotalBlocks];

    /// What viewers offer to choose between, with their titles; the first is shown first.
    pub const IN_VIEWERS: [(&str, Measure); 3] = [
        ("live at the peak", Measure::PeakBytes),
        ("live at the end", Measure::EndBytes),
        ("allocated over the whole run", Measure::TotalBytes),
    ];

    /// The figure of one site.
    pub const fn figure(self, site: &Site) -> u64 {
        match self {
            Measure::PeakBytes => site.peak_bytes,
            Measure::EndBytes => site.end_bytes,
            Measure::TotalBytes => site.total_bytes,
            Measure::TotalBlocks => site.total_blocks,
        }
    }

    /// The figure of one site, to be set by whoever reads a file.
    #[cfg(feature = "exports")]
    pub(crate) const fn figure_mut(self, site: &mut Site) -> &mut u64 {
        match self {
            Measure::PeakBytes => &mut site.peak_bytes,
            Measure::EndBytes => &mut site.end_bytes,
            Measure::TotalBytes => &mut site.total_bytes,
            Measure::TotalBlocks => &mut site.total_blocks,
        }
    }
}
