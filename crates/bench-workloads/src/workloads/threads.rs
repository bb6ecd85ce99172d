//! Workloads of two threads, and of more threads than a machine has cores. A row is a block; of two
//! threads each allocates all rows, and a crowd shares them.

use super::{BoxedWork, Sum};
use std::hint::black_box;
use std::sync::mpsc;
use std::thread;

/// Blocks that are live together.
const BATCH: u64 = 1000;
/// Threads of a crowd.
const CROWD: u64 = 16;
/// Blocks that each thread of a crowd holds.
const HELD: usize = 8;
/// Batches that may wait between the two threads.
const QUEUED_BATCHES: usize = 4;

type Block = Box<[u8]>;

/// A block of 16 to 63 bytes.
#[inline(always)]
fn make_block(i: u64) -> Block {
    let mut block = Vec::with_capacity(16 + (i % 48) as usize);
    block.resize(block.capacity(), i as u8);
    block.into_boxed_slice()
}

/// Each thread allocates a thousand blocks, frees them, and begins again.
pub(super) fn batches(rows: u64) -> BoxedWork {
    run_in_two_threads(rows, |rows| {
        let mut kept: Vec<Block> = Vec::with_capacity(BATCH as usize);
        let mut sum = 0u64;
        let mut made = 0;
        while made < rows {
            let upto = rows.min(made + BATCH);
            kept.extend((made..upto).map(make_block));
            sum += kept.iter().map(|block| block.len() as u64).sum::<u64>();
            kept.clear();
            made = upto;
        }
        sum
    })
}

/// Each thread allocates one block and frees it, again and again.
pub(super) fn alternation(rows: u64) -> BoxedWork {
    run_in_two_threads(rows, make_and_free)
}

/// As `alternation`, with one thread.
pub(super) fn alternation_alone(rows: u64) -> BoxedWork {
    Box::new(Sum(make_and_free(rows)))
}

/// Sixteen threads, each holding a few blocks, free their oldest block and allocate one, again and
/// again.
pub(super) fn crowd(rows: u64) -> BoxedWork {
    let threads: Vec<_> = (0..CROWD).map(|_| thread::spawn(move || replace_oldest(rows / CROWD))).collect();
    Box::new(Sum(threads.into_iter().map(join_thread).fold(0, u64::wrapping_add)))
}

fn replace_oldest(rows: u64) -> u64 {
    let mut held: [Block; HELD] = Default::default();
    let mut sum = 0u64;
    for row in 0..rows {
        let oldest = &mut held[row as usize % HELD];
        // The old block is freed first, so the number of live blocks falls and rises by one.
        *oldest = Block::default();
        *oldest = black_box(make_block(row));
        sum += oldest.len() as u64;
    }
    sum
}

/// One thread allocates what the other frees.
pub(super) fn handover(rows: u64) -> BoxedWork {
    let (give, take) = mpsc::sync_channel::<Vec<Block>>(QUEUED_BATCHES);
    let taker = thread::spawn(move || {
        take.iter().map(|batch| batch.iter().map(|block| block.len() as u64).sum::<u64>()).sum()
    });
    let mut made = 0;
    while made < rows {
        let upto = rows.min(made + BATCH);
        // The receiver ends only after this thread has dropped the channel.
        let _ = give.send((made..upto).map(make_block).collect());
        made = upto;
    }
    drop(give);
    Box::new(Sum(join_thread(taker)))
}

fn make_and_free(rows: u64) -> u64 {
    // Without the black box the compiler would remove the block.
    (0..rows).map(|i| black_box(make_block(i)).len() as u64).sum()
}

fn run_in_two_threads(rows: u64, each: fn(u64) -> u64) -> BoxedWork {
    let other = thread::spawn(move || each(rows));
    let mine = each(rows);
    Box::new(Sum(mine + join_thread(other)))
}

fn join_thread(thread: thread::JoinHandle<u64>) -> u64 {
    // A panic of a thread becomes a panic of the program.
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
