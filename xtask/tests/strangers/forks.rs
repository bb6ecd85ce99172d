//! Programs of several processes: each has its own figures, and nothing of its parent's.

use crate::compile::compile_once;
use crate::profiled::{HeldBlocks, Profiled, is_total_of, lacks_nothing, profile, sum_held_blocks};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::OnceLock;

const PARENT_BYTES: u64 = 6 * 10_000;

/// Profiles `forks.rs`, whose first process always holds the same blocks.
fn fork_as(word: &str) -> Profiled {
    static COMPILED: OnceLock<PathBuf> = OnceLock::new();
    let program = compile_once("forks.rs", &COMPILED);
    let profiled = profile(&[program.as_os_str(), word.as_ref()]);
    let parent = profiled.heap_with("hold_in_parent");
    assert_eq!(sum_held_blocks(parent, "hold_in_parent"), HeldBlocks::from_live(6, PARENT_BYTES));
    is_total_of(parent, "peak_bytes", PARENT_BYTES);
    is_total_of(parent, "end_bytes", PARENT_BYTES);
    assert_eq!(parent["process"]["inherited_bytes"], 0);
    profiled.runs().iter().for_each(|run| lacks_nothing(&run["heap"]));
    profiled
}

/// A block of the parent's that no figure has on its own.
const OTHER_BYTES: u64 = 900;

/// The report says whose child a process is, and what it had from its parent.
fn is_forked_from(child: &Value, parent: &Value, inherited_bytes: u64) {
    let (child, parent) = (&child["process"], &parent["process"]);
    assert_eq!(child["parent"], parent["id"]);
    assert_ne!(child["id"], parent["id"]);
    is_total_of(child, "inherited_bytes", inherited_bytes);
}

/// A forked child has exactly these blocks, for its code allocates nothing else.
fn is_child_of(heap: &Value, blocks: u64, bytes: u64) {
    let figures = ["total_blocks", "total_bytes", "peak_blocks", "peak_bytes", "end_blocks", "end_bytes"];
    let found = figures.map(|name| heap[name].as_u64().expect("a figure"));
    assert_eq!(found, [blocks, bytes, blocks, bytes, blocks, bytes], "{figures:?}");
}

/// The runs other than the first process's.
fn children(profiled: &Profiled) -> Vec<&Value> {
    let parent = profiled.heap_with("hold_in_parent");
    profiled.runs().iter().map(|run| &run["heap"]).filter(|heap| *heap != parent).collect()
}

#[test]
fn a_child_that_ends_at_once() {
    let profiled = fork_as("child").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    let child = profiled.heap_with("hold_in_child");
    assert_eq!(sum_held_blocks(child, "hold_in_child"), HeldBlocks::from_live(5, 15_000));
    is_child_of(child, 5, 15_000);
    is_forked_from(child, profiled.heap_with("hold_in_parent"), PARENT_BYTES + OTHER_BYTES);
}

/// Handlers for forks do not run, so the recorder has to notice by itself.
#[test]
fn a_child_by_system_call() {
    let profiled = fork_as("child-by-system-call").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    is_child_of(profiled.heap_with("hold_in_child"), 5, 15_000);
}

/// What a child frees was its parent's and is in nobody's figures.
#[test]
fn a_child_that_frees_what_it_inherited() {
    let profiled = fork_as("freeing-child").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    is_child_of(profiled.heap_with("hold_in_child"), 5, 15_000);
}

#[test]
fn a_child_of_a_process_with_threads() {
    let profiled = fork_as("child-of-threads").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    is_child_of(profiled.heap_with("hold_in_child"), 5, 15_000);
}

#[test]
fn a_child_that_is_killed() {
    let profiled = fork_as("killed-child").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    is_child_of(profiled.heap_with("hold_in_child"), 5, 15_000);
}

#[test]
fn a_pool_of_workers() {
    let profiled = fork_as("pool").ended_well();
    assert_eq!(profiled.runs().len(), 1 + 4);
    let mut workers = children(&profiled);
    workers.sort_by_key(|heap| heap["total_blocks"].as_u64());
    for (worker, blocks) in workers.into_iter().zip(1..) {
        is_forked_from(worker, profiled.heap_with("hold_in_parent"), PARENT_BYTES + OTHER_BYTES);
        is_child_of(worker, blocks, blocks * 2_500);
        assert_eq!(sum_held_blocks(worker, "hold_in_worker"), HeldBlocks::from_live(blocks, blocks * 2_500));
    }
}

#[test]
fn a_child_of_a_child() {
    let profiled = fork_as("grandchild").ended_well();
    assert_eq!(profiled.runs().len(), 3);
    let [parent, child, grandchild] = ["hold_in_parent", "hold_in_child", "hold_in_grandchild"]
        .map(|function| profiled.heap_with(function));
    is_child_of(child, 5, 15_000);
    is_child_of(grandchild, 2, 16_000);
    is_forked_from(child, parent, PARENT_BYTES + OTHER_BYTES);
    // What the first process held is in nobody's figures a second time.
    is_forked_from(grandchild, child, 15_000);
}

/// The first process ends while the daemon goes on for a while.
#[test]
fn a_daemon() {
    let profiled = fork_as("daemon").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    is_child_of(profiled.heap_with("hold_in_daemon"), 4, 36_000);
}

/// `exec` keeps the process and begins another program.
#[test]
fn another_program_in_the_same_process() {
    let profiled = fork_as("exec").ended_well();
    assert_eq!(profiled.runs().len(), 2);
    let second = profiled.heap_with("hold_in_second");
    assert_eq!(sum_held_blocks(second, "hold_in_second"), HeldBlocks::from_live(7, 14_000));
    is_total_of(second, "end_bytes", 14_000);
    let parent = profiled.heap_with("hold_in_parent");
    assert_eq!(second["process"]["id"], parent["process"]["id"]);
    assert_eq!(second["process"]["inherited_bytes"], 0);
    assert!(!second["sites"].to_string().contains("hold_in_parent"), "each program has its own figures");
}

#[test]
fn another_program_in_a_child() {
    let profiled = fork_as("spawn").ended_well();
    let second = profiled.heap_with("hold_in_second");
    assert_eq!(sum_held_blocks(second, "hold_in_second"), HeldBlocks::from_live(7, 14_000));
    is_total_of(second, "end_bytes", 14_000);
    // Between fork and exec the child allocated nothing.
    for other in children(&profiled).into_iter().filter(|heap| *heap != second) {
        is_child_of(other, 0, 0);
    }
}
