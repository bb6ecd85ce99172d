//! What the recorder says of a run.

use serde::{Deserialize, Serialize};

/// The recorder's totals and what they cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeapRun {
    /// The scale.
    pub rows: u64,
    /// Births.
    pub total_blocks: u64,
    /// Birth bytes plus growth.
    pub total_bytes: u64,
    /// Reallocations.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    pub reallocated_bytes: u64,
    /// Live blocks at the peak.
    pub peak_blocks: u64,
    /// The most that was live at once.
    pub peak_bytes: u64,
    /// Live blocks when the region closed.
    pub end_blocks: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
    /// One wall time a repetition.
    pub wall_ns: Vec<u64>,
    /// The median over pairs of heap and plain runs taken in turns; absent under two pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown: Option<f64>,
    /// What the recorder itself takes: the median over the same pairs of the heap child's `VmHWM` less the plain child's.
    /// Negative where the kernel's figure wandered by more; absent under one pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_cost_bytes: Option<i64>,
    /// The largest sites, what they held at the peak first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<HeapSite>,
    /// Stacks that had to be walked by unwind tables, because frame pointers did not give them whole.
    #[serde(default)]
    pub slow_walks: u64,
    /// How far the peak may err: 0 while one thread records.
    #[serde(default)]
    pub peak_error_bytes: u64,
    /// How long blocks lived, a class of sizes each, the smallest first; of all sites, also of those that are not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifetimes: Vec<SizeClass>,
}

/// Blocks of one size, and how long they lived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeClass {
    /// Blocks of at least so many bytes, and of less than twice as many: a power of two, or 0 for empty ones. A block counts
    /// with the mean size at birth of its site.
    pub from_bytes: u64,
    /// How many of those that were freed lived for less than 1, 2, 4, 8, … bytes of the allocation clock, and not for less than
    /// the entry before says; the 32nd has all of 1 GiB or more. Trailing zeros are left out.
    pub freed_blocks: Vec<u64>,
    /// How many were live when the region closed.
    pub end_blocks: u64,
}

/// A call stack that allocated. Named by function and location, never by address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeapSite {
    /// The innermost function of the lesson's own.
    pub function: String,
    /// Its place: `lessons/…/main.rs:30`; empty where the debug information does not tell.
    pub location: String,
    /// Every frame that is kept, the root first: the function, and behind it its place.
    pub stack: Vec<String>,
    /// Births.
    pub total_blocks: u64,
    /// Birth bytes plus growth.
    pub total_bytes: u64,
    /// Live bytes at the global peak.
    pub at_peak_bytes: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
    /// Live blocks at the global peak.
    #[serde(default)]
    pub at_peak_blocks: u64,
    /// Reallocations of blocks that were born here.
    #[serde(default)]
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    #[serde(default)]
    pub reallocated_bytes: u64,
    /// The sum of growth.
    #[serde(default)]
    pub grown_bytes: u64,
    /// Blocks that were freed; absent where the recorder's own figures are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freed_blocks: Option<u64>,
    /// The sum of their lifetimes, in bytes of the allocation clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_bytes: Option<u64>,
}
