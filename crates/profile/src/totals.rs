//! What each counting probe reports for a measured region. Bytes are requested bytes
//! (`Layout::size`).

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// What stats_alloc counts. The growth of a block is in `bytes_allocated` and in
/// `bytes_reallocated`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct CountsTotals {
    /// Calls of `alloc` and `alloc_zeroed`.
    pub allocations: u64,
    /// Calls of `dealloc`.
    pub deallocations: u64,
    /// Calls of `realloc`.
    pub reallocations: u64,
    /// Requested bytes, including the growth of blocks.
    pub bytes_allocated: u64,
    /// Freed bytes, including the shrinking of blocks.
    pub bytes_deallocated: u64,
    /// Growth minus shrinking; may be negative.
    pub bytes_reallocated: i64,
}

/// What dhat counts. A reallocation counts as a new block of its whole new size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct DhatTotals {
    /// Allocations plus reallocations.
    pub total_blocks: u64,
    /// Bytes at allocation plus the new size of every reallocation.
    pub total_bytes: u64,
    /// Live blocks when live bytes were highest; the latest of equal peaks.
    pub peak_blocks: u64,
    /// The most that was live at once.
    pub peak_bytes: u64,
    /// Live blocks when the region closed.
    pub end_blocks: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
}

/// What the recorder counts. A reallocated block stays one block, and only its growth adds to
/// `total_bytes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct HeapTotals {
    /// Allocations.
    pub total_blocks: u64,
    /// Bytes at allocation plus growth.
    pub total_bytes: u64,
    /// How often a block was reallocated.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations: what dhat adds to its total.
    pub reallocated_bytes: u64,
    /// The sum of growth over all reallocations.
    pub grown_bytes: u64,
    /// The sum of shrinking over all reallocations.
    pub shrunk_bytes: u64,
    /// Live blocks when live bytes were highest; the latest of equal peaks.
    pub peak_blocks: u64,
    /// The most that was live at once.
    pub peak_bytes: u64,
    /// Live blocks when the region closed.
    pub end_blocks: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
    /// Whether only one thread recorded, which makes the peak exact.
    pub single_threaded: bool,
}
