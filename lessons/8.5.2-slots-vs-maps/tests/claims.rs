//! What lesson 8.5.2 asserts about itself: what a row costs by its layout, that the egg costs
//! nothing in Rust and sixteen bytes in CPython, and what the exercise asks for. Peaks of the heap
//! probe are exact on one thread.

use heaplab_lesson::trial::{self, RecordedRun, example_path};
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_slots-vs-maps");
const ROWS: u64 = 100_000;
/// The scale that the exercise names.
const EXERCISE_ROWS: u64 = 1_000_000;

/// What the exercise asks for, and the further step, in bytes per row at the peak.
const GOAL_BYTES_A_ROW: u64 = 60;
const FURTHER_GOAL_BYTES_A_ROW: u64 = 32;

/// What the names `user0`, `user1`, … hold on the heap, each in a `String` of its own.
fn names_bytes(rows: u64) -> u64 {
    (0..rows).map(|i| format!("user{i}").capacity() as u64).sum()
}

#[test]
fn a_struct_costs_its_fields_and_its_name() {
    assert_eq!(size_of::<(String, u64)>(), 32);
    assert_eq!(peak_bytes(LESSON, "slots", ROWS), ROWS * 32 + names_bytes(ROWS));
}

#[test]
fn the_egg_costs_nothing_in_rust() {
    assert_eq!(peak_bytes(LESSON, "slots_by", ROWS), peak_bytes(LESSON, "slots", ROWS));
}

#[test]
fn a_short_name_stays_inside_its_row() {
    assert_eq!(peak_bytes(LESSON, "compact", ROWS), ROWS * 32);
}

#[test]
fn columns_cost_two_numbers_a_row_and_one_string() {
    let mut names = String::new();
    let mut last = 0;
    for i in 0..ROWS {
        let name = format!("user{i}");
        names += &name;
        last = name.capacity();
    }
    // While the last row is on its way into the columns, its name is there twice.
    assert_eq!(peak_bytes(LESSON, "columns", ROWS), ROWS * 16 + (names.capacity() + last) as u64);
}

#[test]
fn a_map_a_row_costs_several_structs() {
    let slots = peak_bytes(LESSON, "slots", ROWS);
    let list_dict = peak_bytes(LESSON, "list_dict", ROWS);
    assert!(list_dict > 4 * slots, "a HashMap per row {list_dict}, a struct per row {slots}");
    assert!(peak_bytes(LESSON, "json", ROWS) > 2 * list_dict);
}

#[test]
fn packed_is_under_two_bytes_a_row_while_it_is_built() {
    let packed = peak_bytes(LESSON, "packed", ROWS);
    assert!(packed < 2 * ROWS, "{packed} bytes for {ROWS} rows");
}

/// A random score has nothing to give, and neither have most bits of a random name: less would mean
/// that rows are lost or guessed. Names end to end with 8 bytes of score and 4 of offset would take
/// 28.
#[test]
fn packed_does_not_pack_what_cannot_be_packed() {
    let packed = peak_bytes(LESSON, "packed_random", ROWS);
    assert!((20 * ROWS..24 * ROWS).contains(&packed), "{packed} bytes for {ROWS} rows");
}

#[test]
fn every_variant_keeps_the_same_rows() {
    let checksum = |variant| measured(LESSON, variant, 2_500).checksum;
    let of_slots = checksum("slots");
    for variant in ["list_dict", "json", "slots_by", "compact", "columns", "packed"] {
        assert_eq!(checksum(variant), of_slots, "{variant}");
    }
    assert_ne!(checksum("packed_random"), of_slots);
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let (exercise, solution) =
        (example_path("slots-vs-maps-exercise").unwrap(), example_path("slots-vs-maps-solution").unwrap());
    let mine = measured(&exercise, "mine", EXERCISE_ROWS);
    let numbered = measured(&solution, "numbered", EXERCISE_ROWS);
    let columns = measured(&solution, "columns", EXERCISE_ROWS);
    if mine.heap.peak_bytes <= GOAL_BYTES_A_ROW * EXERCISE_ROWS {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(numbered.heap.peak_bytes < GOAL_BYTES_A_ROW * EXERCISE_ROWS);
    assert!(
        numbered.heap.peak_bytes > FURTHER_GOAL_BYTES_A_ROW * EXERCISE_ROWS,
        "there would be nothing further to go for"
    );
    assert!(columns.heap.peak_bytes < FURTHER_GOAL_BYTES_A_ROW * EXERCISE_ROWS);
    assert_eq!(mine.checksum, numbered.checksum);
    assert_eq!(mine.checksum, columns.checksum);
}

/// `sys.getsizeof` tells 8 bytes more, and an object takes 16 more: 64-bit CPython hands out
/// multiples of 16.
#[test]
fn the_egg_costs_sixteen_bytes_in_cpython() {
    let printed = trial::capture_python(env!("CARGO_MANIFEST_DIR"), &["egg.py"]).expect("the script runs");
    let Some(said) = printed else { return };
    let numbers: Vec<Vec<u64>> =
        said.lines().map(|line| line.split(' ').filter_map(|word| word.parse().ok()).collect()).collect();
    let [[size, apart], [size_by, apart_by]] =
        [[numbers[0][0], numbers[0][1]], [numbers[1][0], numbers[1][1]]];
    assert_eq!(size_by - size, 8, "{said}");
    assert_eq!(apart_by - apart, 16, "{said}");
}

fn peak_bytes(program: impl AsRef<Path>, variant: &str, rows: u64) -> u64 {
    measured(program, variant, rows).heap.peak_bytes
}

fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> RecordedRun {
    trial::run_recorded(program, variant, rows).expect("the variant runs")
}
