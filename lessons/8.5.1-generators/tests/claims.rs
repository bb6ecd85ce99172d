//! What lesson 8.5.1 asserts about itself: a list's peak is every row, a generator's is one, and a
//! window's is the window. Peaks of the heap probe are exact on one thread.

use heaplab_lesson::trial::{self, RecordedRun, example_path};
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_generators");

/// What the exercise asks for, in bytes at the peak.
const GOAL_BYTES: u64 = 1_000;

#[test]
fn a_list_peaks_at_every_row() {
    for rows in [20_000, 40_000] {
        let names: usize = (0..rows).map(|i| format!("user{i}").capacity()).sum();
        let expected = rows * size_of::<(String, u64)>() as u64 + names as u64;
        assert_eq!(peak_bytes(LESSON, "list", rows), expected);
    }
}

#[test]
fn a_generator_peaks_at_one_row_however_many_there_are() {
    for rows in [20_000, 40_000] {
        let name = format!("user{}", rows - 1).capacity() as u64;
        assert_eq!(peak_bytes(LESSON, "generator_slots", rows), name);
    }
    let a_dictionary = peak_bytes(LESSON, "generator", 20_000);
    assert!(a_dictionary < 300, "{a_dictionary} bytes are more than one small dictionary");
    assert_eq!(peak_bytes(LESSON, "generator", 40_000), a_dictionary);
}

#[test]
fn a_window_peaks_at_the_window() {
    for rows in [20_000, 40_000] {
        let a_row = size_of::<(String, u64)>() + format!("user{rows}").capacity();
        assert_eq!(peak_bytes(LESSON, "chunked", rows), 1_000 * a_row as u64);
    }
}

/// The peak is small, the work is not: what the generators free at once they still allocate.
#[test]
fn lazy_is_not_less_work() {
    let blocks = |variant| measured(LESSON, variant, 5_000).heap.total_blocks;
    assert_eq!(blocks("generator_slots"), 5_000);
    assert_eq!(blocks("generator"), 10_000);
    assert_eq!(blocks("list"), 5_001);
}

#[test]
fn every_variant_does_the_same_work() {
    let checksum = |variant| measured(LESSON, variant, 2_500).checksum;
    for variant in ["generator", "generator_slots", "chunked"] {
        assert_eq!(checksum(variant), checksum("list"), "{variant}");
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example_path("generators-exercise").unwrap(), "mine", 50_000);
    let solution = measured(example_path("generators-solution").unwrap(), "mine", 50_000);
    if exercise.heap.peak_bytes <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(solution.heap.peak_bytes < GOAL_BYTES, "{solution:?}");
    assert_eq!(exercise.checksum, solution.checksum);
}

fn peak_bytes(program: impl AsRef<Path>, variant: &str, rows: u64) -> u64 {
    measured(program, variant, rows).heap.peak_bytes
}

fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> RecordedRun {
    trial::run_recorded(program, variant, rows).expect("the variant runs")
}
