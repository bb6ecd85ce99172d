//! The layout of memory.

use crate::Text;
use serde::{Deserialize, Serialize};

/// Stretches of memory, each divided into spans of one state, drawn to one scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemoryRegions {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// From top to bottom.
    pub rows: Vec<MemoryRow>,
}

/// One stretch, such as an arena or a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRow {
    /// The kind.
    pub label: String,
    /// From left to right, without gaps.
    pub spans: Vec<MemorySpan>,
}

/// Neighbouring bytes of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemorySpan {
    /// Number of bytes.
    pub bytes: u64,
    /// The true class.
    pub state: MemoryState,
    /// The tooltip.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// The state of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryState {
    /// Requested and in use.
    Used,
    /// Handed out beyond what was requested.
    Wasted,
    /// Held by the allocator and not handed out.
    Free,
    /// The allocator's own data.
    Bookkeeping,
    /// Returned to the system.
    Returned,
}
