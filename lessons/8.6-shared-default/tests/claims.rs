//! What lesson 8.6 asserts about itself: each trap grows with the calls, no fix does, and both do the same work. Live bytes
//! of the heap probe are exact on one thread.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

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
            [CALLS, 2 * CALLS, 4 * CALLS].map(|calls| end_bytes(LESSON, trap, calls));
        assert!(twice - once >= CALLS * ITEM_BYTES, "{trap}: {once}, {twice}");
        assert!(four_times - twice >= 2 * CALLS * ITEM_BYTES, "{trap}: {twice}, {four_times}");
    }
}

#[test]
fn no_fix_grows_with_the_calls() {
    for (_, fix) in PAIRS {
        let once = measured(LESSON, fix, CALLS);
        let four_times = measured(LESSON, fix, 4 * CALLS);
        for figure in ["end_bytes", "end_blocks", "peak_bytes"] {
            assert_eq!(once["measurement"][figure], four_times["measurement"][figure], "{fix} {figure}");
        }
    }
}

/// Where the bag itself is a `Vec` of numbers, what is alive is the bag and what leads to it, to the byte.
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
        assert_eq!(end_bytes(LESSON, trap, CALLS), bytes, "{trap}");
    }
}

#[test]
fn the_wrong_answers_are_in_the_bag_and_not_in_the_checksum() {
    let of_static = measured(LESSON, "static_fixed", CALLS)["checksum"].clone();
    for (trap, fix) in PAIRS {
        // The cache answers right; what is wrong with it is that it keeps.
        let in_trap = if trap == "once_lock_cache" { 1 } else { CALLS };
        for (variant, items) in [(trap, in_trap), (fix, 1)] {
            let record = measured(LESSON, variant, CALLS);
            assert_eq!(record["checksum"], of_static, "{variant}");
            assert_eq!(cell(&record, 1), items, "{variant}");
            let third = figure(&record, "bag_length_after_three_calls");
            assert_eq!(third, Some(items.min(3)), "{variant}");
        }
    }
}

/// The picture's last point is what the recorder counts at the end: the curve and the table are of one measurement.
#[test]
fn the_growth_curve_ends_where_the_region_does() {
    for variant in PAIRS.iter().flat_map(|(trap, fix)| [*trap, *fix]) {
        let record = measured(LESSON, variant, CALLS);
        let chart = attached(&record, "chart").expect("the heap probe draws the growth");
        let points = chart["series"][0]["points"].as_array().expect("points are a list");
        assert_eq!(points.len(), 65, "{variant}");
        let [calls, bytes] = [0, 1].map(|axis| points[64][axis].as_f64().expect("a point is two numbers"));
        assert_eq!(calls as u64, CALLS, "{variant}");
        assert_eq!(bytes as u64, record["measurement"]["end_bytes"].as_u64().unwrap(), "{variant}");
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure. In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example("shared-default-exercise"), "mine", 50_000);
    let solution = measured(example("shared-default-solution"), "mine", 50_000);
    if peak(&exercise) <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(peak(&solution) < GOAL_BYTES, "{solution}");
    assert_eq!(peak(&solution), peak(&measured(example("shared-default-solution"), "mine", 1_000)));
    assert_eq!(exercise["checksum"], solution["checksum"]);
}

fn end_bytes(program: impl AsRef<Path>, variant: &str, calls: u64) -> u64 {
    measured(program, variant, calls)["measurement"]["end_bytes"]
        .as_u64()
        .expect("the heap probe measures it")
}

fn peak(record: &Value) -> u64 {
    record["measurement"]["peak_bytes"].as_u64().expect("the heap probe measures the peak")
}

/// The record of one run under the heap probe.
fn measured(program: impl AsRef<Path>, variant: &str, calls: u64) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let status = Command::new(program.as_ref())
        .args([variant, "--rows", &calls.to_string()])
        .env("HEAPLAB_PROBE", "heap")
        .env("HEAPLAB_OUT", out.path())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{variant}: {status}");
    let text = std::fs::read(out.path().join("record.json")).expect("the program writes a record");
    serde_json::from_slice(&text).expect("the record is JSON")
}

fn attached<'a>(record: &'a Value, kind: &str) -> Option<&'a Value> {
    record["attachments"].as_array()?.iter().find(|attachment| attachment["kind"] == kind)
}

/// A cell of the one row of the record's table.
fn cell(record: &Value, column: usize) -> Value {
    attached(record, "table").map_or(Value::Null, |table| table["rows"][0][column]["value"].clone())
}

fn figure(record: &Value, name: &str) -> Option<u64> {
    let mut attachments = record["attachments"].as_array()?.iter();
    let figure = attachments.find(|one| one["kind"] == "figure" && one["name"] == name)?;
    figure["value"]["value"].as_u64()
}

/// An example of this package: cargo builds them with its tests, unless it is told `--test claims`.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("a test lies in PROFILE/deps");
    let path = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{} is not built: run `cargo test -p shared-default`", path.display());
    path
}
