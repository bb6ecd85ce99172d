//! What a program holds at one moment: resident memory by the kernel's count, and arenas by pymalloc's own.

use crate::Global;
use crate::pymalloc::{ArenaCounts, Pymalloc};
use mimalloc::MiMalloc;
use std::fs::File;
use std::io::Read as _;

/// What can be given back at the least.
pub(crate) const PAGE_BYTES: usize = 4096;

/// One moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// What the blocks that are alive asked for.
    pub live_bytes: u64,
    /// Resident memory that is no file's; absent where the system does not tell.
    pub resident_bytes: Option<u64>,
    /// How many pages of 4 KiB the blocks that are alive lie in; absent where they were not counted.
    pub pages: Option<u64>,
    /// For an allocator with arenas that can be counted.
    pub arenas: Option<ArenaCounts>,
}

/// Who can be asked for its arenas.
pub trait CountArenas {
    /// None for an allocator that does not tell.
    fn arenas(&self) -> Option<ArenaCounts> {
        None
    }
}

impl CountArenas for Global {}
impl CountArenas for MiMalloc {}

impl<Below, const STEP: usize> CountArenas for Pymalloc<Below, STEP> {
    fn arenas(&self) -> Option<ArenaCounts> {
        Some(self.arena_counts())
    }
}

impl Footprint {
    /// Now. It allocates nothing: it may be taken inside a measured region.
    pub fn measure(allocator: &impl CountArenas, live_bytes: u64) -> Footprint {
        Footprint { live_bytes, resident_bytes: resident_bytes(), pages: None, arenas: allocator.arenas() }
    }

    /// With the pages of live blocks, by the addresses of their first and their last bytes. `room` holds both for every
    /// block: counting allocates nothing either.
    #[must_use = "the footprint with the pages is the returned one"]
    pub fn with_pages(self, room: &mut [usize], ends: impl Iterator<Item = [usize; 2]>) -> Footprint {
        let used = room.iter_mut().zip(ends.flatten()).map(|(place, end)| *place = end / PAGE_BYTES).count();
        let pages = &mut room[..used];
        pages.sort_unstable();
        Footprint { pages: Some(pages.chunk_by(|one, next| one == next).count() as u64), ..self }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_counts_once() {
        let ends = [[4_095, 4_096], [8_192, 8_200], [8_300, 20_480]];
        assert_eq!(Footprint::default().with_pages(&mut [0; 6], ends.into_iter()).pages, Some(4));
    }

    #[test]
    fn touched_memory_is_resident() {
        let Some(before) = resident_bytes() else { return };
        let touched = vec![1u8; 32 << 20];
        let after = resident_bytes().expect("it was told before");
        assert!(
            std::hint::black_box(&touched).len() == 32 << 20 && after >= before + (31 << 20),
            "{before} {after}"
        );
    }
}
