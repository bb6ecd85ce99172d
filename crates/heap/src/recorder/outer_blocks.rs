//! Counts blocks for an allocator that keeps its own header before each block, such as the C
//! functions of `crates/preload`. What a block's header has to hold is a [`BlockOrigin`].

use super::header::NO_REGION;
use super::unwind::StackStart;
use super::{count_alloc_at, count_free, count_realloc, current_region, fork, peak};

/// Where and when a block was allocated. A block that is not counted has site 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockOrigin {
    /// The low bits of the number of the region in which it was allocated.
    pub region: u32,
    /// Less than 2^22.
    pub site: u32,
    /// The low bits of the allocation clock when it was allocated, in bytes.
    pub alloc_clock: u64,
}

/// How many bits of a region's number are kept. After 4,096 regions in a process, a block that is
/// still left from the first may be taken for one of the last.
pub const REGION_BITS: u32 = 12;
/// How many bits of the allocation clock are kept. A lifetime of more than 1 TiB is taken for 0.
pub const CLOCK_BITS: u32 = 41;

const REGION_MASK: u32 = (1 << REGION_BITS) - 1;

impl BlockOrigin {
    /// The origin of a block that is not counted.
    pub const UNCOUNTED: BlockOrigin = BlockOrigin { region: NO_REGION, site: 0, alloc_clock: 0 };

    #[inline]
    fn is_of(self, region: u32) -> bool {
        self.site != 0 && region != NO_REGION && self.region == region & REGION_MASK
    }

    /// The whole clock value. It lies near the value of now, before or after it: threads know the
    /// clock with a small delay.
    #[inline]
    fn whole_clock(self) -> u64 {
        let now = peak::clock();
        let ahead = self.alloc_clock.wrapping_sub(now) << (64 - CLOCK_BITS);
        now.wrapping_add((ahead.cast_signed() >> (64 - CLOCK_BITS)).cast_unsigned())
    }
}

/// Counts a new block of `size` bytes, allocated by the function at which the stack starts. The first
/// call of a process starts the recorder.
#[inline]
pub(crate) fn record_alloc(size: usize, start: StackStart) -> BlockOrigin {
    let region = current_region();
    if region == NO_REGION {
        return BlockOrigin::UNCOUNTED;
    }
    let counted = count_alloc_at(size, start.return_address, start.stack_pointer, start.frame_pointer);
    let alloc_clock = counted.alloc_clock & ((1 << CLOCK_BITS) - 1);
    BlockOrigin { region: region & REGION_MASK, site: counted.site as u32, alloc_clock }
}

/// Counts that a block has a new size, and returns what its header has to hold now. A block that does
/// not belong to the region counts as new.
#[inline]
pub(crate) fn record_realloc(
    origin: BlockOrigin,
    old_size: usize,
    new_size: usize,
    start: StackStart,
) -> BlockOrigin {
    if !origin.is_of(current_region()) {
        return record_alloc(new_size, start);
    }
    count_realloc(origin.site, old_size, new_size);
    origin
}

/// Counts that a block is freed.
#[inline]
pub(crate) fn record_free(origin: BlockOrigin, size: usize) {
    if origin.is_of(fork::region()) {
        count_free(origin.site, origin.whole_clock(), size);
    }
}
