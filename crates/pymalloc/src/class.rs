//! The sizes of arenas and pools, and the size class of a request.

use std::alloc::Layout;

/// The size of an arena: 64 pools. CPython's was as large until 3.9; from
/// 3.10 it is 1 MiB on 64-bit systems (`ARENA_BITS` in `Include/internal/pycore_obmalloc.h`).
pub const ARENA_BYTES: usize = 256 * 1024;
/// The size of a pool. It is 16 KiB in CPython since 3.10, which no longer reads a pool's header to
/// find out whether a block is its own. A pool starts at a multiple of its size, so a block's
/// address says where its pool is.
pub const POOL_BYTES: usize = 4 * 1024;
/// Larger blocks are left to the allocator below, as in CPython (`SMALL_REQUEST_THRESHOLD`).
pub const LARGEST_SMALL_BYTES: usize = 512;
/// The alignment that `malloc` promises on a 64-bit system, and the largest that a class has.
pub(crate) const LARGEST_ALIGNMENT: usize = 16;

pub(crate) const POOLS_PER_ARENA: usize = ARENA_BYTES / POOL_BYTES;
/// The number of classes with steps of 8 bytes; with steps of 16 every second one is used.
pub(crate) const CLASSES: usize = LARGEST_SMALL_BYTES / 8;

/// A size class: blocks of `(class + 1) * 8` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u16);

impl Class {
    /// The class of a request, in steps of `step` bytes; none for a request that is too large or
    /// too strictly aligned.
    ///
    /// A Rust `Layout` says which alignment is needed. C's `malloc` gets only a size, and has to
    /// promise an alignment that suits any type of that size.
    pub(crate) fn for_layout(layout: Layout, step: usize) -> Option<Class> {
        let bytes = layout.size().checked_next_multiple_of(step.max(layout.align()))?;
        let small = layout.align() <= LARGEST_ALIGNMENT && (1..=LARGEST_SMALL_BYTES).contains(&bytes);
        small.then(|| Class((bytes / 8 - 1) as u16))
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) const fn block_bytes(self) -> usize {
        (self.index() + 1) * 8
    }
}

#[cfg(test)]
mod tests {
    use crate::*;

    fn block_bytes(size: usize, align: usize, step: usize) -> Option<usize> {
        Class::for_layout(Layout::from_size_align(size, align).unwrap(), step).map(Class::block_bytes)
    }

    #[test]
    fn a_request_is_rounded_up_to_the_step() {
        for (size, at_8, at_16) in [(1, 8, 16), (8, 8, 16), (9, 16, 16), (17, 24, 32), (505, 512, 512)] {
            assert_eq!((block_bytes(size, 1, 8), block_bytes(size, 1, 16)), (Some(at_8), Some(at_16)));
        }
    }

    #[test]
    fn a_layout_may_ask_for_more_than_the_step() {
        assert_eq!(block_bytes(24, 16, 8), Some(32));
        assert_eq!(block_bytes(24, 32, 8), None);
    }

    #[test]
    fn large_blocks_have_no_class() {
        assert_eq!(block_bytes(512, 1, 16), Some(512));
        assert_eq!(block_bytes(513, 1, 8), None);
    }
}
