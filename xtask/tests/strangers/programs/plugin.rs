//! A library that carries the recorder.

use heaplab_heap::Heap;
use std::hint::black_box;

#[global_allocator]
static HEAP: Heap = Heap::recording();

/// What the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_entry() -> i32 {
    hold_in_plugin();
    black_box(0)
}

#[inline(never)]
fn hold_in_plugin() {
    for _ in 0..5 {
        std::mem::forget(black_box(Box::new(black_box([1u8; 5_555]))));
    }
    black_box(());
}
