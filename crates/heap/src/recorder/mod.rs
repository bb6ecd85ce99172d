//! The `heap` probe: it allocates from the system, puts a 16-byte header before each block, and
//! counts. The crate's README explains the whole mechanism.
//!
//! - `header`: the 16 bytes before each block. They make a free possible without a look-up or a
//!   lock.
//! - `unwind`: finds the stack of an allocation.
//! - `stacks`: stores each distinct stack once, as a numbered site; `index` is its hash table.
//! - `thread`: the tables of one thread; `site`: the counters of one site in one thread.
//! - `peak`: live bytes over all sites, their peak, and the allocation clock; `curve`: live bytes
//!   over that clock.
//! - `scope`: what `limit` measures.
//! - `fork`: turns the recorder off in a forked child.
//! - `block_site`: the site of a live block.
//! - `totals`: sums, and the recording that a reader gets; `modules`: the files that addresses
//!   belong to; `marks`: marks on the curve.
//! - `zeroed`: memory for the tables.
//!
//! The *allocation clock* counts the bytes allocated so far. It is the time axis of the curve and
//! of lifetimes, because it is the same in every run of the same program.

#[cfg(feature = "symbols")]
mod block_site;
mod curve;
mod fork;
mod header;
mod index;
mod marks;
mod modules;
mod peak;
mod scope;
mod site;
mod stacks;
mod thread;
mod totals;
mod unwind;
mod zeroed;

#[cfg(feature = "symbols")]
pub(crate) use block_site::{block_site, record_stacks};
pub(crate) use fork::is_child;
pub use marks::mark;
pub(crate) use scope::{Scope, ScopeTotals, has_recorded};
pub(crate) use thread::untracked;
pub(crate) use totals::{close_at_exit, close_region, take_recording};

use header::{Header, NO_REGION};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use thread::ThreadTables;
use unwind::{StackStart, with_stack_start};

/// The number of the open region. The process itself is region 1 until `region()` opens another.
static REGION: AtomicU32 = AtomicU32::new(1);
static LAST_REGION: AtomicU32 = AtomicU32::new(1);

/// Opens a region that the calling thread owns. Blocks that are live now do not belong to it.
pub(crate) fn open_region() {
    REGION.store(NO_REGION, Relaxed);
    peak::clear();
    marks::clear();
    thread::claim_and_clear();
    curve::clear();
    REGION.store(LAST_REGION.fetch_add(1, Relaxed) + 1, Relaxed);
}

/// Starts the clock and registers the fork handler. Called before the program's first allocation
/// where that is possible.
pub(crate) fn start_process_region() {
    thread::register_fork_handler();
    curve::start_clock();
}

/// Whether no region was ever opened, so that the region is the whole process.
pub(crate) fn is_whole_process() -> bool {
    LAST_REGION.load(Relaxed) == 1
}

pub(crate) fn live_bytes() -> u64 {
    peak::live_bytes().unsigned_abs()
}

/// # Safety
/// As [`GlobalAlloc::alloc`].
#[inline]
pub(crate) unsafe fn alloc(layout: Layout) -> *mut u8 {
    let Some(outer) = header::outer_layout(layout) else { return std::ptr::null_mut() };
    // SAFETY: `outer` is larger than zero.
    let base = unsafe { System.alloc(outer) };
    // SAFETY: `base` is null or was just allocated with `outer`.
    unsafe { finish_alloc(base, layout) }
}

/// # Safety
/// As [`GlobalAlloc::alloc_zeroed`]. Only the header's page is touched: the system provides the
/// other pages when they are first used.
#[inline]
pub(crate) unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    let Some(outer) = header::outer_layout(layout) else { return std::ptr::null_mut() };
    // SAFETY: `outer` is larger than zero.
    let base = unsafe { System.alloc_zeroed(outer) };
    // SAFETY: `base` is null or was just allocated with `outer`.
    unsafe { finish_alloc(base, layout) }
}

/// # Safety
/// As [`GlobalAlloc::realloc`], for a block that this module allocated.
#[inline]
pub(crate) unsafe fn realloc(block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
    // The caller checked `new_size` for the inner layout only; with the header it may exceed
    // `isize::MAX`.
    let fits = Layout::from_size_align(new_size, layout.align()).ok().and_then(header::outer_layout);
    let (Some(outer), Some(new_outer)) = (header::outer_layout(layout), fits) else {
        return std::ptr::null_mut();
    };
    // SAFETY: `block` was handed out with this layout.
    let (base, before) = unsafe { (header::base_from_block(block, layout), header::read(block)) };
    let is_scoped = scope::is_tagged(before) || scope::is_entered();
    let lifted = if is_scoped { scope::take_block(before, block) } else { None };
    // SAFETY: `base` was allocated with `outer` by the system; the new size is not zero.
    let new_base = unsafe { System.realloc(base, outer, new_outer.size()) };
    if new_base.is_null() {
        if lifted.is_some() {
            // SAFETY: the block stays where it was, with its header.
            unsafe { scope::put_block_back(before, lifted, block, layout.size()) };
        }
        return new_base;
    }
    // SAFETY: `new_base` has the size and the alignment of `new_outer`, whose offset is `outer`'s.
    let moved = unsafe { header::block_from_base(new_base, layout) };
    let region = REGION.load(Relaxed);
    if region != NO_REGION {
        if before.region == region {
            count_realloc(before.site, layout.size(), new_size);
        } else {
            // The block was allocated outside the region: like dhat, we count it as new when it is
            // reallocated. SAFETY: `moved` has room for a header before it.
            unsafe { header::write(moved, count_alloc_in(region, new_size)) };
        }
    }
    if is_scoped {
        // SAFETY: `moved` has a header, its own or the one that was just written.
        unsafe { scope::put_block_back(before, lifted, moved, new_size) };
    }
    moved
}

/// # Safety
/// As [`GlobalAlloc::dealloc`], for a block that this module allocated.
#[inline]
pub(crate) unsafe fn dealloc(block: *mut u8, layout: Layout) {
    // The block was allocated with this layout, so the outer layout exists.
    let Some(outer) = header::outer_layout(layout) else { return };
    // SAFETY: `block` was handed out with this layout.
    let (base, before) = unsafe { (header::base_from_block(block, layout), header::read(block)) };
    let region = REGION.load(Relaxed);
    if region != NO_REGION && before.region == region {
        count_free(before.site, before.alloc_clock, layout.size());
    }
    // This must happen before the system gets the address back: another thread of the scope may get
    // it at once.
    if scope::is_tagged(before) {
        // SAFETY: as above. PERF: read again, so that the one above stays in registers.
        scope::record_free(unsafe { header::read(block) }, block);
    }
    // SAFETY: `base` was allocated with `outer` by the system.
    unsafe { System.dealloc(base, outer) };
}

/// Counts a new block, writes its header, and returns the address that the program sees.
///
/// # Safety
/// `base` is null or a fresh allocation of `outer_layout(layout)`.
#[inline]
unsafe fn finish_alloc(base: *mut u8, layout: Layout) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    let region = REGION.load(Relaxed);
    let header = if region == NO_REGION { Header::OUTSIDE } else { count_alloc_in(region, layout.size()) };
    // SAFETY: `base` is of `outer_layout(layout)`, so the offset lies inside it and a header fits
    // before the block.
    unsafe {
        let block = header::block_from_base(base, layout);
        header::write(block, header);
        if scope::is_entered() {
            // PERF: read back, so that the header above stays in registers.
            header::write(block, scope::record_alloc(header::read(block), block, layout.size()));
        }
        block
    }
}

/// Counts a new block of the region and returns its header.
#[inline(always)]
fn count_alloc_in(region: u32, size: usize) -> Header {
    // SAFETY: the function takes a number and returns two.
    let counted = unsafe { count_alloc(size) };
    match counted.site {
        0 => Header::OUTSIDE,
        site => Header { region, site: site as u32, alloc_clock: counted.alloc_clock },
    }
}

/// The site of a counted allocation (0 if it was not counted) and the allocation clock. PERF: two
/// numbers are returned in registers. A header was returned through memory in pieces, and reading
/// it back took a fifth of an event.
#[repr(C)]
struct CountedAlloc {
    site: u64,
    alloc_clock: u64,
}

with_stack_start! {
    /// Counts an allocation, with the stack that starts at the caller.
    fn count_alloc(size: usize) -> CountedAlloc = count_alloc_at;
}

extern "C" fn count_alloc_at(
    size: usize,
    return_address: u64,
    stack_pointer: usize,
    frame_pointer: usize,
) -> CountedAlloc {
    let start = StackStart { return_address, stack_pointer, frame_pointer };
    let counted = thread::with_current(|thread| {
        let site = thread.find_site(&start);
        let row = thread.site(site).0;
        row.count_alloc(size as u64, peak::epoch());
        thread.apply_change(size as i64, 1, size as u64);
        let alloc_clock = thread.clock();
        row.add_alloc_clock(alloc_clock);
        CountedAlloc { site: u64::from(site), alloc_clock }
    });
    counted.unwrap_or(CountedAlloc { site: 0, alloc_clock: 0 })
}

#[inline(never)]
fn count_realloc(site: u32, old: usize, new: usize) {
    thread::with_current(|thread| {
        let seal = if new < old { peak::epoch_for_decrease() } else { peak::epoch() };
        thread.site(site).0.count_realloc(old as u64, new as u64, seal);
        thread.apply_change(new as i64 - old as i64, 0, new.saturating_sub(old) as u64);
    });
}

#[inline(never)]
fn count_free(site: u32, born_at: u64, size: usize) {
    thread::with_current(|thread| {
        let seal = peak::epoch_for_decrease();
        let (site, lifetimes) = thread.site(site);
        site.count_free(size as u64, born_at, thread.clock(), lifetimes, seal);
        thread.apply_change(-(size as i64), -1, 0);
    });
}

impl ThreadTables {
    #[inline]
    fn apply_change(&self, bytes: i64, blocks: i64, clock_bytes: u64) {
        if self.claim_or_is_owner() {
            peak::apply_owner_change(bytes, blocks, clock_bytes);
        } else {
            peak::apply_other_change(&self.pending, bytes, blocks, clock_bytes);
        }
    }

    /// The allocation clock as this thread knows it: exact for the owner, and for other threads at
    /// most 64 KiB and one block behind.
    #[inline]
    fn clock(&self) -> u64 {
        if self.is_owner() { peak::clock() } else { peak::published_clock() + self.pending.clock_bytes() }
    }
}
