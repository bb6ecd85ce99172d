//! What stands where in memory.

use crate::Text;
use serde::{Deserialize, Serialize};

/// Stretches of memory, each in spans of one state, drawn to one scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemoryRegions {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// From above to below.
    pub rows: Vec<MemoryRow>,
}

/// One stretch: an arena, a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRow {
    /// What it is.
    pub label: String,
    /// From left to right, without gaps.
    pub spans: Vec<MemorySpan>,
}

/// Neighbouring bytes of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemorySpan {
    /// How many.
    pub bytes: u64,
    /// What they are.
    pub state: MemoryState,
    /// What a reader is told who points at it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryState {
    /// Asked for and in use.
    Used,
    /// Handed out beyond what was asked for.
    Wasted,
    /// Had by the allocator and given to nobody.
    Free,
    /// The allocator's own.
    Bookkeeping,
    /// Given back to the system.
    Returned,
}
