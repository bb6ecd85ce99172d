//! What lesson 8.1 asserts about itself: what leaks, to the byte, what does not, and what the
//! collector wrote down. Live bytes of the heap probe are exact on one thread.

use heaplab_lesson::Attachment;
use heaplab_lesson::trial::{self, Probe, RecordedRun, charts, example_path, tables, whole_number};
use heaplab_report::lesson_data::present;
use std::cell::RefCell;
use std::path::Path;

const LESSON: &str = env!("CARGO_BIN_EXE_refcount-cycles");
const ROWS: u64 = 20_000;

/// What a family of `Rc`s takes: three blocks with two counts each, a name, and a buffer for two
/// children.
fn family_bytes(i: u64) -> u64 {
    let counts = 2 * size_of::<usize>();
    let parent = counts + size_of::<(String, RefCell<Vec<usize>>)>();
    let child = counts + size_of::<(u64, usize)>();
    (parent + format!("family{i}").capacity() + 2 * size_of::<usize>() + 2 * child) as u64
}

#[test]
fn a_cycle_of_rcs_leaks_every_byte() {
    let leaked = (0..ROWS).map(family_bytes).sum::<u64>();
    assert_eq!(measured(LESSON, "rc_cycle", ROWS).heap.end_bytes, leaked);
}

#[test]
fn whoever_breaks_or_finds_the_cycle_leaks_nothing() {
    for variant in ["weak_back_edge", "arena_indices", "collector"] {
        let heap = measured(LESSON, variant, ROWS).heap;
        assert_eq!((heap.end_bytes, heap.end_blocks), (0, 0), "{variant}");
    }
}

#[test]
fn what_lives_at_once_does_not_grow_with_the_families() {
    for variant in ["weak_back_edge", "arena_indices", "collector", "dumpster_often"] {
        let peak = |rows| measured(LESSON, variant, rows).heap.peak_bytes;
        let (some, more) = (peak(ROWS), peak(2 * ROWS));
        assert!(more < some + some / 2, "{variant}: {some} bytes, and with twice the families {more}");
    }
    let leaked = measured(LESSON, "rc_cycle", ROWS).heap.end_bytes;
    assert!(measured(LESSON, "collector", ROWS).heap.peak_bytes < leaked / 2);
}

/// It starts a collection when more references have gone than there are. Here each family brings
/// more than it takes away.
#[test]
fn dumpster_as_it_comes_never_starts() {
    let peak = |variant| measured(LESSON, variant, ROWS).heap.peak_bytes;
    let default = peak("dumpster");
    assert!(default > peak("rc_cycle"));
    assert!(peak("dumpster_often") < default / 10);
}

#[test]
fn every_variant_reads_the_same_families() {
    let checksum = |variant| measured(LESSON, variant, 2_500).checksum;
    let expected = checksum("rc_cycle");
    for variant in ["weak_back_edge", "arena_indices", "collector", "dumpster", "dumpster_often"] {
        assert_eq!(checksum(variant), expected, "{variant}");
    }
}

/// Three objects a family, each on a cycle: all of them are the collector's to free, and none is
/// left.
#[test]
fn the_collector_writes_down_whom_it_freed() {
    let attachments = present(trial::run(LESSON, "collector", ROWS, Probe::Plain).unwrap().attachments);
    let rows = &tables(&attachments).next().expect("a table by generation").rows;
    let count = |generation: usize, column: usize| whole_number(&rows[generation][column]).expect("a count");
    let freed: u64 = (0..rows.len()).map(|generation| count(generation, 5)).sum();
    assert_eq!(freed, 3 * ROWS);
    assert_eq!(count(2, 2), 1, "one collection was asked for, at the end");
    for (name, column) in [("collector-looked-at", 4), ("collector-freed", 5)] {
        let chart = charts(&attachments).find(|chart| chart.name == name).expect(name);
        for (generation, series) in chart.series.iter().enumerate() {
            let (runs, sum) = (series.points.len() as u64, series.points.iter().map(|[_, y]| y).sum::<f64>());
            assert_eq!((runs, sum as u64), (count(generation, 1), count(generation, column)), "{name}");
        }
    }
}

/// The graphs are drawn of real families: their counts are those of the `Rc`s, and the cycle is found.
#[test]
fn the_graphs_have_the_counts_of_the_families() {
    let child = (Some(1), Some(0));
    for (variant, leaks, counts) in [
        ("rc_cycle", true, vec![(Some(2), Some(0)), child, child]),
        ("weak_back_edge", false, vec![(None, None), (Some(1), Some(2)), child, child]),
    ] {
        let attachments = present(trial::run(LESSON, variant, 1, Probe::Plain).unwrap().attachments);
        let [Attachment::Graph(graph)] = &attachments[..] else { panic!("one graph, not {attachments:?}") };
        assert_eq!(graph.nodes.iter().map(|node| (node.strong, node.weak)).collect::<Vec<_>>(), counts);
        assert!(graph.nodes.iter().all(|node| node.leaked == leaks && node.in_cycle == leaks), "{variant}");
    }
}

/// The exercise is the student's to edit: once it meets its goal, that is said and is no failure.
/// In CI it has to miss.
#[test]
fn the_exercise_leaks_and_the_solution_does_not() {
    let exercise = measured(example_path("refcount-cycles-exercise").unwrap(), "mine", 500);
    let solution = measured(example_path("refcount-cycles-solution").unwrap(), "mine", 500);
    if exercise.heap.end_bytes == 0 {
        println!("the exercise meets its goal: well done");
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "the starting point meets its own goal");
    }
    assert_eq!(solution.heap.end_bytes, 0);
    assert_eq!(exercise.checksum, solution.checksum);
}

fn measured(program: impl AsRef<Path>, variant: &str, rows: u64) -> RecordedRun {
    trial::run_recorded(program, variant, rows).expect("the variant runs")
}
