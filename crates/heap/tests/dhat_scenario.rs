//! The scenario of dhat's own test of its totals, under the recorder. dhat's figures follow from
//! ours by one rule: dhat counts a reallocation as a new block of its whole new size. Peak and end
//! are equal. It runs without the test harness, whose own thread allocates while a test runs.

use heaplab_heap::{Heap, HeapTotals, Totals, region, take_recording};
use std::hint::black_box;

#[global_allocator]
static HEAP: Heap = Heap::recording();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let before = || black_box(vec![1u32, 2, 3, 4]);
    let (freed_within, freed_after, mut grown_within, mut grown_after) =
        (before(), before(), before(), before());

    let open = region()?;
    // Allocated before the region: freeing it changes nothing, growing it makes it new.
    drop(freed_within);
    grown_within.push(5);
    let large = black_box(vec![0u8; 1_000]);
    let mut grows = black_box(vec![0u8; 200]);
    // 32 + 1,000 + 400 bytes: the peak.
    grows.reserve(200);
    drop(large);
    for number in 0..10u8 {
        black_box(vec![number]);
    }
    let Totals::Heap(totals) = open.close() else { return Err("the recorder is not at work".into()) };
    let raw = take_recording().ok_or("the recorder is not at work")?;
    drop((grows, freed_after));
    grown_after.push(5);

    let ours = HeapTotals {
        total_blocks: 13,
        total_bytes: 32 + 1_000 + 400 + 10,
        reallocations: 1,
        reallocated_bytes: 400,
        grown_bytes: 200,
        shrunk_bytes: 0,
        peak_blocks: 3,
        peak_bytes: 1_432,
        end_blocks: 2,
        end_bytes: 432,
        single_threaded: true,
    };
    assert_eq!(totals, ours);
    // The rule, and the totals of dhat's own test.
    let birth_bytes = totals.total_bytes - totals.grown_bytes;
    let dhat = (totals.total_blocks + totals.reallocations, birth_bytes + totals.reallocated_bytes);
    assert_eq!(dhat, (14, 1_642));

    // Site by site, by the bytes that dhat's test orders them by: total, peak, end.
    let mut sites: Vec<(u64, i64, i64)> = raw
        .sites
        .iter()
        .map(|site| (site.birth_bytes + site.reallocated_bytes, site.peak_bytes, site.live_bytes))
        .collect();
    sites.sort_unstable();
    assert_eq!(sites, [(10, 0, 0), (32, 32, 32), (600, 400, 400), (1_000, 1_000, 0)]);
    println!("dhat_scenario: ok");
    Ok(())
}
