//! Several threads in one region: sums stay exact, also for blocks that another thread frees, and
//! the peak is within its bound.

use heaplab_heap::{Heap, Totals, region, take_recording};
use std::alloc::{GlobalAlloc, Layout};
use std::sync::{Barrier, Mutex};

static HEAP: Heap = Heap::recording();
/// Regions do not nest, and tests run at the same time.
static REGION_LOCK: Mutex<()> = Mutex::new(());

#[test]
fn sums_are_exact_and_the_peak_is_bounded() {
    const BLOCKS: usize = 20_000;
    let layout = Layout::from_size_align(48, 8).unwrap();
    let all_made = Barrier::new(2);
    let _alone = REGION_LOCK.lock().unwrap();
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
    // All blocks of both threads were live at the barrier, and never more.
    let expected = 2 * 48 * BLOCKS as u64;
    let error = totals.peak_bytes.abs_diff(expected);
    assert!(error <= expected / 100, "{error}");
    assert!(!totals.single_threaded);
    // SAFETY: the last one that is left.
    unsafe { HEAP.dealloc(std::ptr::with_exposed_provenance_mut(theirs[0]), layout) };
}

/// Each thread holds one block at a barrier, so the peak is known.
#[test]
fn the_peak_of_many_threads_is_within_one_percent() {
    let layout = Layout::from_size_align(10_000, 8).unwrap();
    let _alone = REGION_LOCK.lock().unwrap();
    heaplab_at_work();
    for threads in [4, 100, 1_000] {
        let all_made = Barrier::new(threads);
        let open = region().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    // SAFETY: the layout is not empty.
                    let block = unsafe { HEAP.alloc(layout) };
                    all_made.wait();
                    // SAFETY: made above with this layout.
                    unsafe { HEAP.dealloc(block, layout) };
                });
            }
        });
        let Totals::Heap(totals) = open.close() else { panic!("the recorder is not at work") };
        // This thread has recorded as well.
        let (expected, bound) = (10_000 * threads as u64, (threads as u64 + 1) * 1024);
        let error = totals.peak_bytes.abs_diff(expected);
        assert!(error <= (expected / 100).max(bound), "{threads} threads: {error}");
        let raw = take_recording().unwrap();
        assert!(raw.totals.peak_error_bytes <= (expected / 100).max(bound));
        let mut at_peak = std::collections::HashMap::<u32, i64>::new();
        raw.sites.iter().for_each(|site| *at_peak.entry(site.node).or_default() += site.peak_bytes);
        let largest = at_peak.values().max().copied().unwrap_or(0);
        assert!(largest <= totals.peak_bytes as i64, "a site of {largest} bytes");
    }
}

/// The first call decides on the probe: here HEAP is not the program's allocator, so nothing has
/// called it yet.
fn heaplab_at_work() {
    let layout = Layout::new::<u64>();
    // SAFETY: the layout is not empty; the block is freed with it.
    unsafe { HEAP.dealloc(HEAP.alloc(layout), layout) };
}
