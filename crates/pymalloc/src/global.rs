//! The program's own allocator as a value. An allocator that stands on it is seen by whatever
//! measures the program: under the heap probe, pymalloc's arenas are blocks of 256 KiB with a line
//! that asked for them. What is in an arena, the recorder cannot see.

use std::alloc::{GlobalAlloc, Layout};

/// Whatever `#[global_allocator]` is. Never put an allocator that stands on it there: it would ask
/// itself.
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
