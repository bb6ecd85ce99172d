//! What every format of a heap profile is read into and written from.

use crate::frames;
use std::collections::BTreeMap;

/// A whole profile: every site that allocated in the measured region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// One entry a distinct stack.
    pub sites: Vec<Site>,
}

/// A call stack that allocated, and what it held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The stack, the root first.
    pub frames: Vec<Frame>,
    /// Blocks over the whole run.
    pub total_blocks: u64,
    /// Bytes over the whole run.
    pub total_bytes: u64,
    /// Blocks of this site that were live at the global peak.
    pub peak_blocks: u64,
    /// Bytes of this site that were live at the global peak.
    pub peak_bytes: u64,
    /// Blocks that were live at the end.
    pub end_blocks: u64,
    /// Bytes that were live at the end.
    pub end_bytes: u64,
}

/// One function on a stack. Inlined functions have frames of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame {
    /// Demangled and without hashes: `slots_vs_maps::list_dict`.
    pub function: String,
    /// File and line as far as the format tells them, never an address: `8.5.2-slots-vs-maps/src/main.rs:30`.
    pub location: Option<String>,
}

impl Profile {
    /// The profile as a reader wants it: each stack without the runtime below the lesson's code and without the allocator
    /// above it, sites whose stacks are then equal added up, in the order of their stacks.
    pub fn trimmed(self) -> Profile {
        let mut merged: BTreeMap<Vec<Frame>, Site> = BTreeMap::new();
        for site in self.sites {
            let frames = frames::trim(&site.frames);
            let sum = merged.entry(frames.clone()).or_insert_with(|| Site { frames, ..Site::default() });
            sum.total_blocks += site.total_blocks;
            sum.total_bytes += site.total_bytes;
            sum.peak_blocks += site.peak_blocks;
            sum.peak_bytes += site.peak_bytes;
            sum.end_blocks += site.end_blocks;
            sum.end_bytes += site.end_bytes;
        }
        Profile { sites: merged.into_values().collect() }
    }
}
