//! A real program on it: this test's own allocator is pymalloc, under everything that std, the test
//! harness and four threads do.

use heaplab_pymalloc::Pymalloc;
use std::alloc::System;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Barrier, mpsc};

#[global_allocator]
static PYMALLOC: Pymalloc<System> = Pymalloc::new(System);

#[test]
fn four_threads_count_words_and_hand_blocks_to_each_other() {
    let before = PYMALLOC.arena_counts();
    let (send, receive) = mpsc::channel::<(String, Vec<u32>)>();
    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let send = send.clone();
            std::thread::spawn(move || {
                let mut places: HashMap<String, Vec<u32>> = HashMap::new();
                for i in 0..40_000u32 {
                    places.entry(format!("word{}", (i * 7 + worker) % 1_000)).or_default().push(i);
                }
                // What this thread allocated, another one frees.
                places.into_iter().for_each(|place| send.send(place).expect("the receiver waits"));
            })
        })
        .collect();
    drop(send);
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for (word, places) in receive {
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{word}: somebody wrote into its places");
        *words.entry(word).or_default() += places.len();
    }
    workers.into_iter().for_each(|worker| worker.join().expect("no worker panics"));
    assert_eq!((words.len(), words.values().sum::<usize>()), (1_000, 160_000));
    assert!(words.keys().all(|word| word.starts_with("word")));
    assert!(PYMALLOC.arena_counts().made > before.made, "the words were not its blocks");
}

/// Blocks of one class, by threads that begin together: without the lock two of them soon have the
/// same block.
#[test]
fn two_threads_never_have_the_same_block() {
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for worker in 0..4u8 {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for round in 0..20_000 {
                    let blocks: [Box<[u8; 40]>; 8] = std::array::from_fn(|_| Box::new([worker; 40]));
                    let blocks = std::hint::black_box(blocks);
                    assert!(blocks.iter().all(|block| block.iter().all(|&byte| byte == worker)), "{round}");
                }
            });
        }
    });
}
