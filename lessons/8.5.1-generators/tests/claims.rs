//! What lesson 8.5.1 asserts about itself: a list's peak is every row, a generator's is one, and a window's is the window.
//! Peaks of the heap probe are exact on one thread.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let blocks = |variant| measured(LESSON, variant, 5_000)["measurement"]["total_blocks"].clone();
    assert_eq!(blocks("generator_slots"), 5_000);
    assert_eq!(blocks("generator"), 10_000);
    assert_eq!(blocks("list"), 5_001);
}

#[test]
fn every_variant_does_the_same_work() {
    let checksum = |variant| measured(LESSON, variant, 2_500)["checksum"].clone();
    for variant in ["generator", "generator_slots", "chunked"] {
        assert_eq!(checksum(variant), checksum("list"), "{variant}");
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure. In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example("generators-exercise"), "mine", 50_000);
    let solution = measured(example("generators-solution"), "mine", 50_000);
    if peak(&exercise) <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(peak(&solution) < GOAL_BYTES, "{solution}");
    assert_eq!(exercise["checksum"], solution["checksum"]);
}

fn peak_bytes(program: impl AsRef<Path>, variant: &str, rows: u64) -> u64 {
    peak(&measured(program, variant, rows))
}

fn peak(record: &Value) -> u64 {
    record["measurement"]["peak_bytes"].as_u64().expect("the heap probe measures the peak")
}

/// The record of one run under the heap probe.
fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let status = Command::new(program.as_ref())
        .args([variant, "--rows", &rows.to_string()])
        .env("HEAPLAB_PROBE", "heap")
        .env("HEAPLAB_OUT", out.path())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{variant}: {status}");
    let text = std::fs::read(out.path().join("record.json")).expect("the program writes a record");
    serde_json::from_slice(&text).expect("the record is JSON")
}

/// An example of this package: cargo builds them with its tests, unless it is told `--test claims`.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("a test lies in PROFILE/deps");
    let path = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{} is not built: run `cargo test -p generators`", path.display());
    path
}
