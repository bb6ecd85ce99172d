//! What the chart says of the system's allocator is what malloc itself says, and what it says of
//! pymalloc holds.

use heaplab_lesson::BlockSize;
use heaplab_pymalloc::Pymalloc;
use mimalloc::MiMalloc;
use small_objects::Usable;
use std::alloc::System;

#[cfg(target_os = "linux")]
#[test]
fn the_systems_usable_bytes_are_mallocs() {
    for BlockSize { requested_bytes, usable_bytes, .. } in System.measure_sizes() {
        // SAFETY: a block of malloc, freed once.
        let by_malloc = unsafe {
            let block = libc::malloc(requested_bytes as usize);
            let usable = libc::malloc_usable_size(block);
            libc::free(block);
            usable as u64
        };
        // A remainder too small for a block of its own is handed out with the block: up to 16
        // bytes, by chance.
        assert!(
            (usable_bytes..=usable_bytes + 16).contains(&by_malloc),
            "{requested_bytes}: {usable_bytes}, {by_malloc}"
        );
    }
}

#[test]
fn pymalloc_rounds_up_to_its_step_and_leaves_large_blocks_below() {
    let at_16 = Pymalloc::<System>::new(System).measure_sizes();
    let at_8 = Pymalloc::<System, 8>::new(System).measure_sizes();
    for size in 1..=512 {
        assert_eq!(at_16[size - 1].usable_bytes, size.next_multiple_of(16) as u64);
        assert_eq!(at_8[size - 1].usable_bytes, size.next_multiple_of(8) as u64);
    }
    let usable = |seen: &[BlockSize]| seen[512..].iter().map(|seen| seen.usable_bytes).collect::<Vec<_>>();
    assert_eq!(usable(&at_16), usable(&System.measure_sizes()));
}

#[test]
fn alignment_is_the_step() {
    let lowest = |sizes: &[BlockSize]| sizes.iter().map(|size| size.alignment_bytes).min();
    assert_eq!(lowest(&Pymalloc::<System>::new(System).measure_sizes()), Some(16));
    assert_eq!(lowest(&Pymalloc::<System, 8>::new(System).measure_sizes()), Some(8));
    assert!(lowest(&MiMalloc.measure_sizes()[8..]) >= Some(8));
}
