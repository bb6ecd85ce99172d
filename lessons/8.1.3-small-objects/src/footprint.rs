//! What the program holds at one moment: resident memory as the kernel counts it, and arenas as
//! pymalloc counts them. Nothing here allocates, so it may be measured inside a measured region.

use heaplab_lesson::{ArenaTotals, Footprint};
use heaplab_pymalloc::{ARENA_BYTES, Global, Pymalloc};
use mimalloc::MiMalloc;
use std::fs::File;
use std::io::Read as _;

const PAGE_BYTES: usize = 4096;

/// An allocator that may have arenas.
pub trait CountArenas {
    /// None for an allocator that does not count them.
    fn arenas(&self) -> Option<ArenaTotals> {
        None
    }
}

impl CountArenas for Global {}
impl CountArenas for MiMalloc {}

impl<Below, const STEP: usize> CountArenas for Pymalloc<Below, STEP> {
    fn arenas(&self) -> Option<ArenaTotals> {
        let counts = self.arena_counts();
        Some(ArenaTotals { arena_bytes: ARENA_BYTES as u64, made: counts.made, returned: counts.returned })
    }
}

/// The footprint at this moment.
pub fn measure_footprint(allocator: &impl CountArenas, live_bytes: u64) -> Footprint {
    Footprint { live_bytes, resident_bytes: resident_bytes(), page_bytes: None, arenas: allocator.arenas() }
}

/// The bytes of all pages that blocks lie in, by the addresses of their first and last bytes.
/// `room` has a place for each of these addresses.
pub fn count_page_bytes(room: &mut [usize], ends: impl Iterator<Item = [usize; 2]>) -> u64 {
    let used = room.iter_mut().zip(ends.flatten()).map(|(place, end)| *place = end / PAGE_BYTES).count();
    let pages = &mut room[..used];
    pages.sort_unstable();
    (pages.chunk_by(|one, next| one == next).count() * PAGE_BYTES) as u64
}

/// `RssAnon` of `/proc/self/status`, read into a buffer on the stack.
fn resident_bytes() -> Option<u64> {
    let mut buffer = [0; 4096];
    let read = File::open("/proc/self/status").and_then(|mut status| status.read(&mut buffer)).ok()?;
    let status = std::str::from_utf8(&buffer[..read]).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
