//! What lesson 8.9 asserts about itself: the list keeps every row and the generator one; the starting point of each task is right
//! or wrong as the homework says, and the model solution is right and small.

use heaplab_lesson::trial::{self, RecordedRun, example_path};
use homework::task::{self, Counts, Part};
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::AtomicU64;

#[expect(unreachable_pub, reason = "it is written for a library")]
#[path = "../solution/optional.rs"]
mod solution;
#[expect(unreachable_pub, reason = "it is written for a library")]
#[path = "../start/optional.rs"]
mod start;

const LESSON: &str = env!("CARGO_BIN_EXE_homework");

#[test]
fn a_list_keeps_every_row_and_a_generator_one() {
    for rows in [10_000, 20_000] {
        let names: usize = (0..rows).map(|i| format!("user{i}").capacity()).sum();
        assert!(measured(LESSON, "list", rows).heap.peak_bytes >= rows * 32 + names as u64);
        let name = format!("user{}", rows - 1).capacity() as u64;
        assert_eq!(measured(LESSON, "generator", rows).heap.peak_bytes, name);
    }
    assert_eq!(measured(LESSON, "list", 2_000).checksum, measured(LESSON, "generator", 2_000).checksum);
}

#[test]
fn the_exercise_is_right_and_large_and_the_solution_is_small() {
    let (exercise, solution) =
        (example_path("homework-exercise").unwrap(), example_path("homework-solution").unwrap());
    let of = |program: &Path, variant: &str, rows| measured(program, variant, rows);
    for variant in ["list", "generator"] {
        let (given, solved) = (of(&exercise, variant, 40_000), of(&solution, variant, 40_000));
        assert_eq!(given.checksum, solved.checksum);
        assert!(given.heap.peak_bytes > solved.heap.peak_bytes, "{variant}");
        assert!(given.heap.reallocations > 10 && solved.heap.reallocations == 0, "{variant}");
    }
    assert_eq!(of(&solution, "generator", 10_000).heap.peak_bytes, 12, "user and eight digits");
    let grown = of(&exercise, "generator", 40_000).heap.peak_bytes;
    assert!(grown > 3 * of(&exercise, "generator", 10_000).heap.peak_bytes);
}

#[test]
fn workers_of_the_solution_agree_on_the_visitors_and_those_of_the_starting_point_do_not() {
    let right = counted_slowly(5_000);
    assert!(right.uv < right.pv && right.pv < 5_000);
    for parts in [1, 2, 4, 7] {
        assert_eq!(counted(5_000, parts, solution::work, solution::merge), right, "{parts} parts");
    }
    assert_eq!(counted(5_000, 1, start::work, start::merge), right, "one part alone is right");
    let given = counted(5_000, 4, start::work, start::merge);
    assert_eq!(given.pv, right.pv);
    assert!(given.uv > right.uv, "{given:?} {right:?}");
}

/// Every part by a thread of its own, over the same words.
fn counted(
    lines: u64,
    parts: u64,
    work: fn(Part, &[AtomicU64]),
    merge: fn(&[AtomicU64]) -> Counts,
) -> Counts {
    let shared: Vec<AtomicU64> = (0..1 << 15).map(|_| AtomicU64::new(0)).collect();
    std::thread::scope(|scope| {
        for index in 0..parts {
            let shared = &shared;
            scope.spawn(move || work(Part::new(9, lines, index, parts), shared));
        }
    });
    merge(&shared)
}

fn counted_slowly(lines: u64) -> Counts {
    let (mut pv, mut addresses) = (0, HashSet::new());
    Part::new(9, lines, 0, 1).for_each_line(|line| {
        let address = String::from_utf8_lossy(line).split(' ').next().unwrap_or_default().to_owned();
        if address.parse::<std::net::Ipv4Addr>().is_ok() {
            pv += 1;
            addresses.insert(address);
        }
    });
    Counts { pv, uv: addresses.len() as u64 }
}

fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> RecordedRun {
    trial::run_recorded(program, variant, rows).expect("the variant runs")
}
