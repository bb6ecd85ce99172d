//! Random work of two to four threads that allocate, grow, exchange and free blocks in step: first
//! all increase, then all decrease. The true peak is therefore known whatever the order of the
//! threads: it is at the end of an increase. The recorder's sums must be exact, and its peak within
//! the error it states, which is at most 1 % of the peak or 1 KiB per thread.

use heaplab_heap::{Heap, Totals, region, take_recording};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout};
use std::sync::{Barrier, Mutex, MutexGuard};

static HEAP: Heap = Heap::recording();

/// What each thread does in a round.
#[derive(Clone, Debug)]
struct Plan {
    /// The sizes of new blocks.
    make: Vec<usize>,
    /// By how much the last of them is grown.
    grow: usize,
    /// Every how many blocks of all threads' one is freed in the fall; whose turn it is goes round.
    free_every: usize,
}

fn plan() -> impl Strategy<Value = Plan> {
    let size = prop_oneof![10 => 1usize..300, 3 => 1_000usize..20_000, 1 => 50_000usize..300_000];
    (prop::collection::vec(size, 1..60), 0usize..100_000, 1usize..5)
        .prop_map(|(make, grow, free_every)| Plan { make, grow, free_every })
}

fn rounds() -> impl Strategy<Value = Vec<Vec<Plan>>> {
    (2usize..=4).prop_flat_map(|threads| {
        prop::collection::vec(prop::collection::vec(plan(), threads..=threads), 1..8)
    })
}

/// A block on its way between threads.
struct Block {
    address: usize,
    layout: Layout,
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a small layout")
}

fn make(plan: &Plan) -> Vec<Block> {
    let new = |&size: &usize| {
        let layout = layout(size);
        // SAFETY: the layout is not empty.
        let address = unsafe { HEAP.alloc(layout) }.expose_provenance();
        Block { address, layout }
    };
    let mut made: Vec<Block> = plan.make.iter().map(new).collect();
    if let Some(last) = made.last_mut() {
        let size = last.layout.size() + plan.grow;
        let block = std::ptr::with_exposed_provenance_mut(last.address);
        // SAFETY: the block is live and of this layout; the new size is not zero.
        last.address = unsafe { HEAP.realloc(block, last.layout, size) }.expose_provenance();
        last.layout = layout(size);
    }
    made
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics with a lock")
}

fn free(block: &Block) {
    // SAFETY: the block is live and of this layout, and whoever frees it has taken it out of the
    // pool.
    unsafe { HEAP.dealloc(std::ptr::with_exposed_provenance_mut(block.address), block.layout) };
}

/// The true figures.
#[derive(Default, Debug, PartialEq, Eq)]
struct Expected {
    births: u64,
    peak: u64,
    end: u64,
    left: u64,
}

/// All rounds; the blocks that are left, and what was truly live.
fn work(rounds: &[Vec<Plan>]) -> (Vec<Block>, Expected) {
    let threads = rounds[0].len();
    let barrier = Barrier::new(threads);
    let pool: Mutex<Vec<Block>> = Mutex::new(Vec::new());
    let expected = Mutex::new(Expected::default());
    std::thread::scope(|scope| {
        for me in 0..threads {
            let (barrier, pool, expected) = (&barrier, &pool, &expected);
            scope.spawn(move || {
                for round in rounds {
                    let made = make(&round[me]);
                    lock(expected).births += made.len() as u64;
                    lock(pool).extend(made);
                    if barrier.wait().is_leader() {
                        let live = lock(pool).iter().map(|block| block.layout.size() as u64).sum();
                        let mut expected = lock(expected);
                        expected.peak = expected.peak.max(live);
                    }
                    barrier.wait();
                    let every = round[me].free_every;
                    let share = lock(pool).len() / threads / every;
                    for turn in 0..share {
                        // From both ends, so that most blocks are other threads'.
                        let block = {
                            let mut pool = lock(pool);
                            let at = if turn % 2 == 0 { 0 } else { pool.len() - 1 };
                            pool.swap_remove(at)
                        };
                        free(&block);
                    }
                    barrier.wait();
                }
            });
        }
    });
    let (left, mut expected) = (std::mem::take(&mut *lock(&pool)), std::mem::take(&mut *lock(&expected)));
    expected.end = left.iter().map(|block| block.layout.size() as u64).sum();
    expected.left = left.len() as u64;
    (left, expected)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_peak_is_within_what_the_recording_says(rounds in rounds()) {
        // The first call decides on the probe: here HEAP is not the program's allocator.
        free(&make(&Plan { make: vec![8], grow: 0, free_every: 1 })[0]);
        let open = region().expect("no region is open");
        let (left, expected) = work(&rounds);
        let Totals::Heap(totals) = open.close() else { panic!("the recorder is not at work") };
        left.iter().for_each(free);
        let raw = take_recording().expect("the recorder is at work");

        let error = totals.peak_bytes.abs_diff(expected.peak);
        // This thread has recorded as well.
        let threads = rounds[0].len() as u64 + 1;
        let stated = raw.totals.peak_error_bytes;
        prop_assert!(stated <= (expected.peak / 100).max(threads << 10), "{stated} of {}", expected.peak);
        prop_assert!(error <= stated, "{} is {error} from {}", totals.peak_bytes, expected.peak);
        let mut at_peak = std::collections::HashMap::<u32, i64>::new();
        raw.sites.iter().for_each(|site| *at_peak.entry(site.node).or_default() += site.peak_bytes);
        let largest = at_peak.values().max().copied().unwrap_or(0);
        prop_assert!(largest <= totals.peak_bytes as i64, "{largest} of {}", totals.peak_bytes);
        prop_assert_eq!(
            (totals.total_blocks, totals.end_blocks, totals.end_bytes),
            (expected.births, expected.left, expected.end)
        );
        let of_sites: i64 = raw.sites.iter().map(|site| site.live_bytes).sum();
        prop_assert_eq!(of_sites as u64, expected.end);
    }
}
