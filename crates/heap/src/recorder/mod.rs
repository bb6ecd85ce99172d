//! The `heap` probe: the system's allocator with a header before each block and counters beside it.
//!
//! - `header`: the 16 bytes before each block: where and when it was born, so that a free needs no look-up and no lock.
//! - `walk`: the stack of an allocation.
//! - `stacks`: every distinct stack, once.
//! - `thread`: what one thread counts; `site`: at one stack.
//! - `level`: what is live over all sites, its peak, the allocation clock; `curve`: its points.
//! - `snapshot`: the sums; `modules`: what addresses belong to.
//! - `zeroed`: memory for all of that.

mod curve;
mod header;
mod level;
mod marks;
mod modules;
mod site;
mod snapshot;
mod stacks;
mod thread;
mod walk;
mod zeroed;

pub use marks::mark;
pub use snapshot::HeapTotals;
pub(crate) use snapshot::{close, recording};
pub(crate) use thread::unseen;

use header::{Header, NO_REGION};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use thread::Thread;

/// The open region. The process itself is region 1 until `region()` opens another.
static REGION: AtomicU32 = AtomicU32::new(1);
static LAST_REGION: AtomicU32 = AtomicU32::new(1);

/// Opens a region that this thread owns. Blocks that are alive now are not of it.
pub(crate) fn open() {
    REGION.store(NO_REGION, Relaxed);
    level::clear();
    marks::clear();
    thread::own_and_clear(walk::frame_pointer());
    curve::clear();
    REGION.store(LAST_REGION.fetch_add(1, Relaxed) + 1, Relaxed);
}

/// What is live now in the open region.
pub(crate) fn live_bytes() -> u64 {
    level::live_bytes().unsigned_abs()
}

/// # Safety
/// As [`GlobalAlloc::alloc`].
#[inline]
pub(crate) unsafe fn alloc(layout: Layout) -> *mut u8 {
    let Some(outer) = header::outer_layout(layout) else { return std::ptr::null_mut() };
    // SAFETY: `outer` is larger than zero.
    let base = unsafe { System.alloc(outer) };
    // SAFETY: `base` is null or was just allocated with `outer`.
    unsafe { hand_out(base, layout) }
}

/// # Safety
/// As [`GlobalAlloc::alloc_zeroed`]. Only the header's page is touched: the rest stays as lazy as the system gave it.
#[inline]
pub(crate) unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    let Some(outer) = header::outer_layout(layout) else { return std::ptr::null_mut() };
    // SAFETY: `outer` is larger than zero.
    let base = unsafe { System.alloc_zeroed(outer) };
    // SAFETY: `base` is null or was just allocated with `outer`.
    unsafe { hand_out(base, layout) }
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
    // SAFETY: `block` was handed out with this layout.
    let (base, before) = unsafe { (header::base(block, layout), header::read(block)) };
    // SAFETY: `base` was allocated with `outer` by the system; the new size is not zero.
    let new_base = unsafe { System.realloc(base, outer, new_outer.size()) };
    if new_base.is_null() {
        return new_base;
    }
    // SAFETY: `new_base` has the size and the alignment of `new_outer`, whose offset is `outer`'s.
    let moved = unsafe { header::block(new_base, layout) };
    let region = REGION.load(Relaxed);
    if region != NO_REGION {
        if before.region == region {
            resized(before, layout.size(), new_size);
        } else {
            // Born outside: dhat counts such a block as new when it is reallocated, and so do we.
            // SAFETY: `moved` has room for a header before it.
            unsafe { header::write(moved, born(new_size, region)) };
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
    // SAFETY: `block` was handed out with this layout.
    let (base, before) = unsafe { (header::base(block, layout), header::read(block)) };
    let region = REGION.load(Relaxed);
    if region != NO_REGION && before.region == region {
        freed(before, layout.size());
    }
    // SAFETY: `base` was allocated with `outer` by the system.
    unsafe { System.dealloc(base, outer) };
}

/// Counts a new block, writes its header, and gives the address that the program sees.
///
/// # Safety
/// `base` is null or a fresh allocation of `outer_layout(layout)`.
#[inline]
unsafe fn hand_out(base: *mut u8, layout: Layout) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    let region = REGION.load(Relaxed);
    let header = if region == NO_REGION { Header::OUTSIDE } else { born(layout.size(), region) };
    // SAFETY: `base` is of `outer_layout(layout)`, so the offset lies inside it and a header fits before the block.
    unsafe {
        let block = header::block(base, layout);
        header::write(block, header);
        block
    }
}

/// A function of its own, with a frame of its own: the stack is walked from here.
#[inline(never)]
fn born(size: usize, region: u32) -> Header {
    let frame = walk::frame_pointer();
    let counted = thread::with(frame, |thread| {
        let site = thread.site_of(frame);
        thread.site(site).0.born(size as u64, level::seal());
        thread.change(size as i64, 1, size as u64);
        Header { region, site, born_at: thread.clock() }
    });
    counted.unwrap_or(Header::OUTSIDE)
}

#[inline(never)]
fn resized(of: Header, old: usize, new: usize) {
    thread::with(walk::frame_pointer(), |thread| {
        let seal = if new < old { level::seal_of_a_fall() } else { level::seal() };
        thread.site(of.site).0.resized(old as u64, new as u64, seal);
        thread.change(new as i64 - old as i64, 0, new.saturating_sub(old) as u64);
    });
}

#[inline(never)]
fn freed(of: Header, size: usize) {
    thread::with(walk::frame_pointer(), |thread| {
        let seal = level::seal_of_a_fall();
        let (site, lifetimes) = thread.site(of.site);
        site.freed(size as u64, thread.clock().saturating_sub(of.born_at), lifetimes, seal);
        thread.change(-(size as i64), -1, 0);
    });
}

impl Thread {
    #[inline]
    fn change(&self, bytes: i64, blocks: i64, clock_bytes: u64) {
        if self.owns() {
            level::change_own(bytes, blocks, clock_bytes);
        } else {
            level::change_other(&self.pending, bytes, blocks, clock_bytes);
        }
    }

    /// The allocation clock as this thread knows it.
    #[inline]
    fn clock(&self) -> u64 {
        level::clock() + self.pending.clock_bytes()
    }
}
