//! A look inside: what every byte of every arena is to the allocator. It does not know how much of
//! a block was asked for.

use crate::Global;
use crate::Pymalloc;
use crate::arena::{Arena, HEADER_BYTES, Pool};
use crate::class::{POOL_BYTES, POOLS_PER_ARENA};
use std::collections::BTreeSet;
use std::ptr::NonNull;

/// One arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaState {
    /// From 0, in the order of birth.
    pub number: u64,
    /// All 64, in the order of their addresses.
    pub pools: Vec<PoolState>,
}

/// One pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolState {
    /// Without a block in use: 4 KiB for whichever class asks first.
    Free,
    /// With blocks of one class.
    OfClass {
        /// The size of each.
        block_bytes: usize,
        /// The pool's own, before the blocks.
        header_bytes: usize,
        /// In the order of their addresses. What is left behind the last is too short for a block.
        blocks: Vec<BlockState>,
    },
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockState {
    /// In use, at this address.
    Used(usize),
    /// Free.
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

/// Over [`Global`] alone: the look allocates from there while it holds the lock, and would wait for
/// itself over an allocator that is the program's.
impl<const STEP: usize> Pymalloc<Global, STEP> {
    /// Every arena, in the order of birth.
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
