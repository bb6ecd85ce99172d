//! The `heap` probe: the system's allocator with a header before each block and counters beside it.
//!
//! A block knows the region it was born in, so that a free needs no look-up. What a block's header and the counters do not
//! hold yet is the site that made it; it has its place in [`header`] and its events pass through [`counters`].

mod counters;
mod header;

pub use counters::HeapTotals;
pub(crate) use counters::{live_bytes, open, read_and_close};

use header::Header;
use std::alloc::{GlobalAlloc, Layout, System};

/// # Safety
/// As [`GlobalAlloc::alloc`].
#[inline]
pub(crate) unsafe fn alloc(layout: Layout) -> *mut u8 {
    let Some(outer) = header::outer_layout(layout) else { return std::ptr::null_mut() };
    // SAFETY: `outer` is larger than zero.
    let base = unsafe { System.alloc(outer) };
    // SAFETY: `base` is null or was just allocated with `outer`.
    unsafe { born(base, layout) }
}

/// # Safety
/// As [`GlobalAlloc::alloc_zeroed`]. Only the header's page is touched: the rest stays as lazy as the system gave it.
#[inline]
pub(crate) unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    let Some(outer) = header::outer_layout(layout) else { return std::ptr::null_mut() };
    // SAFETY: `outer` is larger than zero.
    let base = unsafe { System.alloc_zeroed(outer) };
    // SAFETY: `base` is null or was just allocated with `outer`.
    unsafe { born(base, layout) }
}

/// # Safety
/// As [`GlobalAlloc::realloc`], for a block of this module's.
#[inline]
pub(crate) unsafe fn realloc(block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
    // The caller has checked `new_size` for the inner layout only; the header may push it over the edge.
    let fits = Layout::from_size_align(new_size, layout.align()).ok().and_then(header::outer_layout);
    let (Some(outer), Some(new_outer)) = (header::outer_layout(layout), fits) else {
        return std::ptr::null_mut();
    };
    // SAFETY: `block` was handed out by `born` with this layout.
    let (base, before) = unsafe { (header::base(block, layout), header::read(block)) };
    // SAFETY: `base` was allocated with `outer` by the system; the new size is not zero.
    let new_base = unsafe { System.realloc(base, outer, new_outer.size()) };
    if new_base.is_null() {
        return new_base;
    }
    let region = counters::region();
    // SAFETY: `new_base` has the size and the alignment of `new_outer`, whose offset is `outer`'s.
    let moved = unsafe { header::block(new_base, layout) };
    if region != header::NO_REGION {
        if before.region == region {
            counters::resized(layout.size(), new_size);
        } else {
            // Born outside: dhat counts such a block as new when it is reallocated, and so do we.
            // SAFETY: `moved` has room for a header before it.
            unsafe { header::write(moved, Header { region }) };
            counters::born(new_size);
        }
    }
    moved
}

/// # Safety
/// As [`GlobalAlloc::dealloc`], for a block of this module's.
#[inline]
pub(crate) unsafe fn dealloc(block: *mut u8, layout: Layout) {
    // It was handed out, so its layout has an outer one.
    let Some(outer) = header::outer_layout(layout) else { return };
    // SAFETY: `block` was handed out by `born` with this layout.
    let (base, before) = unsafe { (header::base(block, layout), header::read(block)) };
    let region = counters::region();
    if region != header::NO_REGION && before.region == region {
        counters::freed(layout.size());
    }
    // SAFETY: `base` was allocated with `outer` by the system.
    unsafe { System.dealloc(base, outer) };
}

/// Writes the header of a new block, counts it, and gives the address that the program sees.
///
/// # Safety
/// `base` is null or a fresh allocation of `outer_layout(layout)`.
#[inline]
unsafe fn born(base: *mut u8, layout: Layout) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    let region = counters::region();
    // SAFETY: `base` is of `outer_layout(layout)`, so the offset lies inside it and a header fits before the block.
    let block = unsafe {
        let block = header::block(base, layout);
        header::write(block, Header { region });
        block
    };
    if region != header::NO_REGION {
        counters::born(layout.size());
    }
    block
}
