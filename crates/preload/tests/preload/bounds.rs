//! Programs that ask the C library for the bounds of a stack, which allocates while it holds a lock.

use crate::run::{HeldBlocks, compile, name_stacks, record, sum_held_blocks};
use std::process::Command;

#[test]
fn a_thread_may_ask_for_its_bounds_before_anything_else() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("bounds");
    compile("cc", "bounds.c", &program, &["-g", "-O1", "-pthread"]);
    // A thread that waits for itself would wait for ever.
    let recorded = record(Command::new("timeout").arg("60").arg(program));
    assert_eq!(recorded.output.stdout, b"done\n", "{}", recorded.output.status);
    let raw = recorded.processes.iter().find(|raw| raw.command[0].ends_with("/bounds"));
    let held = sum_held_blocks(&name_stacks(raw.expect("the program's recording")), "hold");
    assert_eq!((held.end_blocks, held.end_bytes), (3, 300));
    assert!(held.blocks > 3, "glibc's own blocks are counted as well: {held:?}");
    assert_ne!(held, HeldBlocks::default());
}

/// The start of a Rust program does the same.
#[test]
fn a_rust_program_without_the_recorder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let (source, program) = (home.path().join("plain.rs"), home.path().join("plain"));
    let text = "fn main() { let held: Vec<u64> = Vec::with_capacity(1000); \
                std::thread::spawn(move || std::mem::forget(held)).join().unwrap(); println!(\"done\") }";
    std::fs::write(&source, text).expect("a file");
    let mut compiler = Command::new("rustc");
    compiler.args(["-g", "-o"]).arg(&program).arg(&source);
    assert!(compiler.status().expect("rustc starts").success());
    let recorded = record(Command::new("timeout").arg("60").arg(program));
    assert_eq!(recorded.output.stdout, b"done\n", "{}", recorded.output.status);
    let raw = recorded.processes.iter().find(|raw| raw.command[0].ends_with("/plain"));
    let profile = name_stacks(raw.expect("the program's recording"));
    let held = sum_held_blocks(&profile, "plain::main");
    assert!(held.end_bytes >= 8_000, "{held:?}");
}
