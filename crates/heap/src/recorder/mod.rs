//! The `heap` probe: it allocates from the system, puts a 16-byte header before each block, and
//! counts. The crate's README explains the whole mechanism.
//!
//! - `header`: the 16 bytes before each block. They make a free possible without a look-up or a
//!   lock.
//! - `unwind`: finds the stack of an allocation.
//! - `tables`: the tables of the process, which are the recording's file if there is an output
//!   folder; `output`: that file.
//! - `stacks`: stores each distinct stack once, as a numbered site; `index` is its hash table.
//! - `thread`: what one thread needs; `site`: the counters of one site in one thread.
//! - `peak`: live bytes over all sites, their peak, and the allocation clock; `curve`: live bytes
//!   over that clock.
//! - `scope`: what `limit` measures.
//! - `fork`: gives a forked child tables of its own.
//! - `follow`: whether the processes that this one makes are recorded.
//! - `errno`: keeps the program's error number; `note`: how a program shows that it has the recorder.
//! - `outer_blocks`: counts blocks of an allocator that has headers of its own.
//! - `linker`: whether code may have been loaded or unloaded.
//! - `block_site`: the site of a live block.
//! - `python`: Python frames in the stacks of a process that runs CPython.
//! - `totals`: sums, and the recording that a reader gets; `modules`: the files that addresses
//!   belong to; `marks`: marks on the curve.
//! - `zeroed`: memory for what is not part of the recording.
//!
//! The *allocation clock* counts the bytes allocated so far. It is the time axis of the curve and
//! of lifetimes, because it is the same in every run of the same program.

#[cfg(feature = "symbols")]
mod block_site;
mod curve;
mod errno;
mod follow;
mod fork;
mod header;
mod index;
mod linker;
mod marks;
mod modules;
mod note;
#[cfg(all(feature = "preload", target_os = "linux"))]
mod outer_blocks;
mod output;
mod peak;
#[cfg(all(feature = "preload", target_os = "linux"))]
mod python;
mod scope;
mod site;
mod stacks;
mod tables;
mod thread;
mod totals;
mod unwind;
mod zeroed;

#[cfg(feature = "symbols")]
pub(crate) use block_site::{block_site, record_stacks};
pub(crate) use follow::is_left_out;
pub(crate) use marks::add_mark;
pub(crate) use scope::{Scope, ScopeTotals, has_recorded};
pub(crate) use thread::untracked;
pub(crate) use totals::{close_region, take_recording};
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) use {
    follow::is_alone,
    linker::{declare_malloc, note_free_by_linker},
    note::is_in_program,
    outer_blocks::{record_alloc, record_free, record_realloc},
    python::{note_freed_code, set_block_watcher},
};
#[cfg(all(feature = "preload", target_os = "linux"))]
pub use {
    outer_blocks::{BlockOrigin, CLOCK_BITS, REGION_BITS},
    unwind::StackStart,
};

use header::{Header, NO_REGION};
use heaplab_profile::raw::tables::{COMMAND_BYTES, FILE_BYTES, MAGIC};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tables::hot;
use thread::ThreadTables;
#[cfg(not(all(feature = "preload", target_os = "linux")))]
use unwind::StackStart;
use unwind::with_stack_start;

/// The number of the last region that was opened. It goes on in forked children, so that blocks
/// from before the fork belong to no region of the child.
static LAST_REGION: AtomicU32 = AtomicU32::new(NO_REGION);

/// Opens a region that the calling thread owns. Blocks that are live now do not belong to it.
pub(crate) fn open_region() {
    start_if_needed();
    fork::set_region(NO_REGION);
    thread::claim_and_clear();
    open_next_region();
}

/// Opens a region with empty tables.
fn open_next_region() {
    // Without a region, nobody saw what the linker did.
    linker::note_call();
    peak::clear();
    marks::clear();
    curve::clear();
    hot().process.region.fetch_add(1, Relaxed);
    hot().process.is_open.store(1, Relaxed);
    let next = LAST_REGION.fetch_add(1, Relaxed).wrapping_add(1).max(NO_REGION + 1);
    fork::set_region(next);
}

/// The number of the open region; the process's first allocation opens one.
#[inline(always)]
fn current_region() -> u32 {
    match fork::region() {
        NO_REGION => start_if_needed(),
        region => region,
    }
}

/// Starts the recorder in a process that has no tables of its own yet: one that has just begun, or
/// a forked child. Returns the open region. It allocates nothing.
#[cold]
#[inline(never)]
fn start_if_needed() -> u32 {
    if !fork::is_started() {
        let _kept = errno::keep_errno();
        fork::start_once(start);
    }
    fork::region()
}

/// `live_at_fork`: the parent's live bytes, if this process is a forked child.
fn start(live_at_fork: Option<i64>) {
    if live_at_fork.is_some() {
        thread::reset();
    }
    let is_left_out = follow::is_left_out();
    if !tables::map(!is_left_out) {
        output::print_error(format_args!("no address space for the tables; nothing is recorded"));
        return;
    }
    let process = &hot().process;
    process.id.store(u64::from(std::process::id()), Relaxed);
    process.parent.store(u64::from(std::os::unix::process::parent_id()), Relaxed);
    process.started_unix_ns.store(curve::unix_ns(), Relaxed);
    process.recorder_address.store((start as fn(Option<i64>) as *const ()).addr() as u64, Relaxed);
    process.inherited_bytes.store(live_at_fork.unwrap_or(0).max(0).unsigned_abs(), Relaxed);
    let length = output::read_command_line(&hot().command);
    process.command_bytes.store(length.min(COMMAND_BYTES) as u64, Relaxed);
    stacks::reset();
    #[cfg(all(feature = "preload", target_os = "linux"))]
    python::reset();
    modules::reset();
    linker::locate();
    unwind::check_modules();
    hot().file_bytes.store(FILE_BYTES as u64, Relaxed);
    // From here on a reader finds a recording.
    hot().magic.store(MAGIC, Relaxed);
    // A child that is left out has tables of its own in memory, so that it never writes to its
    // parent's, and counts nothing unless it opens a region itself.
    if !is_left_out {
        open_next_region();
    }
}

/// Counts a library that was to be bound to the C library's own `free`, and was not.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) fn count_deep_bind() {
    if current_region() != NO_REGION {
        hot().process.deep_binds.fetch_add(1, Relaxed);
    }
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
            unsafe { scope::put_block_back(lifted, block, layout.size()) };
        }
        return new_base;
    }
    // SAFETY: `new_base` has the size and the alignment of `new_outer`, whose offset is `outer`'s.
    let moved = unsafe { header::block_from_base(new_base, layout) };
    let region = current_region();
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
        unsafe { scope::put_block_back(lifted, moved, new_size) };
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
    let region = fork::region();
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
    let region = current_region();
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

/// Gives this thread its tables, if the process records.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) fn prepare_thread() {
    if current_region() != NO_REGION {
        thread::prepare();
    }
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
    let counted = thread::with_current(move |thread| {
        let site = thread.find_site(&start);
        let row = thread.site(site);
        site::count_alloc(row, size as u64, peak::epoch());
        thread.apply_change(size as i64, size as u64);
        let alloc_clock = thread.clock();
        site::add_alloc_clock(row, alloc_clock);
        CountedAlloc { site: u64::from(site), alloc_clock }
    });
    counted.unwrap_or(CountedAlloc { site: 0, alloc_clock: 0 })
}

#[inline(never)]
fn count_realloc(site: u32, old: usize, new: usize) {
    thread::with_current(|thread| {
        let epoch = if new < old { peak::epoch_for_decrease() } else { peak::epoch() };
        site::count_realloc(thread.site(site), old as u64, new as u64, epoch);
        thread.apply_change(new as i64 - old as i64, new.saturating_sub(old) as u64);
    });
}

#[inline(never)]
fn count_free(site: u32, born_at: u64, size: usize) {
    thread::with_current(|thread| {
        let epoch = peak::epoch_for_decrease();
        let row = thread.site(site);
        let lifetime = site::count_free(row, size as u64, born_at, thread.clock(), epoch);
        if let Some(lifetimes) = thread.lifetimes(site) {
            site::count_lifetime(lifetimes, lifetime);
        }
        thread.apply_change(-(size as i64), 0);
    });
}

impl ThreadTables {
    #[inline(always)]
    fn apply_change(&self, bytes: i64, clock_bytes: u64) {
        if !peak::is_shared() && self.claim_or_is_owner() {
            peak::apply_alone(bytes, clock_bytes);
        } else {
            peak::apply_shared(self.row(), self.index(), &self.slack, bytes, clock_bytes);
        }
    }

    /// The allocation clock as this thread knows it: exact while it alone records; later it lacks
    /// what other threads have not yet added.
    #[inline(always)]
    fn clock(&self) -> u64 {
        peak::clock() + self.row().pending_clock_bytes.load(Relaxed)
    }
}
