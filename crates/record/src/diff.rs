//! `diff.json`: two profiles, or two reports, compared.

use serde::{Deserialize, Serialize};

/// The schema name of [`Diff`].
pub const DIFF_SCHEMA: &str = "heaplab/diff/v1";

/// What changed from an old to a new measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// [`DIFF_SCHEMA`].
    pub schema: String,
    /// The path of the old one, as given.
    pub old: String,
    /// The path of the new one, as given.
    pub new: String,
    /// One entry per variant that both have; a single one for two programs or two profiles.
    pub profiles: Vec<ProfileDiff>,
    /// Variants that only the old one has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_old: Vec<String>,
    /// Variants that only the new one has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_new: Vec<String>,
}

/// One variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDiff {
    /// The variant; its files begin with this name.
    pub name: String,
    /// The scales, where they are known and differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Change>,
    /// Sums over all sites. A quantity that one of the two lacks, or counts by another rule, is
    /// absent.
    pub totals: TotalChanges,
    /// Every site whose live bytes at the peak changed: growth first, the largest first, then
    /// shrinking.
    pub sites: Vec<SiteChange>,
}

/// A figure before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// In the old one.
    pub old: u64,
    /// In the new one.
    pub new: u64,
}

/// The sums that two profiles may have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalChanges {
    /// Peak of live bytes.
    pub peak_bytes: Change,
    /// Live at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_bytes: Option<Change>,
    /// Bytes over the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<Change>,
    /// Blocks over the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_blocks: Option<Change>,
}

/// A call stack whose figure changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteChange {
    /// The innermost function that is not the standard library's.
    pub function: String,
    /// Its location, with the new one's line; empty where it is not known.
    pub location: String,
    /// The functions of the whole stack, the root first.
    pub stack: Vec<String>,
    /// Live bytes at the peak.
    pub at_peak_bytes: Change,
}
