//! Compares recorded stacks with the `backtrace` crate: through ordinary calls, through libc's
//! `qsort` (which has no frame pointers), deeper than is kept, and from a named thread.

use heaplab_heap::{Heap, region, take_recording};
use heaplab_profile::raw::{RawRecording, RawSite};
use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_int, c_void};
use std::sync::Mutex;

static HEAP: Heap = Heap::recording();
/// What the backtrace crate found beside each allocation, by the size of the block.
static SEEN: Mutex<Vec<(usize, Vec<u64>)>> = Mutex::new(Vec::new());

/// Allocates a block of a size that nothing else uses, and stores the stack that the unwind tables
/// give here.
#[inline(never)]
fn allocate(size: usize) {
    let mut seen = Vec::new();
    backtrace::trace(|frame| {
        // The frame of `_start` has no caller.
        seen.extend(Some(frame.ip() as u64).filter(|&address| address != 0));
        true
    });
    SEEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((size, seen));
    let layout = Layout::from_size_align(size, 8).expect("a small layout");
    // SAFETY: the layout is not empty.
    std::hint::black_box(unsafe { HEAP.alloc(layout) });
}

unsafe extern "C" fn compare(_: *const c_void, _: *const c_void) -> c_int {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| allocate(2_000));
    0
}

#[inline(never)]
fn recurse(depth: usize, size: usize) -> usize {
    if depth == 0 {
        allocate(size);
        return 0;
    }
    std::hint::black_box(recurse(depth - 1, size)) + 1
}

/// The stack of a site, the innermost frame first.
fn stack(raw: &RawRecording, site: &RawSite) -> Vec<u64> {
    let mut node = site.node;
    let mut addresses = Vec::new();
    while node != 0 {
        let at = raw.nodes[node as usize];
        addresses.push(at.address);
        node = at.parent;
    }
    addresses
}

fn site_of(raw: &RawRecording, size: usize) -> &RawSite {
    raw.sites.iter().find(|site| site.birth_bytes == size as u64).expect("each size has a site of its own")
}

/// The callers of `allocate`, as the backtrace crate saw them: the frames of the crate and of
/// `allocate` itself come first.
fn callers(size: usize, recorded: &[u64]) -> Vec<u64> {
    let seen = SEEN.lock().expect("no thread panics with the lock");
    let (_, seen) = seen.iter().find(|(of, _)| *of == size).expect("it was noted");
    let first = seen.iter().position(|address| recorded.contains(address)).expect("they share their callers");
    seen[first..].to_vec()
}

#[test]
fn stacks_are_whole() {
    allocate(8);
    let open = region().unwrap();
    allocate(1_000);
    let mut numbers = [3, 1, 2];
    // SAFETY: three elements of four bytes, and a comparison that reads none of them.
    unsafe { libc::qsort(numbers.as_mut_ptr().cast(), 3, 4, Some(compare)) };
    recurse(300, 3_000);
    recurse(60, 4_000);
    std::thread::Builder::new().name("worker-7".into()).spawn(|| allocate(5_000)).unwrap().join().unwrap();
    drop(open);
    let raw = take_recording().unwrap();

    for size in [1_000, 2_000, 4_000, 5_000] {
        let recorded = stack(&raw, site_of(&raw, size));
        let expected = callers(size, &recorded);
        assert!(expected.len() > 3 && recorded.ends_with(&expected), "{size}: {recorded:x?} {expected:x?}");
    }
    assert_eq!(raw.totals.slow_walks, 0, "all code has unwind tables");

    let deep = stack(&raw, site_of(&raw, 3_000));
    assert_eq!(
        (deep.len(), deep[127], raw.totals.cut_stacks),
        (128, 1, 1),
        "127 frames and the mark of a cut"
    );

    let worker = site_of(&raw, 5_000);
    assert_eq!(raw.threads[worker.thread as usize], "worker-7");
    assert!(raw.modules[0].base <= deep[0] && deep[0] < raw.modules[0].end);
}
