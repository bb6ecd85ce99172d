//! What lesson 8.1.3 asserts about itself: survivors that lie far apart keep every arena, survivors side by side let most go.
//! The heap probe sees pymalloc's arenas, to the byte.

use serde_json::Value;
use small_objects::pymalloc::ARENA_BYTES;
use std::path::{Path, PathBuf};
use std::process::Command;

const LESSON: &str = env!("CARGO_BIN_EXE_small-objects");
const BLOCKS: u64 = 50_000;
/// What the exercise asks for, in bytes that are live at the end of 100,000 blocks.
const GOAL_BYTES: u64 = 2_000_000;

#[test]
fn scattered_survivors_keep_every_arena_and_neighbours_let_them_go() {
    let (scattered, in_a_row) = (heap("pymalloc"), heap("pymalloc_row"));
    let full = live_bytes(&scattered, "free");
    assert_eq!(full, live_bytes(&in_a_row, "free"), "both begin with the same blocks");
    assert_eq!(live_bytes(&scattered, "again"), full, "an arena went back");
    let given_back = full - live_bytes(&in_a_row, "again");
    assert!(given_back >= 20 * ARENA_BYTES as u64, "only {given_back} bytes went back");
}

#[test]
fn the_recorder_sees_arenas_where_it_sees_the_systems_blocks() {
    let blocks =
        |variant| heap(variant)["measurement"]["total_blocks"].as_u64().expect("the heap probe counts");
    // The list of slots, the room for pages, and every block of the churn.
    assert_eq!(blocks("system"), 2 + BLOCKS + BLOCKS / 4);
    // An arena and its record.
    let arenas = (blocks("pymalloc") - 2) / 2;
    let list = live_bytes(&heap("pymalloc"), "build");
    let peak =
        heap("pymalloc")["measurement"]["peak_bytes"].as_u64().expect("the heap probe measures the peak");
    let in_arenas = peak - list;
    assert!(
        (arenas * ARENA_BYTES as u64..arenas * (ARENA_BYTES as u64 + 128)).contains(&in_arenas),
        "{in_arenas}"
    );
    // mimalloc maps its own: the recorder sees the list.
    assert_eq!(blocks("mimalloc"), 2);
}

#[test]
fn every_variant_of_a_group_does_the_same_work() {
    let checksum = |variant| plain(variant)["checksum"].clone();
    for variant in ["pymalloc", "pymalloc_8", "mimalloc"] {
        assert_eq!(checksum(variant), checksum("system"), "{variant}");
    }
    assert_eq!(checksum("pymalloc_row"), checksum("system_row"));
    assert_ne!(checksum("system_row"), checksum("system"), "other blocks survive");
}

#[test]
fn the_pictures_are_handed_over() {
    let record = plain("pymalloc");
    let attachments = record["attachments"].as_array().expect("pymalloc hands pictures over");
    let named = |name: &str| attachments.iter().find(|attachment| attachment["name"] == name).expect(name);
    for chart in ["usable", "padding"] {
        let points = named(chart)["series"][0]["points"].as_array().map(Vec::len);
        assert_eq!(points, Some(1_024), "{chart}");
    }
    assert_eq!(named("alignment_bytes")["value"]["value"], 16);
    for map in ["arenas-full", "arenas-scattered"] {
        let rows = named(map)["rows"].as_array().map_or(0, Vec::len);
        assert!((8..=16).contains(&rows), "{map}: {rows} arenas are no picture");
    }
    assert!(named("pools-scattered")["rows"].as_array().is_some_and(|rows| rows.len() > 3));
    let row = plain("pymalloc_row");
    assert!(
        row["attachments"].to_string().contains(r#""state":"returned""#),
        "no arena went back on the map"
    );
}

/// The same work and the same table from CPython, where there is one.
#[test]
fn cpython_does_the_same_work() {
    for (script, variant) in [("objects", "pymalloc"), ("objects_row", "pymalloc_row")] {
        let out = tempfile::tempdir().expect("a temporary folder can be made");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("python/{script}.py"));
        let python = std::env::var_os("HEAPLAB_PYTHON").unwrap_or_else(|| "python3".into());
        let mut command = Command::new(python);
        command.arg("-B").arg(path).env("HEAPLAB_ROWS", BLOCKS.to_string()).env("HEAPLAB_OUT", out.path());
        let Ok(status) = command.status() else {
            assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "python3 is needed here");
            return println!("skipped: there is no python3");
        };
        assert!(status.success(), "{script}: {status}");
        let (record, rust) = (read(out.path()), plain(variant));
        assert_eq!(record["checksum"], rust["checksum"], "{script}");
        let table = |record: &Value| {
            let table =
                record["attachments"].as_array()?.iter().find(|attachment| attachment["kind"] == "table")?;
            Some((table["title"].clone(), table["columns"].clone()))
        };
        assert_eq!(table(&record), table(&rust), "the tables of both would not become one");
        let why =
            record["attachments"][0]["rows"][0][7]["value"]["en"].as_str().unwrap_or_default().to_owned();
        assert!(why.starts_with("97 % of the bytes were freed and "), "{why}");
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure. In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example("small-objects-exercise"), "mine", 100_000, "heap");
    let solution = measured(example("small-objects-solution"), "mine", 100_000, "heap");
    let end = |record: &Value| {
        record["measurement"]["end_bytes"].as_u64().expect("the heap probe measures the end")
    };
    if end(&exercise) <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert!(end(&solution) < GOAL_BYTES, "{solution}");
    assert_eq!(exercise["checksum"], solution["checksum"]);
}

fn heap(variant: &str) -> Value {
    measured(LESSON, variant, BLOCKS, "heap")
}

fn plain(variant: &str) -> Value {
    measured(LESSON, variant, BLOCKS, "plain")
}

/// Live bytes where a phase begins, as the recorder saw them.
fn live_bytes(record: &Value, phase: &str) -> u64 {
    let phases = record["phases"].as_array().expect("the lesson marks its phases");
    let found = phases.iter().find(|mark| mark["name"] == phase).expect(phase);
    found["live_bytes"].as_u64().expect("the heap probe knows live bytes")
}

/// The record of one run under a probe.
fn measured(program: impl AsRef<Path>, variant: &str, rows: u64, probe: &str) -> Value {
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let status = Command::new(program.as_ref())
        .args([variant, "--rows", &rows.to_string()])
        .env("HEAPLAB_PROBE", probe)
        .env("HEAPLAB_OUT", out.path())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{variant}: {status}");
    read(out.path())
}

fn read(folder: &Path) -> Value {
    let text = std::fs::read(folder.join("record.json")).expect("the program writes a record");
    serde_json::from_slice(&text).expect("the record is JSON")
}

/// An example of this package: cargo builds them with its tests, unless it is told `--test claims`.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("a test lies in PROFILE/deps");
    let path = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{} is not built: run `cargo test -p small-objects`", path.display());
    path
}
