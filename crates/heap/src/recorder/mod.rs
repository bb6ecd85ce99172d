//! The `heap` probe: the system's allocator with a header before each block and counters beside it.
//!
//! - `header`: the 16 bytes before each block: where and when it was born, so that a free needs no look-up and no lock.
//! - `walk`: the stack of an allocation.
//! - `stacks`: every distinct stack, once; `index`: how it is found.
//! - `thread`: what one thread counts; `site`: at one stack.
//! - `level`: what is live over all sites, its peak, the allocation clock; `curve`: its points.
//! - `fork`: why a forked child records nothing.
//! - `births`: where a live block was born, for those who hold it.
//! - `scope`: what `limit` counts of the threads that are in it.
//! - `snapshot`: the sums; `modules`: what addresses belong to.
//! - `zeroed`: memory for all of that.

#[cfg(feature = "symbols")]
mod births;
mod curve;
mod fork;
mod header;
mod index;
mod level;
mod marks;
mod modules;
mod scope;
mod site;
mod snapshot;
mod stacks;
mod thread;
mod walk;
mod zeroed;

#[cfg(feature = "symbols")]
pub(crate) use births::{site_of, stacks_of};
pub(crate) use fork::is_child;
pub use marks::mark;
pub(crate) use scope::{Measured, Scope, has_recorded};
pub use snapshot::HeapTotals;
pub(crate) use snapshot::{close, close_for_good, recording};
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
    thread::own_and_clear();
    curve::clear();
    REGION.store(LAST_REGION.fetch_add(1, Relaxed) + 1, Relaxed);
}

/// Before the program's first event, where that can be had.
pub(crate) fn begin() {
    fork::watch();
    curve::start();
}

/// Whether the region is the process: no other was ever opened.
pub(crate) fn is_whole_process() -> bool {
    LAST_REGION.load(Relaxed) == 1
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
    let is_scoped = scope::is_tagged(before) || scope::is_entered();
    let lifted = if is_scoped { scope::lifted(before, block) } else { None };
    // SAFETY: `base` was allocated with `outer` by the system; the new size is not zero.
    let new_base = unsafe { System.realloc(base, outer, new_outer.size()) };
    if new_base.is_null() {
        if lifted.is_some() {
            // SAFETY: the block stays where it was, with its header.
            unsafe { scope::settled(before, lifted, block, layout.size()) };
        }
        return new_base;
    }
    // SAFETY: `new_base` has the size and the alignment of `new_outer`, whose offset is `outer`'s.
    let moved = unsafe { header::block(new_base, layout) };
    let region = REGION.load(Relaxed);
    if region != NO_REGION {
        if before.region == region {
            resized(before.site, layout.size(), new_size);
        } else {
            // Born outside: dhat counts such a block as new when it is reallocated, and so do we.
            // SAFETY: `moved` has room for a header before it.
            unsafe { header::write(moved, born_in(region, new_size)) };
        }
    }
    if is_scoped {
        // SAFETY: `moved` has a header, its own or the one that was just written.
        unsafe { scope::settled(before, lifted, moved, new_size) };
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
        freed(before.site, before.born_at, layout.size());
    }
    // Before the system has the address back: another thread of the scope may get it at once.
    if scope::is_tagged(before) {
        // SAFETY: as above. PERF: read again, so that the one above stays in registers.
        scope::freed(unsafe { header::read(block) }, block);
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
    let header = if region == NO_REGION { Header::OUTSIDE } else { born_in(region, layout.size()) };
    // SAFETY: `base` is of `outer_layout(layout)`, so the offset lies inside it and a header fits before the block.
    unsafe {
        let block = header::block(base, layout);
        header::write(block, header);
        if scope::is_entered() {
            // PERF: read back, so that the header above stays in registers.
            header::write(block, scope::born(header::read(block), block, layout.size()));
        }
        block
    }
}

/// Counts a new block of the region and says what its header is.
#[inline(always)]
fn born_in(region: u32, size: usize) -> Header {
    match born(size) {
        (0, _) => Header::OUTSIDE,
        (site, born_at) => Header { region, site: site as u32, born_at },
    }
}

/// A function of its own, with a frame of its own: the stack is walked from here. Gives the site, 0 where nothing was
/// counted, and the clock. PERF: two numbers come back in registers; a header came back through memory, in pieces, and to
/// read it at once was a fifth of an event.
#[inline(never)]
fn born(size: usize) -> (u64, u64) {
    let frame = walk::frame_pointer();
    let counted = thread::with(|thread| {
        let site = thread.site_of(frame);
        let row = thread.site(site).0;
        row.born(size as u64, level::seal());
        thread.change(size as i64, 1, size as u64);
        let clock = thread.clock();
        row.born_at(clock);
        (u64::from(site), clock)
    });
    counted.unwrap_or((0, 0))
}

#[inline(never)]
fn resized(site: u32, old: usize, new: usize) {
    thread::with(|thread| {
        let seal = if new < old { level::seal_of_a_fall() } else { level::seal() };
        thread.site(site).0.resized(old as u64, new as u64, seal);
        thread.change(new as i64 - old as i64, 0, new.saturating_sub(old) as u64);
    });
}

#[inline(never)]
fn freed(site: u32, born_at: u64, size: usize) {
    thread::with(|thread| {
        let seal = level::seal_of_a_fall();
        let (site, lifetimes) = thread.site(site);
        site.freed(size as u64, born_at, thread.clock(), lifetimes, seal);
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
        if self.is_owner() { level::clock() } else { level::told_clock() + self.pending.clock_bytes() }
    }
}
