//! When arenas come and when they go, and that the look inside agrees with what was asked for.

use heaplab_pymalloc::{ARENA_BYTES, ArenaState, Block, BlockState, Global, POOL_BYTES, PoolState, Pymalloc};
use std::collections::BTreeSet;

/// Blocks of 512 bytes: 7 a pool, 64 pools an arena.
const BLOCKS_AN_ARENA: usize = (POOL_BYTES - 48) / 512 * (ARENA_BYTES / POOL_BYTES);

type Slots<'a> = Vec<Option<Block<'a, Pymalloc<Global>>>>;

fn full_arenas(allocator: &Pymalloc<Global>, arenas: usize) -> Slots<'_> {
    (0..arenas * BLOCKS_AN_ARENA).map(|i| Some(Block::new_filled(allocator, 512, i as u8))).collect()
}

#[test]
fn an_arena_goes_back_when_its_last_block_is_freed_and_one_is_kept() {
    let allocator = Pymalloc::new(Global);
    let mut slots = full_arenas(&allocator, 4);
    assert_eq!((allocator.arena_counts().made, allocator.arena_counts().returned), (4, 0));

    // All but one block of each arena: nothing goes back.
    for slot in slots.iter_mut().enumerate().filter(|(i, _)| i % BLOCKS_AN_ARENA != 3).map(|(_, slot)| slot) {
        *slot = None;
    }
    assert_eq!(allocator.arena_counts().returned, 0);

    for arena in 0..4 {
        slots[arena * BLOCKS_AN_ARENA + 3] = None;
        assert_eq!(allocator.arena_counts().returned, (arena as u64 + 1).min(3), "after arena {arena}");
    }
    // The one that was kept serves the next block.
    drop(Block::new_filled(&allocator, 16, 0));
    assert_eq!(allocator.arena_counts().made, 4);
}

#[test]
fn a_new_pool_comes_from_the_fullest_arena() {
    let allocator = Pymalloc::new(Global);
    let mut slots = full_arenas(&allocator, 2);
    // Pools of 7: three of them free in the first arena, ten in the second.
    for slot in slots[..21].iter_mut() {
        *slot = None;
    }
    for slot in slots[BLOCKS_AN_ARENA..BLOCKS_AN_ARENA + 70].iter_mut() {
        *slot = None;
    }
    let _other: Vec<_> = (0..3).map(|i| Block::new_filled(&allocator, 16 * (i + 1), 1)).collect();
    let free = |arena: &ArenaState| arena.pools.iter().filter(|&pool| *pool == PoolState::Free).count();
    assert_eq!(allocator.inspect().iter().map(free).collect::<Vec<_>>(), [0, 10]);
}

#[test]
fn the_block_freed_last_is_handed_out_first() {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let [first, second, _third] = [1, 2, 3].map(|fill| Block::new_filled(&allocator, 40, fill));
    let addresses = [second.address(), first.address()];
    drop(first);
    drop(second);
    let again = [4, 5].map(|fill| Block::new_filled(&allocator, 33, fill));
    assert_eq!(again.each_ref().map(Block::address), addresses);
}

#[test]
fn the_look_inside_is_the_blocks() {
    let allocator: Pymalloc<Global> = Pymalloc::new(Global);
    let mut slots: Slots = (0..3_000).map(|i| Some(Block::new_filled(&allocator, 1 + i % 500, 7))).collect();
    slots.iter_mut().step_by(3).for_each(|slot| *slot = None);
    let seen: BTreeSet<usize> = allocator
        .inspect()
        .into_iter()
        .flat_map(|arena| arena.pools)
        .flat_map(|pool| match pool {
            PoolState::Free => Vec::new(),
            PoolState::OfClass { blocks, .. } => blocks,
        })
        .filter_map(|block| match block {
            BlockState::Used(address) => Some(address),
            BlockState::Free => None,
        })
        .collect();
    assert_eq!(seen, slots.iter().flatten().map(Block::address).collect());
}
