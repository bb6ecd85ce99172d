//! Where a live block was born, read from its header: for those who hold the block and ask which line made it.

use super::{header, modules, scope, stacks};
use heaplab_profile::raw::{RawRecording, RawSite};

/// The site of a live block; `None` where it was born outside any region, or where the tables had no room for its stack.
///
/// # Safety
/// `block` was handed out by this recorder and is not freed.
pub(crate) unsafe fn block_site(block: *mut u8) -> Option<u32> {
    // SAFETY: the caller's promise.
    let site = scope::site_without_tag(unsafe { header::read(block) });
    (site > stacks::OVERFLOW).then_some(site)
}

/// The stacks of these sites as a recording with nothing else in it. Each site has a thread of its own, named by its index:
/// stacks that become one still tell which sites they were.
pub(crate) fn record_stacks(sites: &[u32]) -> RawRecording {
    let entry = |(index, &site): (usize, &u32)| RawSite {
        node: stacks::node_of(site),
        thread: u32::try_from(index).unwrap_or(u32::MAX),
        births: 1,
        ..RawSite::default()
    };
    RawRecording {
        modules: modules::list_modules(),
        threads: (0..sites.len()).map(|index| index.to_string()).collect(),
        sites: sites.iter().enumerate().map(entry).collect(),
        // After the sites: no site may name a stack that is not there yet.
        nodes: stacks::collect_nodes(),
        ..RawRecording::default()
    }
}
