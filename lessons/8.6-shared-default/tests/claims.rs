//! What lesson 8.6 asserts about itself: each trap grows with the calls, no fix does, and both do
//! the same work. Live bytes of the heap probe are exact on one thread.

use heaplab_lesson::trial::{self, RecordedRun, charts, example_path, find_figure, tables, whole_number};
use heaplab_report::lesson_data::present;
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_shared-default");
const CALLS: u64 = 1_024;

/// What the exercise asks for, in bytes at the peak.
const GOAL_BYTES: u64 = 1_000;

/// The least that one more call leaves alive in a trap: its item.
const ITEM_BYTES: u64 = 8;

/// Each trap with its fix.
const PAIRS: [(&str, &str); 6] = [
    ("static_default", "static_fixed"),
    ("thread_default", "thread_fixed"),
    ("default_shared", "default_new"),
    ("vec_of_one_rc", "vec_of_many_rc"),
    ("once_lock_cache", "bounded_cache"),
    ("builder_shared", "builder_owned"),
];

#[test]
fn every_trap_grows_with_the_calls() {
    for (trap, _) in PAIRS {
        let [once, twice, four_times] =
            [CALLS, 2 * CALLS, 4 * CALLS].map(|calls| measured(LESSON, trap, calls).heap.end_bytes);
        assert!(twice - once >= CALLS * ITEM_BYTES, "{trap}: {once}, {twice}");
        assert!(four_times - twice >= 2 * CALLS * ITEM_BYTES, "{trap}: {twice}, {four_times}");
    }
}

#[test]
fn no_fix_grows_with_the_calls() {
    for (_, fix) in PAIRS {
        let once = measured(LESSON, fix, CALLS).heap;
        let four_times = measured(LESSON, fix, 4 * CALLS).heap;
        assert_eq!(once.end_bytes, four_times.end_bytes, "{fix}");
        assert_eq!(once.end_blocks, four_times.end_blocks, "{fix}");
        assert_eq!(once.peak_bytes, four_times.peak_bytes, "{fix}");
    }
}

/// Where the bag itself is a `Vec` of numbers, what is alive is the bag and what leads to it, to
/// the byte.
#[test]
fn a_trap_holds_every_item_of_every_call() {
    let mut bag = Vec::new();
    (0..CALLS).for_each(|item| bag.push(item));
    let bag_bytes = (bag.capacity() * size_of::<u64>()) as u64;
    // Two counts and the RefCell: its flag, and the three words of the Vec.
    let shared_bytes = 6 * size_of::<usize>() as u64;
    let handles_bytes = 8 * size_of::<usize>() as u64;
    for (trap, bytes) in [
        ("static_default", bag_bytes),
        ("thread_default", bag_bytes),
        ("default_shared", shared_bytes + bag_bytes),
        ("builder_shared", shared_bytes + bag_bytes),
        ("vec_of_one_rc", handles_bytes + shared_bytes + bag_bytes),
    ] {
        assert_eq!(measured(LESSON, trap, CALLS).heap.end_bytes, bytes, "{trap}");
    }
}

#[test]
fn the_wrong_answers_are_in_the_bag_and_not_in_the_checksum() {
    let of_static = measured(LESSON, "static_fixed", CALLS).checksum;
    for (trap, fix) in PAIRS {
        // The cache answers right; what is wrong with it is that it keeps.
        let in_trap = if trap == "once_lock_cache" { 1 } else { CALLS };
        for (variant, items) in [(trap, in_trap), (fix, 1)] {
            let RecordedRun { checksum, attachments, .. } = measured(LESSON, variant, CALLS);
            assert_eq!(checksum, of_static, "{variant}");
            let table = tables(&attachments).next().expect("the last call's bag is in the table");
            assert_eq!(whole_number(&table.rows[0][1]), Some(items), "{variant}");
            let third = find_figure(&attachments, "bag_length_after_three_calls");
            assert_eq!(third, Some(items.min(3)), "{variant}");
        }
    }
}

/// The picture's last point is what the recorder counts at the end: the curve and the table are of
/// one measurement.
#[test]
fn the_growth_curve_ends_where_the_region_does() {
    for variant in PAIRS.iter().flat_map(|(trap, fix)| [*trap, *fix]) {
        let RecordedRun { heap, attachments, .. } = measured(LESSON, variant, CALLS);
        let chart = charts(&attachments).next().expect("the heap probe draws the growth");
        let points = &chart.series[0].points;
        assert_eq!(points.len(), 65, "{variant}");
        let [calls, bytes] = points[64];
        assert_eq!(calls as u64, CALLS, "{variant}");
        assert_eq!(bytes as u64, heap.end_bytes, "{variant}");
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example_path("shared-default-exercise").unwrap(), "mine", 50_000);
    let solution = measured(example_path("shared-default-solution").unwrap(), "mine", 50_000);
    if exercise.heap.peak_bytes <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(solution.heap.peak_bytes < GOAL_BYTES, "{solution:?}");
    let fewer = measured(example_path("shared-default-solution").unwrap(), "mine", 1_000);
    assert_eq!(solution.heap.peak_bytes, fewer.heap.peak_bytes);
    assert_eq!(exercise.checksum, solution.checksum);
}

fn measured(program: impl AsRef<Path>, variant: &str, calls: u64) -> RecordedRun {
    let run = trial::run_recorded(program, variant, calls).expect("the variant runs");
    RecordedRun { attachments: present(run.attachments), ..run }
}
