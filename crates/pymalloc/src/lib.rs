//! CPython's allocator of small objects, written for reading, behind Rust's own trait:
//! [`GlobalAlloc`].
//!
//! Read it from the small to the large:
//! - `class`: a request is rounded up to a size class, in steps of 16 bytes (8 in the lecture's
//!   days).
//! - `arena::pool`: 4 KiB of blocks of one class, with the list of free ones inside them.
//! - `arena`: 256 KiB from the allocator below, 64 pools.
//! - `pools`: which pool comes next, which arena, and when an arena is given back.
//! - `lock`: what CPython has the GIL for. `chain`: lists whose links lie in their members.
//! - `inspect`: what every byte of an arena is used for. `global`, `block`: an allocator as a
//!   value, and its blocks.
//!
//! README.md says more, and what is left out.

mod arena;
mod block;
mod chain;
mod class;
mod global;
mod inspect;
mod lock;
mod pools;

pub use block::Block;
pub use class::{ARENA_BYTES, LARGEST_SMALL_BYTES, POOL_BYTES};
pub use global::Global;
pub use inspect::{ArenaState, BlockState, PoolState};

use class::Class;
use lock::SpinLock;
use pools::Pools;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr::{NonNull, null_mut};

/// An allocator of small blocks on top of another one. `STEP`, 8 or 16, is the distance between
/// size classes and so the alignment of every block.
pub struct Pymalloc<Below, const STEP: usize = 16> {
    pools: SpinLock<Pools>,
    backing: Below,
}

/// How many arenas were allocated and given back so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArenaCounts {
    /// Arenas that were allocated.
    pub made: u64,
    /// Arenas that were given back.
    pub returned: u64,
}

impl ArenaCounts {
    /// Arenas that are held at the moment.
    pub const fn current(self) -> u64 {
        self.made - self.returned
    }
}

impl<Below, const STEP: usize> Pymalloc<Below, STEP> {
    /// An allocator without an arena: the first small block allocates one.
    pub const fn new(below: Below) -> Pymalloc<Below, STEP> {
        const { assert!(STEP == 8 || STEP == 16, "a pointer has to fit in, and malloc promises no more than 16") };
        Pymalloc { pools: SpinLock::new(Pools::new()), backing: below }
    }

    /// The allocator below, which arenas and large blocks come from.
    pub const fn backing(&self) -> &Below {
        &self.backing
    }

    /// How many arenas came and went.
    pub fn arena_counts(&self) -> ArenaCounts {
        let (made, returned) = self.pools.run_locked(|pools| pools.arena_counts());
        ArenaCounts { made, returned }
    }

    /// How many bytes the block of a small request has; none for a request that goes to the
    /// allocator below.
    pub fn block_bytes(&self, layout: Layout) -> Option<usize> {
        Class::for_layout(layout, STEP).map(Class::block_bytes)
    }
}

// SAFETY: a block is either free in its pool or handed out once, its class makes it large and
// aligned enough, and requests without a class go to the allocator below. Nothing here unwinds.
unsafe impl<Below: GlobalAlloc, const STEP: usize> GlobalAlloc for Pymalloc<Below, STEP> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match Class::for_layout(layout, STEP) {
            Some(class) => self
                .pools
                .run_locked(|pools| pools.take(class, &self.backing))
                .map_or(null_mut(), NonNull::as_ptr),
            // SAFETY: the caller's promises are passed on.
            None => unsafe { self.backing.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match (Class::for_layout(layout, STEP), NonNull::new(block)) {
            (Some(_), Some(block)) => {
                // SAFETY: the layout is the one of the allocation, so the block came from a pool.
                self.pools.run_locked(|pools| unsafe { pools.put(block, &self.backing) })
            }
            // SAFETY: the layout is the one of the allocation, so the block came from below.
            _ => unsafe { self.backing.dealloc(block, layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if Class::for_layout(layout, STEP).is_none() {
            // SAFETY: the caller's promises are passed on; below, fresh pages need no zeroing.
            return unsafe { self.backing.alloc_zeroed(layout) };
        }
        // SAFETY: as for `alloc`; the block is as large as the layout says.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    /// Within its class a block stays where it is, whether it grows or shrinks.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises a size that a layout allows.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        match (Class::for_layout(layout, STEP), Class::for_layout(new_layout, STEP)) {
            (Some(old), Some(new)) if old == new => block,
            // SAFETY: the block came from below and stays there.
            (None, None) => unsafe { self.backing.realloc(block, layout, new_size) },
            // SAFETY: both blocks are as large as what is copied, and they are two.
            _ => unsafe {
                let moved = self.alloc(new_layout);
                if !moved.is_null() {
                    moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                    self.dealloc(block, layout);
                }
                moved
            },
        }
    }
}
