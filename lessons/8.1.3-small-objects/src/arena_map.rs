//! Maps of arenas and pools: what each byte is used for. The allocator knows its blocks; the lesson
//! knows how much of each was requested.

use heaplab_lesson::{MemoryRegions, MemoryRow, MemorySpan, MemoryState, Text};
use heaplab_pymalloc::{ARENA_BYTES, ArenaState, Block, BlockState, Global, POOL_BYTES, PoolState, Pymalloc};
use std::collections::BTreeMap;

/// A picture has room for so many arenas and pools.
const ARENAS: usize = 16;
const POOLS: usize = 8;

/// Requested bytes by the block's address.
type Requested = BTreeMap<usize, usize>;

/// One row per arena, each pool's bytes sorted by state.
pub fn draw_arenas<const STEP: usize>(
    name: &str,
    title: Text,
    allocator: &Pymalloc<Global, STEP>,
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> MemoryRegions {
    let requested = requested_bytes_by_address(live);
    let held: BTreeMap<u64, ArenaState> =
        allocator.inspect().into_iter().map(|arena| (arena.number, arena)).collect();
    let rows = (0..allocator.arena_counts().made).take(ARENAS).map(|number| {
        let spans = match held.get(&number) {
            Some(arena) => merge_spans(arena.pools.iter().flat_map(|pool| {
                let mut spans = pool_spans(pool, &requested);
                spans.sort_by_key(|span| span.state);
                spans
            })),
            None => vec![span(ARENA_BYTES, MemoryState::Returned)],
        };
        MemoryRow { label: format!("arena {number}"), spans }
    });
    MemoryRegions { name: name.to_owned(), title, rows: rows.collect() }
}

/// One row per size class, every block in its place: the pool of that class with the most blocks in
/// use that is neither full nor empty.
pub fn draw_pools<const STEP: usize>(
    name: &str,
    allocator: &Pymalloc<Global, STEP>,
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> MemoryRegions {
    let requested = requested_bytes_by_address(live);
    let mut by_class: BTreeMap<usize, PoolState> = BTreeMap::new();
    for pool in allocator.inspect().into_iter().flat_map(|arena| arena.pools) {
        let PoolState::OfClass { block_bytes, blocks, .. } = &pool else { continue };
        let is_fuller = |other: &PoolState| pool.used_blocks() > other.used_blocks();
        if pool.used_blocks() < blocks.len() && by_class.get(block_bytes).is_none_or(is_fuller) {
            by_class.insert(*block_bytes, pool);
        }
    }
    // As many classes as there is room for, from the smallest to the largest.
    let step = by_class.len().div_ceil(POOLS).max(1);
    let rows = by_class.into_iter().step_by(step).map(|(block_bytes, pool)| MemoryRow {
        label: format!("{block_bytes} B"),
        spans: merge_spans(pool_spans(&pool, &requested)),
    });
    let title = Text::new("Single pools, block by block", "逐块看几个 pool");
    MemoryRegions { name: name.to_owned(), title, rows: rows.collect() }
}

fn requested_bytes_by_address<const STEP: usize>(
    live: &[Option<Block<Pymalloc<Global, STEP>>>],
) -> Requested {
    live.iter().flatten().map(|block| (block.address(), block.bytes().len())).collect()
}

fn pool_spans(pool: &PoolState, requested: &Requested) -> Vec<MemorySpan> {
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
    // What is left behind the last block is too short for another one of this class.
    spans.push(span(POOL_BYTES - header_bytes - blocks.len() * block_bytes, MemoryState::Wasted));
    spans
}

/// Neighbours of one state become one span.
fn merge_spans(spans: impl IntoIterator<Item = MemorySpan>) -> Vec<MemorySpan> {
    let mut all: Vec<MemorySpan> = Vec::new();
    for next in spans.into_iter().filter(|span| span.bytes > 0) {
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
