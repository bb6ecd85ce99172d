//! A look inside: what every byte of every arena is to the allocator. It does not know how much of a block was asked for.

use super::Pymalloc;
use super::arena::Arena;
use super::class::{POOL_BYTES, POOLS_AN_ARENA};
use super::pool::{HEADER_BYTES, Pool};
use crate::Global;
use std::collections::BTreeSet;
use std::ptr::NonNull;

/// One arena.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaLook {
    /// From 0, in the order of birth.
    pub number: u64,
    /// All 64, in the order of their addresses.
    pub pools: Vec<PoolLook>,
}

/// One pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolLook {
    /// Without a block in use: 4 KiB for whichever class asks first.
    Free,
    /// With blocks of one class.
    OfClass {
        /// The size of each.
        block_bytes: usize,
        /// The pool's own, before the blocks.
        header_bytes: usize,
        /// In the order of their addresses. What is left behind the last is too short for a block.
        blocks: Vec<BlockLook>,
    },
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockLook {
    /// In use, at this address.
    Used(usize),
    /// Free.
    Free,
}

impl PoolLook {
    /// How many of its blocks are in use.
    pub fn used_blocks(&self) -> usize {
        match self {
            PoolLook::Free => 0,
            PoolLook::OfClass { blocks, .. } => {
                blocks.iter().filter(|&&block| block != BlockLook::Free).count()
            }
        }
    }
}

/// Over [`Global`] alone: the look allocates from there while it holds the lock, and would wait for itself over an
/// allocator that is the program's.
impl<const STEP: usize> Pymalloc<Global, STEP> {
    /// Every arena, in the order of birth.
    pub fn look(&self) -> Vec<ArenaLook> {
        let mut arenas: Vec<ArenaLook> = self.pools.with(|pools| {
            // SAFETY: under the lock the arenas are alive and nothing changes them.
            pools.arenas().map(|arena| look_at(unsafe { arena.as_ref() })).collect()
        });
        arenas.sort_by_key(|arena| arena.number);
        arenas
    }
}

fn look_at(arena: &Arena) -> ArenaLook {
    let (started, free) = arena.pools();
    let free: BTreeSet<NonNull<u8>> = free.collect();
    let mut pools: Vec<PoolLook> = started
        .map(|place| {
            if free.contains(&place) {
                return PoolLook::Free;
            }
            // SAFETY: a started pool that is not free has a header.
            let pool = unsafe { place.cast::<Pool>().as_ref() };
            let block_bytes = pool.class().block_bytes();
            let (first, free) = (place.addr().get() + HEADER_BYTES, pool.free_blocks());
            let addresses = (first..).step_by(block_bytes).take((POOL_BYTES - HEADER_BYTES) / block_bytes);
            let blocks = addresses
                .map(|block| if free.contains(&block) { BlockLook::Free } else { BlockLook::Used(block) })
                .collect();
            PoolLook::OfClass { block_bytes, header_bytes: HEADER_BYTES, blocks }
        })
        .collect();
    pools.resize(POOLS_AN_ARENA, PoolLook::Free);
    ArenaLook { number: arena.number(), pools }
}
