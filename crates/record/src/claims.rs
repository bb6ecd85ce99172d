//! `claims.toml` of a lesson's folder: what the lecture says, in a form that can be held against a measurement.

use crate::{Language, Text};
use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsFile {
    /// What the section sets out to reach; at most one lesson of a section has it.
    #[serde(default)]
    pub goal: Option<GoalSpec>,
    /// The lecture's sentences.
    #[serde(default)]
    pub claim: Vec<ClaimSpec>,
}

/// A saving that the section promises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalSpec {
    /// The promise in words.
    pub text: Text,
    /// The Rust variant that the saving is counted from.
    pub baseline: String,
    /// The field that is compared: `peak_bytes`, of the heap probe; `peak_rss_bytes`, of the plain probe, with a limit.
    pub metric: String,
    /// The saving that is asked for, from 0 to 1.
    #[serde(default)]
    pub reduction: f64,
    /// Instead of a saving: what the peak has to stay under, in bytes.
    #[serde(default)]
    pub under_bytes: Option<u64>,
    /// The Rust variants that count; the best of them is judged.
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
    /// The number, in bytes; a row's where `per_row` is set. A claim has this or `says_count`.
    #[serde(default)]
    pub says_bytes: Option<u64>,
    /// The number where it is none of bytes: a reference count, a threshold.
    #[serde(default)]
    pub says_count: Option<u64>,
    /// The scale that the number is for; at another the claim is not judged. 0 or absent where it holds at every scale.
    #[serde(default)]
    pub says_rows: u64,
    /// Whether the number is of each row.
    #[serde(default)]
    pub per_row: bool,
    /// How the measure must stand to the number.
    #[serde(default)]
    pub relation: Relation,
    /// Whose measure decides. The others are shown beside it.
    pub judged_by: Language,
    /// What is measured, a language each.
    pub measured: Vec<MeasureSpec>,
}

/// One figure to read from the report's runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// Whose figure.
    pub language: Language,
    /// Of which variant.
    pub variant: String,
    /// A second variant whose figure is taken away: what the difference between the two costs.
    #[serde(default)]
    pub minus: Option<String>,
    /// `peak_rss_bytes` (plain probe), `peak_bytes` (heap probe), or `figure:NAME`, which the variant hands over.
    pub metric: String,
}

/// How a measure must stand to a claim's number for the claim to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Within a quarter of it either way; for a claim of 0, less than half a byte away.
    #[default]
    About,
    /// Not above it.
    AtMost,
    /// It and nothing else.
    Exactly,
}
