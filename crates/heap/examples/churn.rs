//! Uses the recorder's allocator in every way a program can. `tests/memcheck.rs` runs it under
//! valgrind.

use heaplab_heap::{Heap, Totals, region};
use std::alloc::{GlobalAlloc, Layout};
use std::collections::{BTreeMap, HashMap};

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let outside = vec![1u8; 1000];
    let open = region()?;
    let mut names: HashMap<String, Vec<u64>> = HashMap::new();
    for row in 0..2_000u64 {
        names.entry(format!("user{}", row % 300)).or_default().push(row);
    }
    let sorted: BTreeMap<&str, usize> =
        names.iter().map(|(name, rows)| (name.as_str(), rows.len())).collect();
    let zeros = vec![0u64; 10_000];
    let sum: usize = sorted.values().sum::<usize>() + zeros.len();
    for power in 0..=21 {
        let layout = Layout::from_size_align(100, 1 << power)?;
        // SAFETY: the layout is not empty, the block is used within its size and freed with the
        // layout it has then.
        unsafe {
            let block = HEAP.alloc(layout);
            block.write_bytes(7, 100);
            let block = HEAP.realloc(block, layout, 5000);
            assert!(block.addr().is_multiple_of(1 << power) && block.add(99).read() == 7);
            HEAP.dealloc(block, Layout::from_size_align(5000, 1 << power)?);
        }
    }
    let sent = std::thread::spawn(|| vec![String::from("made there"); 50]).join();
    drop((outside, sorted, zeros));
    drop((names, sent));
    let Totals::Heap(totals) = open.close() else { return Err("the recorder is not at work".into()) };
    println!("{sum} {}", totals.end_bytes);
    Ok(())
}
