//! Workloads that show how much memory the recorder takes per block, per site and per thread.

use super::{BoxedWork, Sum, WorkResult};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

const THREADS: u64 = 8;

/// `rows` blocks of 32, 40, 48, 56 and 64 bytes, all live.
pub(super) fn blocks(rows: u64) -> BoxedWork {
    let mut table: Vec<Box<[u8]>> = Vec::with_capacity(rows as usize);
    table.extend((0..rows).map(|i| vec![i as u8; 32 + 8 * (i % 5) as usize].into_boxed_slice()));
    Box::new(table)
}

impl WorkResult for Vec<Box<[u8]>> {
    fn checksum(&self) -> u64 {
        self.iter().map(|block| block.len() as u64 + u64::from(block[0])).sum()
    }
}

/// `rows` sites, each used by one of eight threads.
pub(super) fn sites(rows: u64) -> BoxedWork {
    run_in_threads(move |thread| {
        (0..rows).filter(move |site| site % THREADS == thread).map(allocate_at_site).sum()
    })
}

/// `rows` sites, each used by all of eight threads.
pub(super) fn sites_everywhere(rows: u64) -> BoxedWork {
    run_in_threads(move |_| (0..rows).map(allocate_at_site).sum())
}

fn run_in_threads(work: impl Fn(u64) -> u64 + Sync) -> BoxedWork {
    let all_begun = Barrier::new(THREADS as usize);
    let sum = thread::scope(|scope| {
        let work_of = |thread| {
            // Without the barrier, a thread that starts late could take over the tables of one that
            // has ended.
            all_begun.wait();
            let sum = work(thread);
            all_begun.wait();
            sum
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work_of(thread))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .sum()
    });
    Box::new(Sum(sum))
}

/// Allocates under a different stack for each `site`: its bits choose between two calls in each
/// frame.
fn allocate_at_site(site: u64) -> u64 {
    descend(site, 16)
}

#[inline(never)]
fn descend(site: u64, left: u32) -> u64 {
    if left == 0 {
        return black_box(Box::new(site)).wrapping_add(1);
    }
    // Different code around the two calls prevents the compiler from merging them into one.
    let below = if site & 1 == 0 {
        black_box(0u8);
        let below = descend(site >> 1, left - 1);
        black_box(0u16);
        below
    } else {
        black_box(1u32);
        let below = descend(site >> 1, left - 1);
        black_box(1u64);
        below
    };
    below.wrapping_add(1)
}
