//! Which of a site's figures is meant.

use crate::Site;

/// What is counted.
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
    /// The figure of one site.
    pub const fn figure(self, site: &Site) -> u64 {
        match self {
            Measure::PeakBytes => site.peak_bytes,
            Measure::EndBytes => site.end_bytes,
            Measure::TotalBytes => site.total_bytes,
            Measure::TotalBlocks => site.total_blocks,
        }
    }
}
