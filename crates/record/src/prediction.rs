//! Predictions made before a variant ran.

use crate::Language;
use serde::{Deserialize, Serialize};

/// The peak that was predicted for a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// The variant.
    pub variant: String,
    /// The variant's language.
    pub language: Language,
    /// Live bytes at the peak; peak RSS for CPython where nothing can record its heap.
    pub peak_bytes: u64,
}
