//! A pool: 4 KiB of blocks of one size, and a header of 48 bytes before them.
//!
//! From the lowest address to the highest come used and free blocks mixed, then the blocks that
//! were never handed out. A free block holds the address of the next free block of its pool, so
//! the list costs no memory. The blocks that were never handed out need no list, only the place
//! where they start, and their memory is not touched.

use super::Arena;
use crate::chain::{Linked, Links};
use crate::class::{Class, LARGEST_ALIGNMENT, POOL_BYTES};
use std::collections::BTreeSet;
use std::ptr::{NonNull, null_mut};

/// The header of one pool.
pub(crate) struct Pool {
    links: Links<Pool>,
    arena: NonNull<Arena>,
    /// The head of the list: the block that was freed last.
    free: *mut FreeBlock,
    /// Where the blocks start that were never handed out, in bytes from the pool's start.
    untouched: u32,
    used_blocks: u32,
    class: Class,
}

/// The content of a free block.
struct FreeBlock {
    next: *mut FreeBlock,
}

pub(crate) const HEADER_BYTES: usize = size_of::<Pool>();
const _: () = assert!(HEADER_BYTES == 48 && HEADER_BYTES.is_multiple_of(LARGEST_ALIGNMENT));

impl Linked for Pool {
    fn links(&mut self) -> &mut Links<Pool> {
        &mut self.links
    }
}

impl Pool {
    /// Makes a pool of one class out of 4 KiB.
    ///
    /// # Safety
    /// The 4 KiB at `place` are the arena's, aligned to their size, and nobody uses them.
    pub(crate) unsafe fn init(place: NonNull<u8>, arena: NonNull<Arena>, class: Class) -> NonNull<Pool> {
        let pool = place.cast::<Pool>();
        let untouched = HEADER_BYTES as u32;
        // SAFETY: the caller gives the place, which is large enough and aligned.
        unsafe {
            pool.write(Pool { links: Links::NONE, arena, free: null_mut(), untouched, used_blocks: 0, class })
        };
        pool
    }

    /// The pool of a block, from the block's address alone.
    pub(crate) fn containing(block: NonNull<u8>) -> NonNull<Pool> {
        let offset = block.addr().get() % POOL_BYTES;
        // SAFETY: a pool starts at a multiple of its size, and the block lies behind its header.
        unsafe { block.byte_sub(offset).cast() }
    }

    /// Hands out the block that was freed last, else one that was never handed out.
    ///
    /// # Safety
    /// `pool` is a started pool with room, and nothing borrows its header.
    pub(crate) unsafe fn take(mut pool: NonNull<Pool>) -> NonNull<u8> {
        // SAFETY: the header is the pool's own.
        let header = unsafe { pool.as_mut() };
        header.used_blocks += 1;
        if let Some(free) = NonNull::new(header.free) {
            // SAFETY: a block on the list holds a `FreeBlock`.
            header.free = unsafe { free.as_ref() }.next;
            return free.cast();
        }
        let offset = header.untouched as usize;
        header.untouched += header.class.block_bytes() as u32;
        // SAFETY: a pool with room and without a list has an untouched block, which ends inside the
        // pool.
        unsafe { pool.cast::<u8>().byte_add(offset) }
    }

    /// Takes a block back. It is the next to be handed out, since it is still in the processor's
    /// caches.
    ///
    /// # Safety
    /// The block came from this pool's [`Pool::take`], nobody uses it any more, and nothing borrows
    /// the header.
    pub(crate) unsafe fn put(mut pool: NonNull<Pool>, block: NonNull<u8>) {
        // SAFETY: the header is the pool's own; a block is at least 8 bytes large and aligned to 8.
        unsafe {
            let header = pool.as_mut();
            let free = block.cast::<FreeBlock>();
            free.write(FreeBlock { next: header.free });
            header.free = free.as_ptr();
            header.used_blocks -= 1;
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.used_blocks as usize == self.capacity()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used_blocks == 0
    }

    pub(crate) fn class(&self) -> Class {
        self.class
    }

    pub(crate) fn arena(&self) -> NonNull<Arena> {
        self.arena
    }

    /// The addresses of all blocks that are not in use: those on the list, and those that were
    /// never handed out.
    pub(crate) fn free_blocks(&self) -> BTreeSet<usize> {
        // SAFETY: a block on the list is free and holds the address of the next.
        let next = |free: &NonNull<FreeBlock>| unsafe { NonNull::new(free.as_ref().next) };
        let listed = std::iter::successors(NonNull::new(self.free), next).map(|free| free.addr().get());
        let start = std::ptr::from_ref(self).addr();
        let untouched =
            (start + self.untouched as usize..start + POOL_BYTES).step_by(self.class.block_bytes());
        listed.chain(untouched).collect()
    }

    fn capacity(&self) -> usize {
        (POOL_BYTES - HEADER_BYTES) / self.class.block_bytes()
    }
}
