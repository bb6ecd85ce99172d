//! What lesson 8.1 asserts about itself: what leaks, to the byte, what does not, and what the collector wrote down. Live bytes of
//! the heap probe are exact on one thread.

use serde_json::Value;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_refcount-cycles");
const ROWS: u64 = 20_000;

/// What a family of `Rc`s takes: three blocks with two counts each, a name, and a buffer for two children.
fn family_bytes(i: u64) -> u64 {
    let counts = 2 * size_of::<usize>();
    let parent = counts + size_of::<(String, RefCell<Vec<usize>>)>();
    let child = counts + size_of::<(u64, usize)>();
    (parent + format!("family{i}").capacity() + 2 * size_of::<usize>() + 2 * child) as u64
}

#[test]
fn a_cycle_of_rcs_leaks_every_byte() {
    let leaked = (0..ROWS).map(family_bytes).sum::<u64>();
    assert_eq!(figure(&heap("rc_cycle", ROWS), "end_bytes"), leaked);
}

#[test]
fn whoever_breaks_or_finds_the_cycle_leaks_nothing() {
    for variant in ["weak_back_edge", "arena_indices", "collector"] {
        let record = heap(variant, ROWS);
        assert_eq!((figure(&record, "end_bytes"), figure(&record, "end_blocks")), (0, 0), "{variant}");
    }
}

#[test]
fn what_lives_at_once_does_not_grow_with_the_families() {
    for variant in ["weak_back_edge", "arena_indices", "collector", "dumpster_often"] {
        let peak = |rows| figure(&heap(variant, rows), "peak_bytes");
        let (some, more) = (peak(ROWS), peak(2 * ROWS));
        assert!(more < some + some / 2, "{variant}: {some} bytes, and with twice the families {more}");
    }
    let leaked = figure(&heap("rc_cycle", ROWS), "end_bytes");
    assert!(figure(&heap("collector", ROWS), "peak_bytes") < leaked / 2);
}

/// It starts a collection when more references have gone than there are. Here each family brings more than it takes away.
#[test]
fn dumpster_as_it_comes_never_starts() {
    let (default, often) = (heap("dumpster", ROWS), heap("dumpster_often", ROWS));
    let peak = |record| figure(record, "peak_bytes");
    assert!(peak(&default) > figure(&heap("rc_cycle", ROWS), "peak_bytes"));
    assert!(peak(&often) < peak(&default) / 10);
}

#[test]
fn every_variant_reads_the_same_families() {
    let checksum = |variant| heap(variant, 2_500)["checksum"].clone();
    let expected = checksum("rc_cycle");
    for variant in ["weak_back_edge", "arena_indices", "collector", "dumpster", "dumpster_often"] {
        assert_eq!(checksum(variant), expected, "{variant}");
    }
}

/// Three objects a family, each on a cycle: all of them are the collector's to free, and none is left.
#[test]
fn the_collector_writes_down_whom_it_freed() {
    let record = measured(LESSON, "collector", ROWS, "plain");
    let attachments = record["attachments"].as_array().expect("the collector hands pictures over");
    let rows = attachments.iter().find(|one| one["kind"] == "table").expect("a table")["rows"].clone();
    let count = |row: &Value, column: usize| row[column]["value"].as_u64().expect("a count");
    let rows = rows.as_array().expect("three generations").clone();
    let freed: u64 = rows.iter().map(|row| count(row, 5)).sum();
    assert_eq!(freed, 3 * ROWS);
    assert_eq!(count(&rows[2], 2), 1, "one collection was asked for, at the end");
    for (name, column) in [("collector-looked-at", 4), ("collector-freed", 5)] {
        let chart = attachments.iter().find(|one| one["name"] == name).expect(name);
        let series = chart["series"].as_array().expect("series");
        for (series, row) in series.iter().zip(&rows) {
            let points = series["points"].as_array().expect("points");
            let sum: f64 = points.iter().filter_map(|point| point[1].as_f64()).sum();
            assert_eq!((points.len() as u64, sum as u64), (count(row, 1), count(row, column)), "{name}");
        }
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure. In CI it has to miss.
#[test]
fn the_exercise_leaks_and_the_solution_does_not() {
    let exercise = measured(example("refcount-cycles-exercise"), "mine", 500, "heap");
    let solution = measured(example("refcount-cycles-solution"), "mine", 500, "heap");
    if figure(&exercise, "end_bytes") == 0 {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert_eq!(figure(&solution, "end_bytes"), 0);
    assert_eq!(exercise["checksum"], solution["checksum"]);
}

fn heap(variant: &str, rows: u64) -> Value {
    measured(LESSON, variant, rows, "heap")
}

fn figure(record: &Value, name: &str) -> u64 {
    record["measurement"][name].as_u64().expect("the heap probe measures it")
}

/// The record of one run.
fn measured(program: impl AsRef<Path>, variant: &str, rows: u64, probe: &str) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let status = Command::new(program.as_ref())
        .args([variant, "--rows", &rows.to_string()])
        .env("HEAPLAB_PROBE", probe)
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
    assert!(path.is_file(), "{} is not built: run `cargo test -p refcount-cycles`", path.display());
    path
}
