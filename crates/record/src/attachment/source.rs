//! A program's source with figures beside each line.

use super::Cell;
use crate::Text;
use serde::{Deserialize, Serialize};

/// Lines of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceListing {
    /// The caption.
    pub title: Text,
    /// The file, from the workspace's root.
    pub path: String,
    /// The heads of the figures.
    pub columns: Vec<Text>,
    /// In the file's order; numbers may have gaps.
    pub lines: Vec<SourceLine>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceLine {
    /// From 1.
    pub number: u32,
    /// The code.
    pub code: String,
    /// One per column, or none where nothing was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Cell>,
}
