//! The program's own allocator as a value. The arenas of an allocator on top of it are measured with
//! the program: under the heap probe they are blocks of 256 KiB with the line that allocated them.
//! The recorder cannot see inside an arena.

use std::alloc::{GlobalAlloc, Layout};

/// The program's `#[global_allocator]`. An allocator on top of it must not become the global one,
/// since it would then call itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Global;

// SAFETY: every call is passed on as it came.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { std::alloc::alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { std::alloc::dealloc(block, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { std::alloc::alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { std::alloc::realloc(block, layout, new_size) }
    }
}
