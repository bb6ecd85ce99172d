//! Several threads in one region: sums stay exact, also for blocks that another thread frees, and
//! the peak is within its bound.

use heaplab_heap::{Heap, Totals, region};
use std::alloc::{GlobalAlloc, Layout};
use std::sync::Barrier;

static HEAP: Heap = Heap::recording();

#[test]
fn sums_are_exact_and_the_peak_is_bounded() {
    const BLOCKS: usize = 20_000;
    let layout = Layout::from_size_align(48, 8).unwrap();
    let all_made = Barrier::new(2);
    heaplab_at_work();
    let open = region().unwrap();
    let make = || -> Vec<usize> {
        // SAFETY: the layout is not empty.
        let made = (0..BLOCKS).map(|_| unsafe { HEAP.alloc(layout) }.addr()).collect();
        all_made.wait();
        made
    };
    let theirs = std::thread::scope(|scope| {
        let other = scope.spawn(make);
        let mine = make();
        for address in mine {
            // SAFETY: made above with this layout.
            unsafe { HEAP.dealloc(std::ptr::with_exposed_provenance_mut(address), layout) };
        }
        other.join().unwrap()
    });
    // Freed here, allocated by the other thread; one of them stays.
    for &address in &theirs[1..] {
        // SAFETY: made by the other thread with this layout, and handed over.
        unsafe { HEAP.dealloc(std::ptr::with_exposed_provenance_mut(address), layout) };
    }
    let Totals::Heap(totals) = open.close() else { panic!("the recorder is not at work") };
    assert_eq!(totals.total_blocks, 2 * BLOCKS as u64);
    assert_eq!(totals.total_bytes, 2 * 48 * BLOCKS as u64);
    assert_eq!((totals.end_blocks, totals.end_bytes), (1, 48));
    // All blocks of both threads were live at the barrier, and never more. The thread that does not
    // own the region may hold back 64 KiB in each direction.
    let error = totals.peak_bytes.abs_diff(2 * 48 * BLOCKS as u64);
    assert!(error <= 128 << 10, "{error}");
    assert!(!totals.single_threaded);
    // SAFETY: the last one that is left.
    unsafe { HEAP.dealloc(std::ptr::with_exposed_provenance_mut(theirs[0]), layout) };
}

/// The first call decides on the probe: here HEAP is not the program's allocator, so nothing has
/// called it yet.
fn heaplab_at_work() {
    let layout = Layout::new::<u64>();
    // SAFETY: the layout is not empty; the block is freed with it.
    unsafe { HEAP.dealloc(HEAP.alloc(layout), layout) };
}
