//! `diff.json`: two profiles, or two reports, held against each other.

use serde::{Deserialize, Serialize};

/// The schema name of [`Diff`].
pub const DIFF_SCHEMA: &str = "heaplab/diff/v1";

/// What changed from an old to a new measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// [`DIFF_SCHEMA`].
    pub schema: String,
    /// The old one, as it was named.
    pub old: String,
    /// The new one, as it was named.
    pub new: String,
    /// One entry a variant that both have; a single one for two programs or two profiles.
    pub profiles: Vec<ProfileDiff>,
    /// Variants of the old one alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_old: Vec<String>,
    /// Variants of the new one alone.
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
    /// Sums over all sites. A quantity that one of the two does not know, or counts by another rule, is absent.
    pub totals: TotalChanges,
    /// Every site whose live bytes at the peak changed: what grew, the most first, then what shrank.
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

/// The sums that two profiles may both know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalChanges {
    /// The most that was live at once.
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

/// A call stack whose figure is not what it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteChange {
    /// The innermost function that is not the standard library's.
    pub function: String,
    /// Its place, with the new one's line; empty where it is not known.
    pub location: String,
    /// The functions of the whole stack, the root first.
    pub stack: Vec<String>,
    /// Live bytes at the peak.
    pub at_peak_bytes: Change,
}
