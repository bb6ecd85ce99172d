//! Maps of a small run: arenas as a whole, and single pools block by block. How much of a block was asked for is the blocks' to
//! say; everything else is the allocator's own state.

use crate::block::Block;
use crate::global::Global;
use crate::pymalloc::{ARENA_BYTES, ArenaLook, BlockLook, POOL_BYTES, PoolLook, Pymalloc};
use crate::text;
use heaplab_lesson::{Regions, Row, Span, SpanState, Text};
use std::collections::BTreeMap;

/// What a picture holds.
const ARENAS: usize = 16;
const POOLS: usize = 8;

/// The live blocks: where they start, and what was asked for.
type Requested = BTreeMap<usize, usize>;

/// A row an arena, in the order of birth: in each pool the bytes of one state stand together. An arena that was given back
/// keeps its row.
pub fn arenas<const STEP: usize>(
    name: &str,
    title: Text,
    allocator: &Pymalloc<Global, STEP>,
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> Regions {
    let requested = requested(live);
    let held: BTreeMap<u64, ArenaLook> =
        allocator.look().into_iter().map(|arena| (arena.number, arena)).collect();
    let numbers = (0..allocator.arena_counts().made).take(ARENAS);
    let rows = numbers.map(|number| match held.get(&number) {
        Some(arena) => Row {
            label: format!("arena {number}"),
            spans: merged(arena.pools.iter().flat_map(|pool| pool_in_states(pool, &requested))),
        },
        None => Row { label: format!("arena {number}"), spans: vec![span(ARENA_BYTES, SpanState::Returned)] },
    });
    Regions { name: name.to_owned(), title, rows: rows.collect() }
}

/// A row a pool, every block where it stands: of each class that has one, the pool that is neither full nor empty with the most
/// blocks in use; small classes first.
pub fn pools<const STEP: usize>(
    name: &str,
    allocator: &Pymalloc<Global, STEP>,
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> Regions {
    let requested = requested(live);
    let mut by_class: BTreeMap<usize, PoolLook> = BTreeMap::new();
    for pool in allocator.look().into_iter().flat_map(|arena| arena.pools) {
        let PoolLook::OfClass { block_bytes, blocks, .. } = &pool else { continue };
        let fuller = |other: &PoolLook| pool.used_blocks() > other.used_blocks();
        if pool.used_blocks() < blocks.len() && by_class.get(block_bytes).is_none_or(fuller) {
            by_class.insert(*block_bytes, pool);
        }
    }
    // As many classes as there is room for, from the smallest to the largest.
    let apart = by_class.len().div_ceil(POOLS).max(1);
    let rows = by_class.into_iter().step_by(apart).map(|(block_bytes, pool)| Row {
        label: format!("{block_bytes} B"),
        spans: merged(pool_as_it_lies(&pool, &requested).into_iter()),
    });
    let title = text("Single pools, block by block", "逐块看几个 pool");
    Regions { name: name.to_owned(), title, rows: rows.collect() }
}

fn requested<const STEP: usize>(live: &[Option<Block<Pymalloc<Global, STEP>>>]) -> Requested {
    live.iter().flatten().map(|block| (block.address(), block.bytes().len())).collect()
}

fn pool_as_it_lies(pool: &PoolLook, requested: &Requested) -> Vec<Span> {
    let PoolLook::OfClass { block_bytes, header_bytes, blocks } = pool else {
        return vec![span(POOL_BYTES, SpanState::Free)];
    };
    let mut spans = vec![span(*header_bytes, SpanState::Bookkeeping)];
    for block in blocks {
        match block {
            BlockLook::Used(address) => {
                let used = requested.get(address).copied().unwrap_or(*block_bytes);
                spans.extend([span(used, SpanState::Used), span(block_bytes - used, SpanState::Wasted)]);
            }
            BlockLook::Free => spans.push(span(*block_bytes, SpanState::Free)),
        }
    }
    // Too short for a block: nobody will have it while the pool is of this class.
    spans.push(span(POOL_BYTES - header_bytes - blocks.len() * block_bytes, SpanState::Wasted));
    spans
}

/// The same bytes, sorted by state.
fn pool_in_states(pool: &PoolLook, requested: &Requested) -> Vec<Span> {
    let mut states: BTreeMap<SpanState, usize> = BTreeMap::new();
    for span in pool_as_it_lies(pool, requested) {
        *states.entry(span.state).or_default() += span.bytes as usize;
    }
    states.into_iter().map(|(state, bytes)| span(bytes, state)).collect()
}

/// Neighbours of one state are one span.
fn merged(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut all: Vec<Span> = Vec::new();
    for next in spans.filter(|span| span.bytes > 0) {
        match all.last_mut() {
            Some(last) if last.state == next.state => last.bytes += next.bytes,
            _ => all.push(next),
        }
    }
    all
}

fn span(bytes: usize, state: SpanState) -> Span {
    Span { bytes: bytes as u64, state, label: String::new() }
}
