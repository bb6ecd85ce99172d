//! Resident memory over time.

use crate::Language;
use serde::{Deserialize, Serialize};

/// RSS of one plain run over time, sampled from outside. There is no curve of fewer than 10
/// samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Curve {
    /// The lesson folder's number.
    pub section: String,
    /// The variant.
    pub variant: String,
    /// The variant's language.
    pub language: Language,
    /// As [`crate::Run::interpreter`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// In the order of time.
    pub points: Vec<CurvePoint>,
}

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Time since the child was started.
    pub at_ns: u64,
    /// `RssAnon`.
    pub rss_anon_bytes: u64,
    /// `RssFile` plus `RssShmem`.
    pub rss_file_bytes: u64,
}
