//! Counts per call stack.

use crate::Text;
use serde::{Deserialize, Serialize};

/// A flamegraph's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldedStacks {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// What was counted, in the plural: `samples`.
    pub counts: Text,
    /// `root;caller;function 123`, sorted: what flamegraphs are drawn from.
    pub folded: Vec<String>,
}
