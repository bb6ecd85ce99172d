//! Finds the site of a live block in its header.

use super::tables::OwnTables;
use super::{header, scope, stacks};
use heaplab_profile::raw::tables::{NameTables, OVERFLOW_SITE, read_name_tables};
use heaplab_profile::raw::{RawRecording, RawSite};

/// The site of a live block; `None` if it was allocated outside any region or if the tables had no
/// room for its stack.
///
/// # Safety
/// `block` was allocated by this recorder and is not freed.
pub(crate) unsafe fn block_site(block: *mut u8) -> Option<u32> {
    // SAFETY: the caller's promise.
    let site = scope::site_without_tag(unsafe { header::read(block) });
    (site > OVERFLOW_SITE).then_some(site)
}

/// The stacks of these sites as a recording without figures. Each site gets its own thread, named
/// by its index, so that sites can be told apart even if their trimmed stacks are equal.
pub(crate) fn record_stacks(sites: &[u32]) -> RawRecording {
    let entry = |(index, &site): (usize, &u32)| RawSite {
        node: stacks::node_of(site),
        thread: u32::try_from(index).unwrap_or(u32::MAX),
        births: 1,
        ..RawSite::default()
    };
    let sites: Vec<RawSite> = sites.iter().enumerate().map(entry).collect();
    // The nodes are read after the sites: a site must not refer to a node that was not copied.
    let NameTables { modules, nodes, python } = read_name_tables(&OwnTables).unwrap_or_default();
    RawRecording {
        modules,
        nodes,
        python,
        threads: (0..sites.len()).map(|index| index.to_string()).collect(),
        sites,
        ..RawRecording::default()
    }
}
