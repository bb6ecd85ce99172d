//! `limit` over several threads: those with a token are measured, whichever thread frees their
//! blocks, and the peak is exact.

use heaplab_heap::{Heap, Limit, Totals, limit, region};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Barrier, Mutex};
use std::thread;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn failure<R>(most: Limit, work: impl FnOnce() -> R) -> String {
    let caught = catch_unwind(AssertUnwindSafe(|| drop(limit(most, work))));
    *caught.expect_err("the limit holds").downcast::<String>().expect("a message")
}

/// `count` threads that hold a block of 10,000 bytes each at one moment.
fn hold_together(count: usize, with_token: bool) {
    let together = Barrier::new(count);
    let token = limit::token();
    let hold = || {
        let held = black_box(vec![1u8; 10_000]);
        together.wait();
        drop(held);
    };
    thread::scope(|scope| {
        let work = || if with_token { token.enter(hold) } else { hold() };
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
    });
}

#[test]
fn threads_with_a_token_count_together() {
    let message = failure(Limit::new().peak_bytes(39_999), || hold_together(4, true));
    let peak = message.split_once("peak_bytes: ").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0;
    // Starting four threads takes some bytes besides the four blocks.
    assert!((40_000..45_000).contains(&peak.parse::<u64>().unwrap()), "{message}");
    assert!(message.contains("tests/limit_threads.rs:24: 39.1 KiB, 4 blocks"), "{message}");
}

#[test]
fn threads_without_one_do_not() {
    limit(Limit::new().peak_bytes(9_999), || hold_together(4, false));
}

#[test]
fn what_starting_a_thread_takes_is_freed_when_it_is_joined() {
    for _ in 0..20 {
        limit(Limit::new().leaked_bytes(0), || hold_together(2, true));
    }
}

#[test]
fn a_block_that_a_stranger_frees_is_no_leak() {
    // A channel is not used, because it allocates if it has to wait, which depends on the
    // scheduler.
    let handed: Mutex<Option<Vec<u8>>> = Mutex::new(None);
    let (freed, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(SeqCst) {
                if handed.lock().unwrap().take().is_some() {
                    freed.store(true, SeqCst);
                }
                thread::yield_now();
            }
        });
        limit(Limit::new().peak_bytes(700).leaked_bytes(0), || {
            *handed.lock().unwrap() = Some(black_box(vec![1u8; 700]));
            while !freed.load(SeqCst) {
                thread::yield_now();
            }
        });
        ended.store(true, SeqCst);
    });
}

#[test]
fn a_leak_of_another_thread_is_one() {
    let mut kept = Vec::new();
    let message = failure(Limit::new().leaked_bytes(500), || {
        let token = limit::token();
        kept = thread::spawn(move || token.enter(|| vec![1u8; 600])).join().unwrap();
    });
    assert!(message.contains("leaked_bytes: 600 bytes alive at the end, limit 500"), "{message}");
}

#[test]
fn eight_limits_at_once_stay_apart() {
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for size in (1..=8).map(|number| number * 1_000) {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                let make = || (0..20).for_each(|_| drop(black_box(vec![1u8; size as usize])));
                for _ in 0..500 {
                    limit(Limit::new().peak_bytes(size).blocks(20).leaked_bytes(0), make);
                }
                let message = failure(Limit::new().peak_bytes(size - 1), make);
                assert!(
                    message.contains(&format!("peak_bytes: {size} bytes live at once, limit")),
                    "{message}"
                );
            });
        }
    });
}

/// Two threads of one scope that free and reallocate each other's addresses all the time: nothing
/// is lost.
#[test]
fn addresses_that_wander_between_threads_are_kept_apart() {
    limit(Limit::new().leaked_bytes(0), || {
        let token = limit::token();
        let churn = || {
            for round in 0..20_000usize {
                let mut block: Vec<u8> = Vec::with_capacity(16 + round % 50);
                block.reserve_exact(100 + round % 900);
                block.push(1);
                block.shrink_to_fit();
                black_box(block);
            }
        };
        thread::scope(|scope| {
            let other = scope.spawn(|| token.enter(churn));
            churn();
            other.join().unwrap();
        });
    });
}

/// Regions and limits know nothing of each other: this one closes, and another opens, inside of a
/// limit.
#[test]
fn regions_do_not_matter() {
    limit(Limit::new().peak_bytes(3_000).blocks(3).leaked_bytes(0), || {
        let before = black_box(vec![1u8; 1_000]);
        let open = region().unwrap();
        let within = black_box(vec![1u8; 1_000]);
        assert!(matches!(open.close(), Totals::Heap(_)));
        // No region is open.
        let after = black_box(vec![1u8; 1_000]);
        drop((before, within, after));
    });
    let message = failure(Limit::new().leaked_bytes(0), || black_box(vec![1u8; 77]));
    assert!(message.contains("#1: crates/heap/tests/limit_threads.rs:"), "{message}");
}
