//! Two thread pools whose tasks hold memory until all of them do: tokio's and rayon's.
//! `tests/pools.rs` compares the recorder's peak with that of valgrind's DHAT.

use heaplab_heap::Heap;
use std::hint::black_box;
use std::sync::Arc;

#[global_allocator]
static HEAP: Heap = Heap::recording();

const TASKS: usize = 200;
/// Each task holds blocks of 1 to this many bytes, one of each size.
const LARGEST: usize = 300;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("tokio") => run_tokio(),
        Some("rayon") => run_rayon(),
        _ => std::process::exit(2),
    }
}

fn blocks() -> Vec<Vec<u8>> {
    (1..=LARGEST).map(|size| black_box(vec![1_u8; size])).collect()
}

/// Tasks that wait for each other, on four threads.
fn run_tokio() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build();
    let Ok(runtime) = runtime else { std::process::exit(1) };
    runtime.block_on(async {
        let barrier = Arc::new(tokio::sync::Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let barrier = barrier.clone();
                tokio::spawn(async move {
                    let held = blocks();
                    barrier.wait().await;
                    held.len()
                })
            })
            .collect();
        for task in tasks {
            assert!(task.await.is_ok_and(|blocks| blocks == LARGEST));
        }
    });
}

/// A parallel collection that is freed in parallel, on four threads.
fn run_rayon() {
    use rayon::prelude::*;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build();
    let Ok(pool) = pool else { std::process::exit(1) };
    pool.install(|| {
        let held: Vec<Vec<Vec<u8>>> = (0..TASKS).into_par_iter().map(|_| blocks()).collect();
        held.into_par_iter().for_each(|blocks| assert_eq!(blocks.len(), LARGEST));
    });
}
