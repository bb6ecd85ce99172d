//! What heaplab found besides the lecture's claims. The lecture does not say these things, so they
//! are kept apart from its sentences.

use crate::{Language, Text};
use serde::{Deserialize, Serialize};

/// A sentence of ours, with the figure that shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingSpec {
    /// The sentence. It has no figure; the run's own stands beside it.
    pub text: Text,
    /// The language of the variant.
    pub language: Language,
    /// The variant.
    pub variant: String,
    /// The name of a figure that the variant hands over, in bytes or as a count.
    pub figure: String,
    /// The figure shows the sentence if it is larger than this. A finding has this or `exactly`.
    #[serde(default)]
    pub more_than: Option<u64>,
    /// The figure shows the sentence if it is this.
    #[serde(default)]
    pub exactly: Option<u64>,
}

/// A finding, and what was measured of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingVerdict {
    /// The lesson folder's number.
    pub section: String,
    /// The sentence, in the report's language.
    pub text: String,
    /// The language of the variant.
    pub language: Language,
    /// The variant that was measured.
    pub variant: String,
    /// The name of the figure.
    pub figure: String,
    /// The figure, if it is in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The figure, if it is a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Whether this run shows it; `None` where the figure was not measured.
    pub shown: Option<bool>,
    /// The figure in words, in the report's language.
    pub why: String,
}
