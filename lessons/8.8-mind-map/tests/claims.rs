//! What lesson 8.8 asserts about itself: a cycle stays, maps are larger than structs, and a
//! generator keeps nothing. Peaks of the heap probe are exact on one thread.

use heaplab_lesson::trial::{self, RecordedRun, example_path};
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_mind-map");

/// What the exercise asks for, in bytes at the peak.
const GOAL_BYTES: u64 = 2_000;

#[test]
fn what_was_let_go_in_a_cycle_stays() {
    let cycle = measured(LESSON, "cycle", 5_000).heap;
    // A handle to the ledger a row more than `slots`, and the ledger itself: two counts and a Vec
    // in its cell.
    let slots = measured(LESSON, "slots", 5_000).heap;
    assert_eq!(cycle.end_bytes, slots.end_bytes + 5_000 * 8 + 48);
    assert_eq!(measured(LESSON, "generator", 5_000).heap.end_bytes, 0);
}

#[test]
fn the_ladder_goes_down() {
    let peak = |variant| measured(LESSON, variant, 5_000).heap.peak_bytes;
    let (maps, slots, generator) = (peak("maps"), peak("slots"), peak("generator"));
    assert!(maps > 3 * slots, "{maps} {slots}");
    assert_eq!(generator, "user4999".len() as u64);
}

#[test]
fn every_variant_does_the_same_work_and_so_does_cpython() {
    let checksum = |variant| measured(LESSON, variant, 1_500).checksum;
    for variant in ["cycle", "slots", "generator"] {
        assert_eq!(checksum(variant), checksum("maps"), "{variant}");
    }
    for script in ["maps", "generator"] {
        if let Some(record) = trial::run_python(env!("CARGO_MANIFEST_DIR"), script, 1_500).expect("it runs") {
            assert_eq!(record.checksum, checksum("maps"), "{script}");
        }
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example_path("mind-map-exercise").unwrap(), "mine", 20_000);
    let solution = measured(example_path("mind-map-solution").unwrap(), "mine", 20_000);
    if exercise.heap.peak_bytes <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(solution.heap.peak_bytes < GOAL_BYTES, "{solution:?}");
    assert_eq!(exercise.checksum, solution.checksum);
}

fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> RecordedRun {
    trial::run_recorded(program, variant, rows).expect("the variant runs")
}
