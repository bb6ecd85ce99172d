//! `claims.toml` of a lesson's folder: the lecture's claims in a form that can be compared with a
//! measurement.

use crate::{FindingSpec, Language, Text};
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsFile {
    /// The goal of the section; at most one lesson of a section has it.
    #[serde(default)]
    pub goal: Option<GoalSpec>,
    /// The lecture's sentences.
    #[serde(default)]
    pub claim: Vec<ClaimSpec>,
    /// What heaplab found besides; the lecture does not say it.
    #[serde(default)]
    pub finding: Vec<FindingSpec>,
}

/// A saving that the section promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalSpec {
    /// The promise in words.
    pub text: Text,
    /// The Rust variant that the saving is compared with.
    pub baseline: String,
    /// The field that is compared: `peak_bytes`, of the heap probe; `peak_rss_bytes`, of the plain
    /// probe, with a limit.
    pub metric: String,
    /// The required saving, from 0 to 1.
    #[serde(default)]
    pub reduction: f64,
    /// Instead of a saving, the limit of the peak in bytes.
    #[serde(default)]
    pub under_bytes: Option<u64>,
    /// The Rust candidates; the best of them is judged.
    pub among: Vec<String>,
}

/// One sentence with a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimSpec {
    /// The sentence.
    pub text: Text,
    /// Where the lecture says it.
    pub source: String,
    /// The number in bytes, per row where `per_row` is set. A claim has this or `says_count`.
    #[serde(default)]
    pub says_bytes: Option<u64>,
    /// The number where it is not in bytes: a reference count, a threshold.
    #[serde(default)]
    pub says_count: Option<u64>,
    /// The scale of the number; at another scale the claim is not judged. 0 or absent where it
    /// holds at every scale.
    #[serde(default)]
    pub says_rows: u64,
    /// Whether the number is per row.
    #[serde(default)]
    pub per_row: bool,
    /// How the measured figure must relate to the number.
    #[serde(default)]
    pub relation: Relation,
    /// The language whose figure decides. The others are shown beside it.
    pub judged_by: Language,
    /// What is measured, one entry per language.
    pub measured: Vec<MeasureSpec>,
}

/// One figure to read from the report's runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// The language of the variant.
    pub language: Language,
    /// The variant.
    pub variant: String,
    /// A second variant whose figure is subtracted.
    #[serde(default)]
    pub minus: Option<String>,
    /// `peak_rss_bytes` (plain probe), `peak_bytes` (heap probe), or `figure:NAME`, which the
    /// variant hands over.
    pub metric: String,
}

/// How a measured figure must relate to a claim's number for the claim to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Within 25 % in either direction; for a claim of 0, less than half a byte away.
    #[default]
    About,
    /// At most the number.
    AtMost,
    /// Exactly the number.
    Exactly,
}
