//! What lesson 8.2 asserts about itself: each fault grows and its repair does not, by one and the
//! same assertion, which has to fail for the fault: the fault is the mutation of its repair.

use heaplab_lesson::trial::{self, RecordedRun, example_path};
use heaplab_lesson::{Attachment, Cell, Graph, Table};
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_leak-hunt");

/// Enough for every limit of the repaired parts to be reached.
const REQUESTS: u64 = 2_000;

/// What the exercise asks for, in bytes at the peak.
const GOAL_BYTES: u64 = 30_000;

const FAULTS_AND_REPAIRS: [(&str, &str); 7] = [
    ("cache_unbounded", "cache_bounded"),
    ("listener_kept", "listener_ended"),
    ("rc_cycle", "rc_weak"),
    ("box_leak", "box_owned"),
    ("slow_reader", "reader_awaited"),
    ("thread_grows", "thread_cleared"),
    ("looks_like_leak", "looks_trimmed"),
];

/// Blocks that four times the requests add to what is live at the end. What is full adds none.
fn added_blocks(variant: &str) -> u64 {
    let at = |requests| measured(LESSON, variant, requests).heap.end_blocks;
    at(4 * REQUESTS).saturating_sub(at(REQUESTS))
}

/// The assertion of a repair: after four times the requests there are no more blocks than before.
fn does_not_grow(variant: &str) -> bool {
    added_blocks(variant) == 0
}

macro_rules! repaired {
    ($($test:ident: $fault:literal, $repair:literal;)+) => {$(
        #[test]
        fn $test() {
            assert!(does_not_grow($repair), "{} grows by {} blocks", $repair, added_blocks($repair));
            // With its leak put back, the same assertion fails: at least one block a request, or
            // its container's.
            let added = added_blocks($fault);
            assert!(added >= REQUESTS, "{} grows by {added} blocks only", $fault);
        }
    )+};
}

repaired! {
    a_cache_with_a_limit_is_full: "cache_unbounded", "cache_bounded";
    a_listener_goes_with_its_connection: "listener_kept", "listener_ended";
    a_weak_way_back_lets_a_document_go: "rc_cycle", "rc_weak";
    an_owned_name_is_made_once: "box_leak", "box_owned";
    a_full_channel_makes_the_writer_wait: "slow_reader", "reader_awaited";
    a_thread_forgets_with_each_request: "thread_grows", "thread_cleared";
}

/// Nothing to repair, and less to hold.
#[test]
fn what_looks_like_a_leak_stops() {
    let trimmed = |variant: &str| measured(LESSON, variant, 4 * REQUESTS).heap.end_bytes < 12_000;
    assert!(does_not_grow("looks_like_leak") && does_not_grow("looks_trimmed"));
    assert!(trimmed("looks_trimmed") && !trimmed("looks_like_leak"));
    // While it fills it does look like one.
    let at = |requests| measured(LESSON, "looks_like_leak", requests).heap.end_blocks;
    assert!(at(200) - at(100) >= 100);
}

#[test]
fn every_variant_gives_the_same_answers() {
    let checksum = |variant| measured(LESSON, variant, 500).checksum;
    let first = checksum("cache_unbounded");
    for variant in FAULTS_AND_REPAIRS.iter().flat_map(|&(fault, repair)| [fault, repair]) {
        assert_eq!(checksum(variant), first, "{variant}");
    }
    for script in ["cache_unbounded", "cache_bounded", "listener_kept", "listener_ended"] {
        let record = trial::run_python(env!("CARGO_MANIFEST_DIR"), script, 500).unwrap();
        assert!(record.is_none_or(|record| record.checksum == first), "{script}");
    }
}

/// object-graph's word on the two documents.
#[test]
fn only_the_cycle_leaves_a_document_that_nothing_reaches() {
    let graph = |variant| -> Graph {
        let attachments = measured(LESSON, variant, 100).attachments;
        let graph = attachments.into_iter().find_map(|attachment| match attachment {
            Attachment::Graph(graph) => Some(graph),
            _ => None,
        });
        graph.expect("it hands a graph over")
    };
    let (cycle, weak) = (graph("rc_cycle"), graph("rc_weak"));
    assert!(cycle.nodes.iter().filter(|node| node.leaked && node.in_cycle).count() >= 4, "{cycle:?}");
    // What is left is a block without a value, held by the pointer that we look through.
    assert!(
        weak.nodes.iter().all(|node| node.strong == Some(0) && !node.in_cycle && !node.leaked),
        "{weak:?}"
    );
    let born = |graph: &Graph| graph.nodes.iter().filter_map(|node| node.born_at.clone()).collect::<Vec<_>>();
    assert!(born(&cycle).iter().any(|line| line.contains("documents.rs:")), "{cycle:?}");
}

/// The lecture's five lines, in both languages of the demo.
#[test]
fn the_demo_tells_the_line_that_holds_the_most() {
    let table = |attachments: Vec<Attachment>| -> Table {
        let table = attachments.into_iter().find_map(|attachment| match attachment {
            Attachment::Table(table) => Some(table),
            _ => None,
        });
        table.expect("it hands a table over")
    };
    let first = |table: &Table| match &table.rows[0][..] {
        [Cell::Text(line), Cell::Text(live), Cell::Count(blocks)] => (line.clone(), live.clone(), *blocks),
        other => panic!("{other:?}"),
    };
    let big = measured(LESSON, "big", REQUESTS);
    let (line, live, blocks) = first(&table(big.attachments));
    assert!(line.contains("lessons/8.2-leak-hunt/src/big.rs:"), "{line}");
    // A text is 1,000 times five characters of three bytes in UTF-8; the list of a hundred of them
    // is made by the same line.
    assert_eq!((live, blocks), (format!("{:.1} KiB", (100 * (15_000 + 24)) as f64 / 1024.0), 101));
    let Some(python) = trial::run_python(env!("CARGO_MANIFEST_DIR"), "big", REQUESTS).unwrap() else {
        return;
    };
    let (line, live, blocks) = first(&table(python.attachments));
    assert!(line.contains("python/big.py:") && (100..=110).contains(&blocks), "{line} {live} {blocks}");
    assert_eq!(python.checksum, big.checksum);
}

/// memray's own page, and figures of memray's that hold what the leak must hold at least: the reply
/// of every request.
#[test]
fn memray_sees_the_leak_too() {
    const SCRIPT_REQUESTS: u64 = 20_000;
    let folder = env!("CARGO_MANIFEST_DIR");
    let ran = trial::run_python_with_tools(folder, "cache_unbounded", SCRIPT_REQUESTS, &["memray"]).unwrap();
    let Some(ran) = ran else { return };
    let (file, page) = ran.read_file("memray-flamegraph.html").unwrap().expect("it hands its page over");
    assert_eq!(file.tool, "memray");
    let page = String::from_utf8(page).unwrap();
    assert!(page.trim_start().to_lowercase().starts_with("<!doctype html>"));
    assert!(page.contains("cache_unbounded.py"), "the page names the leaking script");
    let table = trial::tables(&ran.attachments).next().expect("its costs");
    let [plain, nothing, watched] = &table.rows[..] else { panic!("{table:#?}") };
    let bytes = |row: &[Cell], column: usize| trial::whole_number(&row[column]).expect("bytes");
    let (peak, total) = (bytes(watched, 4), bytes(watched, 5));
    assert!(peak > SCRIPT_REQUESTS * 100 && total >= peak, "{peak} {total}");
    assert!(bytes(watched, 3) > bytes(plain, 3), "{table:#?}");
    assert!(bytes(watched, 3) > bytes(nothing, 3), "{table:#?}");
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_misses_its_goal_and_the_solution_meets_it() {
    let exercise = measured(example_path("leak-hunt-exercise").unwrap(), "mine", 20_000);
    if exercise.heap.peak_bytes <= GOAL_BYTES {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    for requests in [20_000, 60_000] {
        let solution = measured(example_path("leak-hunt-solution").unwrap(), "mine", requests);
        assert!(solution.heap.peak_bytes < GOAL_BYTES, "{solution:?}");
        if requests == 20_000 {
            assert_eq!(exercise.checksum, solution.checksum);
        }
    }
}

fn measured(program: impl AsRef<Path>, variant: &str, requests: u64) -> RecordedRun {
    trial::run_recorded(program, variant, requests).expect("the variant runs")
}
