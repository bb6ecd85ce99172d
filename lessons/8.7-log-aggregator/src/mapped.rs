//! Files as memory: the only unsafe lines of the mapping rungs.

use crate::log::or_exit;
use memmap2::{Mmap, MmapOptions};
use std::fs::File;

/// The whole file; an empty one as nothing.
pub fn map_whole(file: &File) -> Mmap {
    map_window(file, 0, crate::log::size(file))
}

/// A part of the file, from any byte on.
pub fn map_window(file: &File, at: u64, bytes: u64) -> Mmap {
    let mut options = MmapOptions::new();
    options.offset(at).len(bytes as usize);
    // SAFETY: the pages are only read. Whoever writes to the file meanwhile changes what is counted
    // and nothing else; whoever cuts it makes the next read of the lost part a SIGBUS, which ends
    // this process and which the runner reports. The file lies in heaplab's own folder, or the user
    // was told so (`--log` in README.md).
    or_exit(unsafe { options.map(file) }, "mmap")
}
