//! What a program holds at one moment: resident memory by the kernel's count, and arenas by pymalloc's own.

use crate::Global;
use crate::pymalloc::{ArenaCounts, Pymalloc};
use mimalloc::MiMalloc;
use std::fs::File;
use std::io::Read as _;

/// One moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// What the blocks that are alive asked for.
    pub live_bytes: u64,
    /// Resident memory that is no file's; absent where the system does not tell.
    pub resident_bytes: Option<u64>,
    /// For an allocator with arenas that can be counted.
    pub arenas: Option<ArenaCounts>,
}

/// Who can be asked for its arenas.
pub trait Arenas {
    /// None for an allocator that does not tell.
    fn arenas(&self) -> Option<ArenaCounts> {
        None
    }
}

impl Arenas for Global {}
impl Arenas for MiMalloc {}

impl<Below, const STEP: usize> Arenas for Pymalloc<Below, STEP> {
    fn arenas(&self) -> Option<ArenaCounts> {
        Some(self.arena_counts())
    }
}

impl Footprint {
    /// Now. It allocates nothing: it may be taken inside a measured region.
    pub fn now(allocator: &impl Arenas, live_bytes: u64) -> Footprint {
        Footprint { live_bytes, resident_bytes: resident_bytes(), arenas: allocator.arenas() }
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
