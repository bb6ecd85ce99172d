//! For people who come from Python: six words of Rust, each a program beside the same program in
//! Python. `cargo xtask primer rc` runs the two of a word; README.md explains what they print.
//!
//! The library is what the programs ask for bytes: how many did the allocator hand out?

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static LIVE_BYTES: AtomicUsize = AtomicUsize::new(0);

struct CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

// SAFETY: the system's allocator does the work; what it hands out and takes back is only counted.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE_BYTES.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller promises to us what we promise to the system.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE_BYTES.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller promises to us what we promise to the system.
        unsafe { System.dealloc(block, layout) }
    }
}

/// The bytes on the heap that were asked for and not yet given back.
pub fn live_bytes() -> usize {
    LIVE_BYTES.load(Relaxed)
}

/// Whether something is so, in a word that both languages print.
pub fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}
