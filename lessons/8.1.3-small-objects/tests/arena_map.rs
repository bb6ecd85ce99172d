//! The maps of arenas and pools add up, and agree with what was requested.

use heaplab_lesson::{MemoryState, Text};
use heaplab_pymalloc::{ARENA_BYTES, Block, Global, POOL_BYTES, Pymalloc};
use small_objects::{draw_arenas, draw_pools};

type Slots<'a> = Vec<Option<Block<'a, Pymalloc<Global>>>>;

#[test]
fn the_map_adds_up() {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let mut slots: Slots = (0..20_000).map(|i| Some(Block::new_filled(&allocator, 1 + i % 200, 7))).collect();
    slots.iter_mut().take(15_000).for_each(|slot| *slot = None);
    let title = Text::default();
    let map = draw_arenas("map", title, &allocator, &slots);
    assert_eq!(map.rows.len() as u64, allocator.arena_counts().made);
    assert!(
        map.rows.iter().all(|row| row.spans.iter().map(|span| span.bytes).sum::<u64>() == ARENA_BYTES as u64)
    );
    let bytes_of = |state| {
        let spans = map.rows.iter().flat_map(|row| &row.spans);
        spans.filter(|span| span.state == state).map(|span| span.bytes).sum::<u64>()
    };
    let asked_for: usize = slots.iter().flatten().map(|block| block.bytes().len()).sum();
    assert_eq!(bytes_of(MemoryState::Used), asked_for as u64);
    assert_eq!(bytes_of(MemoryState::Returned), allocator.arena_counts().returned * ARENA_BYTES as u64);
    assert!(
        allocator.arena_counts().returned > 0
            && bytes_of(MemoryState::Free) > 0
            && bytes_of(MemoryState::Wasted) > 0
    );

    let single = draw_pools("pools", &allocator, &slots);
    assert!(!single.rows.is_empty() && single.rows.len() <= 8, "{} rows", single.rows.len());
    assert!(
        single
            .rows
            .iter()
            .all(|row| row.spans.iter().map(|span| span.bytes).sum::<u64>() == POOL_BYTES as u64)
    );
}
