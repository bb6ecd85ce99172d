//! What every byte of every arena is used for, for pictures and tests. The allocator does not know
//! how much of a block was requested.

use crate::Global;
use crate::Pymalloc;
use crate::arena::{Arena, HEADER_BYTES, Pool};
use crate::class::{POOL_BYTES, POOLS_PER_ARENA};
use std::collections::BTreeSet;
use std::ptr::NonNull;

/// The pools of one arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaState {
    /// The number of arenas that were made before it.
    pub number: u64,
    /// All 64, in the order of their addresses.
    pub pools: Vec<PoolState>,
}

/// What a pool is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolState {
    /// No block is in use: any class may have it next.
    Free,
    /// It has blocks of one class.
    OfClass {
        /// The size of each block.
        block_bytes: usize,
        /// The size of the header before the blocks.
        header_bytes: usize,
        /// In the order of their addresses. The bytes after the last block are too few for another.
        blocks: Vec<BlockState>,
    },
}

/// What a block is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// In use, at this address.
    Used(usize),
    /// Not in use.
    Free,
}

impl PoolState {
    /// How many of its blocks are in use.
    pub fn used_blocks(&self) -> usize {
        match self {
            PoolState::Free => 0,
            PoolState::OfClass { blocks, .. } => {
                blocks.iter().filter(|&&block| block != BlockState::Free).count()
            }
        }
    }
}

/// Only over [`Global`]: inspecting allocates from the global allocator while it holds the lock. If
/// this allocator were the global one, it would wait for itself.
impl<const STEP: usize> Pymalloc<Global, STEP> {
    /// Every arena, in the order in which they were made.
    pub fn inspect(&self) -> Vec<ArenaState> {
        let mut arenas: Vec<ArenaState> = self.pools.run_locked(|pools| {
            // SAFETY: under the lock the arenas are alive and nothing changes them.
            pools.arenas().map(|arena| inspect_arena(unsafe { arena.as_ref() })).collect()
        });
        arenas.sort_by_key(|arena| arena.number);
        arenas
    }
}

fn inspect_arena(arena: &Arena) -> ArenaState {
    let (started, free) = arena.pools();
    let free: BTreeSet<NonNull<u8>> = free.collect();
    let mut pools: Vec<PoolState> = started
        .map(|place| {
            if free.contains(&place) {
                return PoolState::Free;
            }
            // SAFETY: a started pool that is not free has a header.
            let pool = unsafe { place.cast::<Pool>().as_ref() };
            let block_bytes = pool.class().block_bytes();
            let (first, free) = (place.addr().get() + HEADER_BYTES, pool.free_blocks());
            let addresses = (first..).step_by(block_bytes).take((POOL_BYTES - HEADER_BYTES) / block_bytes);
            let blocks = addresses
                .map(|block| if free.contains(&block) { BlockState::Free } else { BlockState::Used(block) })
                .collect();
            PoolState::OfClass { block_bytes, header_bytes: HEADER_BYTES, blocks }
        })
        .collect();
    pools.resize(POOLS_PER_ARENA, PoolState::Free);
    ArenaState { number: arena.number(), pools }
}
