//! What a request of 1 to 1,024 bytes gets under each allocator: usable bytes, and where they
//! start.

use heaplab_lesson::BlockSize;
use heaplab_pymalloc::Pymalloc;
use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout, System};

const LARGEST_BYTES: usize = 1_024;
/// So many blocks of one size are alive together: a single one may be well aligned by chance.
const BLOCKS_PER_SIZE: usize = 16;

/// An allocator that tells how large its blocks really are.
pub trait Usable: GlobalAlloc {
    /// How many bytes of a block may be used.
    ///
    /// # Safety
    /// The block came from this allocator with this layout, and is alive.
    unsafe fn usable_bytes(&self, block: *mut u8, layout: Layout) -> usize;

    /// Measures every size from 1 to 1,024 bytes, requested without an alignment.
    fn measure_sizes(&self) -> Vec<BlockSize> {
        (1..=LARGEST_BYTES).filter_map(|size| self.measure_size(size)).collect()
    }

    /// None where there is no memory.
    fn measure_size(&self, requested_bytes: usize) -> Option<BlockSize> {
        let layout = Layout::array::<u8>(requested_bytes.max(1)).ok()?;
        // SAFETY: the size is not 0, and each block is given back with its layout.
        unsafe {
            let blocks = [(); BLOCKS_PER_SIZE].map(|()| self.alloc(layout));
            let got = blocks.into_iter().filter(|block| !block.is_null());
            let usable_bytes = got.clone().map(|block| self.usable_bytes(block, layout)).min()?;
            let bits = got.clone().fold(0, |bits, block| bits | block.addr());
            got.for_each(|block| self.dealloc(block, layout));
            Some(BlockSize {
                requested_bytes: requested_bytes as u64,
                usable_bytes: usable_bytes as u64,
                alignment_bytes: 1 << bits.trailing_zeros(),
            })
        }
    }
}

impl Usable for System {
    #[cfg(target_os = "linux")]
    unsafe fn usable_bytes(&self, block: *mut u8, _: Layout) -> usize {
        // SAFETY: `System` takes its blocks from malloc.
        unsafe { libc::malloc_usable_size(block.cast()) }
    }

    /// Not measured here: no more than was requested.
    #[cfg(not(target_os = "linux"))]
    unsafe fn usable_bytes(&self, _: *mut u8, layout: Layout) -> usize {
        layout.size()
    }
}

impl Usable for MiMalloc {
    unsafe fn usable_bytes(&self, block: *mut u8, _: Layout) -> usize {
        // SAFETY: the block is mimalloc's.
        unsafe { self.usable_size(block) }
    }
}

#[cfg(feature = "jemalloc")]
impl Usable for tikv_jemallocator::Jemalloc {
    unsafe fn usable_bytes(&self, block: *mut u8, _: Layout) -> usize {
        // SAFETY: the block is jemalloc's.
        unsafe { tikv_jemallocator::usable_size(block) }
    }
}

impl<Below: Usable, const STEP: usize> Usable for Pymalloc<Below, STEP> {
    unsafe fn usable_bytes(&self, block: *mut u8, layout: Layout) -> usize {
        // SAFETY: a block that is not small came from the allocator below.
        self.block_bytes(layout).unwrap_or_else(|| unsafe { self.backing().usable_bytes(block, layout) })
    }
}
