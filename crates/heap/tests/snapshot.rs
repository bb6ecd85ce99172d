//! Snapshots: sums by line, function and stack against sums that are known, differences, the text
//! of `top`, and that asking changes nothing. Without the test harness, whose own thread allocates
//! while a test runs: here every block is known.

use heaplab_heap::{Difference, GroupBy, Heap, Snapshot, Statistic, live_bytes, region, take_recording};

#[global_allocator]
static HEAP: Heap = Heap::recording();

/// Two lines that allocate: the first `count` blocks, the second one.
#[inline(never)]
#[expect(clippy::vec_box, reason = "a block each is what is counted")]
fn load(count: usize) -> (Vec<Box<[u8; 100]>>, u32) {
    let mut blocks = Vec::with_capacity(50);
    (0..count).for_each(|_| blocks.push(Box::new([1u8; 100])));
    (blocks, line!() - 2)
}

#[inline(never)]
fn buffer() -> Vec<u8> {
    vec![1; 2_000]
}

fn of<'a>(statistics: &'a [Statistic], key: &str) -> &'a Statistic {
    statistics.iter().find(|group| group.key == key).unwrap_or_else(|| panic!("{key} in {statistics:#?}"))
}

fn place(line: u32) -> String {
    format!("crates/heap/tests/snapshot.rs:{line}")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let open = region()?;
    let (some, line) = load(10);
    let at_first = live_bytes();
    let sites = || take_recording().map(|raw| raw.sites.len());
    let sites_at_first = sites();
    let first = Snapshot::take()?;
    let by_line = first.statistics(GroupBy::Line);
    assert_eq!(sites(), sites_at_first);
    // The comparison uses an array that is freed at once: what this test keeps would be recorded.
    assert_eq!(
        by_line,
        [
            Statistic { key: place(line + 1), blocks: 10, bytes: 1_000 },
            Statistic { key: place(line), blocks: 1, bytes: 400 },
        ]
    );
    let by_function = first.statistics(GroupBy::Function);
    let sum: u64 = by_function.iter().map(|group| group.bytes).sum();
    assert_eq!(sum, 1_400, "{by_function:?}");
    let asked = (first.statistics(GroupBy::Stack), first.top(5));
    assert!(asked.0.iter().all(|group| group.key.contains("snapshot::load (crates/heap/tests/snapshot.rs:")));

    // Nothing of that was recorded, although all of it is still live.
    assert_eq!(live_bytes(), at_first);
    let second = Snapshot::take()?;
    assert_eq!(second.statistics(GroupBy::Stack), asked.0);
    assert!(second.compare_to(&first, GroupBy::Line).iter().all(|group| group.bytes_diff == 0));
    drop((asked, by_line, by_function, second));
    assert_eq!(live_bytes(), at_first);

    let big = buffer();
    drop(some);
    let (more, _) = load(3);
    let third = Snapshot::take()?;
    let by_function = third.statistics(GroupBy::Function);
    assert_eq!(of(&by_function, "snapshot::buffer").bytes, 2_000);
    let differences = third.compare_to(&first, GroupBy::Line);
    let difference = |line: u32, blocks, blocks_diff, bytes, bytes_diff| Difference {
        key: place(line),
        blocks,
        blocks_diff,
        bytes,
        bytes_diff,
    };
    let expected = [
        difference(line + 7, 1, 1, 2_000, 2_000),
        difference(line + 1, 3, -7, 300, -700),
        difference(line, 1, 0, 400, 0),
    ];
    assert_eq!(differences, expected);
    assert_eq!(differences[1].to_string(), format!("{}: 300 B (-700 B), 3 blocks (-7)", place(line + 1)));

    let text = format!(
        "Top 2 lines by live bytes\n#1: {}: 2.0 KiB, 1 block\n#2: {}: 400 B, 1 block\n\
         1 other: 300 B, 3 blocks\nTotal live: 2.6 KiB, 5 blocks",
        place(line + 7),
        place(line),
    );
    assert_eq!(third.top(2), text);
    assert!(third.top(0).starts_with("Top 0 lines by live bytes\n3 other: 2.6 KiB, 5 blocks\n"));

    let from_here = Snapshot::take()?.with_workspace(std::env::current_dir()?.canonicalize()?);
    assert_eq!(from_here.statistics(GroupBy::Line)[0].key, format!("tests/snapshot.rs:{}", line + 7));
    drop((big, more));
    let freed = [place(line), place(line + 1), place(line + 7)];
    let left = Snapshot::take()?.statistics(GroupBy::Line);
    assert!(left.iter().all(|group| !freed.contains(&group.key)), "{left:?}");
    println!("snapshot: ok");
    drop(open);
    Ok(())
}
