//! What lesson 8.0 asserts about itself: one line keeps every page, and without it nothing grows.
//! Peaks of the heap probe are exact on one thread.

use heaplab_lesson::trial::{self, RecordedRun, example_path};
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_opening");

/// A page of `src/lib.rs`.
const PAGE_BYTES: u64 = "<p>Good morning, visitor 000000.</p>".len() as u64 * 25;

/// What the exercise asks for, in bytes at the peak.
const GOAL_BYTES: u64 = 5_000;

#[test]
fn one_line_keeps_every_page() {
    for visits in [1_024, 4_096] {
        // The pages, and a handle of 24 bytes for each; powers of two fill the list to its end.
        assert_eq!(measured(LESSON, "losing", visits).heap.end_bytes, visits * (PAGE_BYTES + 24));
    }
}

#[test]
fn without_it_nothing_stays() {
    let few = measured(LESSON, "fixed", 1_000).heap;
    let many = measured(LESSON, "fixed", 4_000).heap;
    assert_eq!((few.end_bytes, many.end_bytes), (0, 0));
    assert_eq!(few.peak_bytes, many.peak_bytes);
}

#[test]
fn both_send_the_same_pages_and_so_does_cpython() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let losing = measured(LESSON, "losing", 500).checksum;
    assert_eq!(measured(LESSON, "fixed", 500).checksum, losing);
    for script in ["losing", "fixed"] {
        if let Some(record) = trial::run_python(folder, script, 500).expect("the script runs") {
            assert_eq!(record.checksum, losing, "{script}");
        }
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example_path("opening-exercise").unwrap(), "mine", 10_000);
    let solution = measured(example_path("opening-solution").unwrap(), "mine", 10_000);
    if exercise.heap.peak_bytes <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(solution.heap.peak_bytes < GOAL_BYTES, "{solution:?}");
    assert_eq!(exercise.checksum, solution.checksum);
}

fn measured(program: impl AsRef<Path>, variant: &str, visits: u64) -> RecordedRun {
    trial::run_recorded(program, variant, visits).expect("the variant runs")
}
