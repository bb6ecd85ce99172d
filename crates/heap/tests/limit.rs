//! `limit` under a parallel `cargo test`: each test measures only its own thread while the others
//! work.

use heaplab_heap::{Heap, Limit, limit};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[global_allocator]
static HEAP: Heap = Heap::recording();

/// The message of a limit that does not hold.
fn failure<R>(most: Limit, work: impl FnOnce() -> R) -> String {
    let caught = catch_unwind(AssertUnwindSafe(|| drop(limit(most, work))));
    let payload = caught.expect_err("the limit holds");
    *payload.downcast::<String>().expect("a message")
}

/// The work of other tests: blocks of sizes that no other test uses.
fn churn() {
    for round in 0..2_000 {
        black_box(vec![0u8; 100_000 + round]);
    }
}

#[test]
fn each_bound_is_inclusive_and_exact() {
    for _ in 0..50 {
        let most = Limit::new().peak_bytes(3_000).blocks(3).leaked_bytes(0);
        limit(most, || {
            let first = black_box(vec![1u8; 1_000]);
            let second = black_box(vec![1u8; 2_000]);
            drop(first);
            drop(second);
            black_box(vec![1u8; 2_999]);
        });
    }
    let peak = failure(Limit::new().peak_bytes(2_999), || black_box(vec![1u8; 3_000]).len());
    assert!(peak.contains("\npeak_bytes: 3000 bytes live at once, limit 2999\n"), "{peak}");
    let blocks = failure(Limit::new().blocks(1), || (black_box(Box::new(1)), black_box(Box::new(2))));
    assert!(blocks.contains("\nblocks: 2 blocks made, limit 1\n"), "{blocks}");
}

#[test]
fn others_do_not_count_one() {
    limit(Limit::new().peak_bytes(10).leaked_bytes(0), || black_box(Box::new(1u64)).count_ones());
    churn();
}

#[test]
fn others_do_not_count_two() {
    churn();
    limit(Limit::new().blocks(0), || black_box(1 + 1));
}

#[test]
fn others_do_not_count_three() {
    let worker = std::thread::spawn(churn);
    limit(Limit::new().peak_bytes(500).blocks(100), || {
        for _ in 0..100 {
            black_box(vec![7u8; 500]);
        }
    });
    worker.join().unwrap();
}

#[test]
fn the_message_has_the_lines_of_this_file() {
    let mut kept = Vec::with_capacity(4);
    let small = line!() + 3;
    let message = failure(Limit::new().peak_bytes(4_000).leaked_bytes(100), || {
        for _ in 0..3 {
            kept.push(black_box(vec![1u8; 1_000]));
        }
        kept.push(black_box(vec![2u8; 2_000]));
        black_box(vec![3u8; 300]);
        black_box(vec![4u8; 200]);
    });
    let place = |line: u32| format!("crates/heap/tests/limit.rs:{line}");
    let expected = format!(
        "heaplab_heap::limit does not hold\n\
         peak_bytes: 5300 bytes live at once, limit 4000\n  \
         #1: {}: 2.9 KiB, 3 blocks\n  #2: {}: 2.0 KiB, 1 block\n  #3: {}: 300 B, 1 block\n\
         leaked_bytes: 5000 bytes alive at the end, limit 100\n  \
         #1: {}: 2.9 KiB, 3 blocks\n  #2: {}: 2.0 KiB, 1 block",
        place(small),
        place(small + 2),
        place(small + 3),
        place(small),
        place(small + 2),
    );
    assert_eq!(message, expected);
}

#[test]
fn no_more_than_three_lines_are_shown() {
    let message = failure(Limit::new().blocks(0), || {
        black_box(Box::new(1));
        black_box(Box::new(2));
        black_box(Box::new(3));
        black_box(Box::new(4));
        black_box(Box::new(5));
    });
    assert_eq!(message.matches("4 B, 1 block").count(), 3, "{message}");
    assert!(message.ends_with("\n  and 2 more lines"), "{message}");
}

#[test]
fn blocks_from_outside_are_ignored_when_freed_and_new_when_reallocated() {
    let from_outside = vec![1u8; 10_000];
    limit(Limit::new().peak_bytes(100).blocks(1).leaked_bytes(0), || {
        drop(from_outside);
        black_box(vec![1u8; 100]);
    });
    let mut grown = vec![1u8; 64];
    let message = failure(Limit::new().leaked_bytes(0), || grown.reserve_exact(136));
    assert!(message.contains("leaked_bytes: 200 bytes alive at the end, limit 0"), "{message}");
}

#[test]
fn a_vec_that_grows_is_one_block() {
    limit(Limit::new().blocks(1).leaked_bytes(0), || {
        let mut numbers: Vec<u64> = Vec::new();
        (0..1_000).for_each(|number| numbers.push(number));
        numbers.shrink_to(10);
        assert_eq!(black_box(numbers).len(), 1_000);
    });
}

#[test]
fn what_is_returned_is_alive() {
    let message = failure(Limit::new().leaked_bytes(79), || vec![1u8; 80]);
    assert!(message.contains("80 bytes alive at the end, limit 79"), "{message}");
}

#[test]
fn limits_nest() {
    let mut between = 0;
    limit(Limit::new().peak_bytes(1_500).blocks(3).leaked_bytes(0), || {
        let outer = black_box(vec![1u8; 1_000]);
        let kept = limit(Limit::new().peak_bytes(500).blocks(1).leaked_bytes(500), || vec![1u8; 500]);
        // Allocated in the inner limit, freed in the outer one.
        drop((outer, kept));
        // The inner one has ended: this thread is in the outer one again.
        between = black_box(vec![1u8; 300]).len();
    });
    assert_eq!(between, 300);
    let message = failure(Limit::new().peak_bytes(10), || {
        limit(Limit::new().peak_bytes(20), || black_box(vec![1u8; 20]).len())
    });
    assert!(message.contains("peak_bytes: 20 bytes live at once, limit 10"), "{message}");
}

#[test]
fn a_panic_in_the_work_passes_through_and_ends_the_limit() {
    let caught = catch_unwind(|| limit(Limit::new().blocks(0), || panic!("its own {}", black_box("words"))));
    assert_eq!(*caught.unwrap_err().downcast::<String>().unwrap(), "its own words");
    // Outside of a limit, a token has no effect.
    limit::token().enter(|| black_box(vec![1u8; 10_000]));
    limit(Limit::new().blocks(0), || ());
}

#[test]
fn zeroed_and_aligned_blocks_count_by_what_was_asked_for() {
    #[repr(align(4096))]
    struct Page([u8; 4096]);
    limit(Limit::new().peak_bytes(8_096).blocks(2).leaked_bytes(0), || {
        let zeroed = black_box(vec![0u8; 4_000]);
        let page = black_box(Box::new(Page([1; 4096])));
        assert_eq!(usize::from(page.0[7]) + zeroed.len(), 4_001);
    });
}
