//! Counting for an allocator that is not [`Heap`](crate::Heap) and keeps a header of its own before
//! each block: the C functions of `crates/preload`, which a program gets by `LD_PRELOAD` (feature
//! `preload`).
//!
//! The allocator calls [`record_alloc`] for each block that it hands out, stores the [`BlockOrigin`]
//! in the block's header, and gives it back to [`record_realloc`] and [`record_free`]. These
//! functions keep `errno`, allocate nothing from the allocator that calls them except on a thread's
//! first event (which is not counted), and may be called from a signal handler.
//!
//! With this feature, the recorder's thread-local state is in static thread-local storage, so that
//! reaching it never allocates. A library with it must be loaded when the program starts.

use crate::recorder;
use heaplab_profile::HeapTotals;
pub use recorder::{BlockOrigin, CLOCK_BITS, REGION_BITS, StackStart};

/// Counts a new block of `size` bytes, with the stack of the function that called the allocator. The
/// first call of a process starts the recorder.
#[inline]
pub fn record_alloc(size: usize, start: StackStart) -> BlockOrigin {
    recorder::record_alloc(size, start)
}

/// Counts that a block has a new size, and returns what its header has to hold from now on. A block
/// from before the region, and one that was not counted, counts as new.
#[inline]
pub fn record_realloc(
    origin: BlockOrigin,
    old_size: usize,
    new_size: usize,
    start: StackStart,
) -> BlockOrigin {
    recorder::record_realloc(origin, old_size, new_size, start)
}

/// Counts that a block is freed. A block from before the region is ignored.
#[inline]
pub fn record_free(origin: BlockOrigin, size: usize) {
    recorder::record_free(origin, size);
}

/// Gives this thread what it needs to record, before its first event. A thread asks the C library for
/// the bounds of its stack, by `pthread_getattr_np`. An allocator that replaces the C library's must
/// call this before that function begins: it holds a lock of the thread while it allocates.
pub fn prepare_thread() {
    recorder::prepare_thread();
}

/// Takes note if this is the return address of a call by which the dynamic linker frees something: it
/// may have unloaded code. To be called for each `free`.
#[inline(always)]
pub fn note_free_by_linker(return_address: u64) {
    recorder::note_free_by_linker(return_address);
}

/// Notes that a block was freed that the function of [`set_block_watcher`] was asked to watch.
#[cold]
pub fn note_watched_free() {
    recorder::note_freed_code();
}

/// Says that the allocator is the process's `malloc`, so that it sees what the dynamic linker allocates
/// and calls [`note_free_by_linker`]. To be called before the first block is recorded.
pub fn declare_malloc() {
    recorder::declare_malloc();
}

/// Sets the function that watches blocks. It gets the address of a block and the size that the program
/// asked for, and returns whether it is such a block and [`note_watched_free`] will be called when it is
/// freed. 16 bytes before the address can be read. The recorder needs this to know when a Python code
/// object has ended.
pub fn set_block_watcher(watcher: unsafe fn(usize, usize) -> bool) {
    recorder::set_block_watcher(watcher);
}

/// Opens a region: what the process did before is not part of its figures. Returns false if a region
/// is open already.
pub fn begin_region() -> bool {
    crate::region::open_recorded_region()
}

/// Closes the region that [`begin_region`] opened, and returns what it counted; nothing is counted
/// afterwards. Returns `None` if no region is open.
pub fn end_region() -> Option<HeapTotals> {
    crate::region::close_recorded_region()
}

/// Whether the program itself has the recorder. Then a library that was loaded into it must not
/// record as well.
pub fn is_recorder_in_program() -> bool {
    recorder::is_in_program()
}

/// Counts a library that was to be loaded with `RTLD_DEEPBIND`, and was loaded without.
pub fn count_deep_bind() {
    recorder::count_deep_bind();
}

/// Whether this process is to be recorded and the programs that it starts are not
/// (`HEAPLAB_FOLLOW=0`).
pub fn is_alone() -> bool {
    recorder::is_alone()
}

/// Whether the environment asks for another probe than the recorder (`HEAPLAB_PROBE`), or for the
/// recorder in another process alone (`HEAPLAB_FOLLOW`).
pub fn is_other_probe_wanted() -> bool {
    crate::probe::get_or_decide(crate::Probe::Heap).probe() != crate::Probe::Heap
}
