//! Maps of a small run: arenas as a whole, and single pools block by block. How much of a block was asked for is the blocks' to
//! say; everything else is the allocator's own state.

use crate::block::Block;
use crate::global::Global;
use crate::pymalloc::{ARENA_BYTES, ArenaState, BlockState, POOL_BYTES, PoolState, Pymalloc};
use heaplab_lesson::{MemoryRegions, MemoryRow, MemorySpan, MemoryState, Text};
use std::collections::BTreeMap;

/// What a picture holds.
const ARENAS: usize = 16;
const POOLS: usize = 8;

/// The live blocks: where they start, and what was asked for.
type Requested = BTreeMap<usize, usize>;

/// A row an arena, in the order of birth: in each pool the bytes of one state stand together. An arena that was given back
/// keeps its row.
pub fn draw_arenas<const STEP: usize>(
    name: &str,
    title: Text,
    allocator: &Pymalloc<Global, STEP>,
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> MemoryRegions {
    let requested = requested_bytes_by_address(live);
    let held: BTreeMap<u64, ArenaState> =
        allocator.inspect().into_iter().map(|arena| (arena.number, arena)).collect();
    let numbers = (0..allocator.arena_counts().made).take(ARENAS);
    let rows = numbers.map(|number| match held.get(&number) {
        Some(arena) => MemoryRow {
            label: format!("arena {number}"),
            spans: merge_spans(arena.pools.iter().flat_map(|pool| pool_in_states(pool, &requested))),
        },
        None => MemoryRow {
            label: format!("arena {number}"),
            spans: vec![span(ARENA_BYTES, MemoryState::Returned)],
        },
    });
    MemoryRegions { name: name.to_owned(), title, rows: rows.collect() }
}

/// A row a pool, every block where it stands: of each class that has one, the pool that is neither full nor empty with the most
/// blocks in use; small classes first.
pub fn draw_pools<const STEP: usize>(
    name: &str,
    allocator: &Pymalloc<Global, STEP>,
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> MemoryRegions {
    let requested = requested_bytes_by_address(live);
    let mut by_class: BTreeMap<usize, PoolState> = BTreeMap::new();
    for pool in allocator.inspect().into_iter().flat_map(|arena| arena.pools) {
        let PoolState::OfClass { block_bytes, blocks, .. } = &pool else { continue };
        let fuller = |other: &PoolState| pool.used_blocks() > other.used_blocks();
        if pool.used_blocks() < blocks.len() && by_class.get(block_bytes).is_none_or(fuller) {
            by_class.insert(*block_bytes, pool);
        }
    }
    // As many classes as there is room for, from the smallest to the largest.
    let apart = by_class.len().div_ceil(POOLS).max(1);
    let rows = by_class.into_iter().step_by(apart).map(|(block_bytes, pool)| MemoryRow {
        label: format!("{block_bytes} B"),
        spans: merge_spans(pool_as_it_lies(&pool, &requested).into_iter()),
    });
    let title = Text::new("Single pools, block by block", "逐块看几个 pool");
    MemoryRegions { name: name.to_owned(), title, rows: rows.collect() }
}

fn requested_bytes_by_address<const STEP: usize>(
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> Requested {
    live.iter().flatten().map(|block| (block.address(), block.bytes().len())).collect()
}

fn pool_as_it_lies(pool: &PoolState, requested: &Requested) -> Vec<MemorySpan> {
    let PoolState::OfClass { block_bytes, header_bytes, blocks } = pool else {
        return vec![span(POOL_BYTES, MemoryState::Free)];
    };
    let mut spans = vec![span(*header_bytes, MemoryState::Bookkeeping)];
    for block in blocks {
        match block {
            BlockState::Used(address) => {
                let used = requested.get(address).copied().unwrap_or(*block_bytes);
                spans.extend([span(used, MemoryState::Used), span(block_bytes - used, MemoryState::Wasted)]);
            }
            BlockState::Free => spans.push(span(*block_bytes, MemoryState::Free)),
        }
    }
    // Too short for a block: nobody will have it while the pool is of this class.
    spans.push(span(POOL_BYTES - header_bytes - blocks.len() * block_bytes, MemoryState::Wasted));
    spans
}

/// The same bytes, sorted by state.
fn pool_in_states(pool: &PoolState, requested: &Requested) -> Vec<MemorySpan> {
    let mut states: BTreeMap<MemoryState, usize> = BTreeMap::new();
    for span in pool_as_it_lies(pool, requested) {
        *states.entry(span.state).or_default() += span.bytes as usize;
    }
    states.into_iter().map(|(state, bytes)| span(bytes, state)).collect()
}

/// Neighbours of one state are one span.
fn merge_spans(spans: impl Iterator<Item = MemorySpan>) -> Vec<MemorySpan> {
    let mut all: Vec<MemorySpan> = Vec::new();
    for next in spans.filter(|span| span.bytes > 0) {
        match all.last_mut() {
            Some(last) if last.state == next.state => last.bytes += next.bytes,
            _ => all.push(next),
        }
    }
    all
}

fn span(bytes: usize, state: MemoryState) -> MemorySpan {
    MemorySpan { bytes: bytes as u64, state, label: String::new() }
}
