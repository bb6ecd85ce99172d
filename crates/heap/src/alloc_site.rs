//! Tells which line allocated a block that the program holds. The object graph uses it to name its
//! nodes.

use crate::active::untracked;
use crate::{active, naming, recorder};
use heaplab_profile::statistics::{GroupBy, group_sites};
use heaplab_profile::{Measure, Profile};
use std::ptr::NonNull;

/// The allocation site of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllocSite {
    site: u32,
}

/// The allocation site of a live block. `None` under other probes, for a block allocated while no
/// region was open, and for one whose stack had no room in the recorder's tables.
///
/// A reallocated block keeps the site of its first allocation, unless that was outside the region.
///
/// # Safety
/// `block` is the first byte of a live block of the global allocator; under the heap probe, that is
/// [`Heap`](crate::Heap).
pub unsafe fn find_alloc_site(block: NonNull<u8>) -> Option<AllocSite> {
    if !active::is_active() {
        return None;
    }
    // SAFETY: the recorder has been in use since the first allocation, so the block is its own; it
    // is live.
    unsafe { recorder::block_site(block.as_ptr()) }.map(|site| AllocSite { site })
}

/// The source line of each site, such as `lessons/8.3-object-graph/src/main.rs:30`: that of the
/// innermost frame outside the standard library, as in [`GroupBy::Line`](crate::GroupBy). `None` if
/// the program's symbols do not tell. This reads the program's debug information, which takes a
/// moment, so ask for all sites at once. It is not recorded.
pub fn resolve_lines(births: &[AllocSite]) -> Vec<Option<String>> {
    untracked(|| {
        let mut sites: Vec<u32> = births.iter().map(|birth| birth.site).collect();
        sites.sort_unstable();
        sites.dedup();
        let mut lines: Vec<Option<String>> = vec![None; sites.len()];
        let profile = naming::build_profile(&recorder::record_stacks(&sites), &naming::find_workspace());
        for site in profile.sites {
            let Some(recorded) = site.recorded.clone() else { continue };
            let line = group_sites(&Profile { sites: vec![site] }, GroupBy::Line, Measure::EndBytes);
            for index in recorded.threads.iter().filter_map(|index| index.parse::<usize>().ok()) {
                lines[index] = line.first().map(|line| line.key.clone()).filter(|key| key.contains(':'));
            }
        }
        let line = |birth: &AllocSite| lines[sites.binary_search(&birth.site).ok()?].clone();
        births.iter().map(line).collect()
    })
}
