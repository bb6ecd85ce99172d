//! Which line made a block that a program holds: what joins a picture of references to the recorder.

use crate::active::untracked;
use crate::{active, naming, recorder};
use heaplab_profile::statistics::{GroupBy, compute_statistics};
use heaplab_profile::{Measure, Profile};
use std::ptr::NonNull;

/// Where a block was born: a stack that the recorder knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllocSite {
    site: u32,
}

/// Where a live block was born. `None` under another probe than heap's, for a block that was made while no region was
/// open, and for one whose stack had no room in the recorder's tables.
///
/// A block that was reallocated was born where it was first made, unless that was outside the region.
///
/// # Safety
/// `block` is the first byte of a live block of the global allocator; where the heap probe is at work, that is
/// [`Heap`](crate::Heap).
pub unsafe fn find_alloc_site(block: NonNull<u8>) -> Option<AllocSite> {
    if !active::is_active() {
        return None;
    }
    // SAFETY: the recorder is at work and has been since the first allocation, so the block is its own; it is live.
    unsafe { recorder::block_site(block.as_ptr()) }.map(|site| AllocSite { site })
}

/// The line of each birth, such as `lessons/8.3-object-graph/src/main.rs:30`: of the innermost frame that is not the
/// standard library's, as in [`GroupBy::Line`](crate::GroupBy). `None` where the program's symbols do not tell. Reads the
/// program's debug information, which takes a moment: ask for all at once. Unseen by the recorder.
pub fn resolve_lines(births: &[AllocSite]) -> Vec<Option<String>> {
    untracked(|| {
        let mut sites: Vec<u32> = births.iter().map(|birth| birth.site).collect();
        sites.sort_unstable();
        sites.dedup();
        let mut lines: Vec<Option<String>> = vec![None; sites.len()];
        let profile = naming::build_profile(&recorder::record_stacks(&sites), &naming::find_workspace());
        for site in profile.sites {
            let Some(recorded) = site.recorded.clone() else { continue };
            let line = compute_statistics(&Profile { sites: vec![site] }, GroupBy::Line, Measure::EndBytes);
            for index in recorded.threads.iter().filter_map(|index| index.parse::<usize>().ok()) {
                lines[index] = line.first().map(|line| line.key.clone()).filter(|key| key.contains(':'));
            }
        }
        let line = |birth: &AllocSite| lines[sites.binary_search(&birth.site).ok()?].clone();
        births.iter().map(line).collect()
    })
}
