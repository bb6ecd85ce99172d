//! A block with its header, from glibc. Every block that the program sees is made and freed here.

use crate::glibc::{self, __libc_calloc, __libc_free, __libc_malloc, __libc_memalign, __libc_realloc};
use crate::header::{self, HEADER_BYTES, Header, LEAST_OFFSET_LOG, SIZE_LIMIT};
use crate::state;
use heaplab_heap::preload::{self, BlockOrigin, StackStart};
use std::ptr;

/// A new block that is aligned to 16 bytes; null, with `errno` set, if there is no memory.
#[inline(always)]
pub(crate) fn allocate(size: usize, start: StackStart) -> *mut u8 {
    if size >= SIZE_LIMIT {
        return fail();
    }
    // SAFETY: any size may be asked for.
    let base = unsafe { __libc_malloc(size + HEADER_BYTES) };
    // SAFETY: null, or a new block of this size.
    unsafe { finish(base.cast(), LEAST_OFFSET_LOG, size, start) }
}

/// As [`allocate`], with all bytes zero. Only the page of the header is touched: glibc takes new
/// pages from the kernel as they are.
#[inline(always)]
pub(crate) fn allocate_zeroed(size: usize, start: StackStart) -> *mut u8 {
    if size >= SIZE_LIMIT {
        return fail();
    }
    // SAFETY: any size may be asked for.
    let base = unsafe { __libc_calloc(1, size + HEADER_BYTES) };
    // SAFETY: null, or a new block of this size.
    unsafe { finish(base.cast(), LEAST_OFFSET_LOG, size, start) }
}

/// As [`allocate`], with this alignment, a power of two.
pub(crate) fn allocate_aligned(alignment: usize, size: usize, start: StackStart) -> *mut u8 {
    if alignment <= HEADER_BYTES {
        return allocate(size, start);
    }
    if size >= SIZE_LIMIT || alignment >= SIZE_LIMIT {
        return fail();
    }
    // SAFETY: the alignment is a power of two, and both numbers are far from overflowing.
    let base = unsafe { __libc_memalign(alignment, size + alignment) };
    // SAFETY: null, or a new block of this size with this alignment.
    unsafe { finish(base.cast(), alignment.ilog2(), size, start) }
}

/// Counts a new block and writes its header.
///
/// # Safety
/// `base` is null, or a new block of glibc with `size` bytes behind the offset.
#[inline(always)]
unsafe fn finish(base: *mut u8, offset_log: u32, size: usize, start: StackStart) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    let origin =
        if state::is_recording() { preload::record_alloc(size, start) } else { BlockOrigin::UNCOUNTED };
    let header = Header { size, offset_log, origin };
    // SAFETY: the offset lies inside the block, and is at least the size of a header.
    unsafe {
        let block = base.add(header.offset());
        header::write(block, header);
        block
    }
}

/// Gives a block a new size, which is not zero, and perhaps a new place. If there is no memory it
/// returns null, and the block stays as it was.
///
/// # Safety
/// `block` is not null, and was handed out by this library or by glibc.
#[inline(always)]
pub(crate) unsafe fn resize(block: *mut u8, size: usize, start: StackStart) -> *mut u8 {
    if size >= SIZE_LIMIT {
        return fail();
    }
    // SAFETY: the caller's promise.
    let Some(header) = (unsafe { header::read(block) }) else {
        // SAFETY: the block is glibc's own, and stays one.
        return unsafe { __libc_realloc(block.cast(), size).cast() };
    };
    // SAFETY: the block has this header.
    let moved = unsafe {
        if header.offset_log == LEAST_OFFSET_LOG {
            let base = block.sub(HEADER_BYTES);
            let base = __libc_realloc(base.cast(), size + HEADER_BYTES).cast::<u8>();
            if base.is_null() { base } else { base.add(HEADER_BYTES) }
        } else {
            move_aligned(block, header, size)
        }
    };
    if moved.is_null() {
        return moved;
    }
    let origin = if state::is_recording() {
        preload::record_realloc(header.origin, header.size, size, start)
    } else {
        BlockOrigin::UNCOUNTED
    };
    // SAFETY: the block has 16 bytes before it for its header.
    unsafe { header::write(moved, Header { size, offset_log: LEAST_OFFSET_LOG, origin }) };
    moved
}

/// Moves the content of a block with an alignment to a block without one. C promises no alignment
/// after `realloc`.
///
/// # Safety
/// `block` has this header.
#[cold]
unsafe fn move_aligned(block: *mut u8, header: Header, size: usize) -> *mut u8 {
    // SAFETY: both blocks have at least the bytes that are copied, and the old one is not used again.
    unsafe {
        let base = __libc_malloc(size + HEADER_BYTES).cast::<u8>();
        if base.is_null() {
            return base;
        }
        let moved = base.add(HEADER_BYTES);
        ptr::copy_nonoverlapping(block, moved, header.size.min(size));
        __libc_free(block.sub(header.offset()).cast());
        moved
    }
}

/// Frees a block.
///
/// # Safety
/// `block` is not null, and was handed out by this library or by glibc.
#[inline(always)]
pub(crate) unsafe fn release(block: *mut u8) {
    // SAFETY: the caller's promise.
    match unsafe { header::read(block) } {
        Some(header) => {
            if state::is_recording() {
                preload::record_free(header.origin, header.size);
            }
            // SAFETY: the beginning of the block that glibc handed out.
            unsafe { __libc_free(block.sub(header.offset()).cast()) };
        }
        // SAFETY: the block is glibc's own.
        None => unsafe { __libc_free(block.cast()) },
    }
}

/// How many bytes of a block the program may use: those that it asked for.
///
/// # Safety
/// As for [`release`].
pub(crate) unsafe fn usable_size(block: *mut u8) -> usize {
    // SAFETY: the caller's promise.
    match unsafe { header::read(block) } {
        Some(header) => header.size,
        // SAFETY: the block is glibc's own.
        None => unsafe { glibc::usable_size(block) },
    }
}

#[cold]
fn fail() -> *mut u8 {
    glibc::set_errno(libc::ENOMEM);
    ptr::null_mut()
}
