//! The line that allocated a block is found, also within a `limit`, after growth and after the
//! region; outside of a region there is none. It runs without the test harness, whose own threads
//! allocate.

use heaplab_heap::{
    AllocSite, Heap, Limit, find_alloc_site, limit, live_bytes, region, resolve_lines, untracked,
};
use std::ptr::NonNull;

#[global_allocator]
static HEAP: Heap = Heap::recording();

/// Three blocks, and the line of the first; the others are on the next two.
#[inline(never)]
fn made() -> (Box<u64>, Vec<u64>, Box<u64>, u32) {
    let line = line!() + 1;
    let boxed = Box::new(7);
    let mut grown = Vec::with_capacity(1);
    let within = limit(Limit::new().blocks(1), || Box::new(8));
    (0..100).for_each(|i| grown.push(i));
    (boxed, grown, within, line)
}

fn born<T>(first: &T) -> Option<AllocSite> {
    // SAFETY: each caller's is the first value of a live block of the recorder's.
    unsafe { find_alloc_site(NonNull::from(first).cast()) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let open = region()?;
    let (boxed, grown, within, line) = made();
    let hidden = untracked(|| Box::new(9u64));
    let before = live_bytes();
    let births: Vec<AllocSite> =
        untracked(|| [born(&*boxed), born(&grown[0]), born(&*within)].into_iter().flatten().collect());
    let at = |line: u32| Some(format!("crates/heap/tests/born.rs:{line}"));
    let lines = resolve_lines(&births);
    assert_eq!(live_bytes(), before, "asking is not seen");
    assert_eq!(lines, [at(line), at(line + 1), at(line + 2)]);
    drop(open);

    let outside = Box::new(10u64);
    assert_eq!(resolve_lines(&[births[1], births[0], births[1]]), [at(line + 1), at(line), at(line + 1)]);
    assert_eq!(resolve_lines(&[]), []);
    assert_eq!(born(&*boxed), Some(births[0]), "a closed region forgets no header");
    assert_eq!(born(&*outside), None, "no region was open");
    assert_eq!(born(&*hidden), None, "it was made untracked");
    println!("born: ok");
    Ok(())
}
