//! The ways in which a program ends. Whatever it is, the report has what the program held, and
//! names the end.

use crate::compile::{compile, compile_once};
use crate::profiled::{HeldBlocks, Profiled, is_total_of, lacks_nothing, profile, sum_held_blocks};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const EARLY_BYTES: u64 = 10 * 4_000;
const LATE_BYTES: u64 = 3 * 30_000;

/// Profiles `ends.rs`, which holds blocks and ends in the way that the word says.
fn end_by(word: &str) -> Profiled {
    static COMPILED: OnceLock<PathBuf> = OnceLock::new();
    end_program_by(word, compile_once("ends.rs", &COMPILED))
}

fn end_program_by(word: &str, program: &Path) -> Profiled {
    // For the programs that change their root.
    let home = tempfile::tempdir().expect("a temporary folder");
    let profiled = profile(&[program.as_os_str(), word.as_ref(), home.path().as_os_str()]);
    assert_eq!(
        sum_held_blocks(profiled.heap(), "hold_early"),
        HeldBlocks::from_live(10, EARLY_BYTES),
        "{word}"
    );
    lacks_nothing(profiled.heap());
    profiled
}

/// Whether this test may do what only root may. Nobody is asked to run tests as root, so this is
/// no failure where everything is required.
fn is_root(what: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("SKIPPED: only root may {what}");
    }
    is_root
}

/// Nothing was held but the early blocks.
fn is_whole(profiled: &Profiled) {
    is_total_of(profiled.heap(), "peak_bytes", EARLY_BYTES);
    is_total_of(profiled.heap(), "end_bytes", EARLY_BYTES);
}

/// The program went on and held more blocks after what had changed for it.
fn has_late_blocks(profiled: &Profiled) {
    assert_eq!(sum_held_blocks(profiled.heap(), "hold_late"), HeldBlocks::from_live(3, LATE_BYTES));
    is_total_of(profiled.heap(), "peak_bytes", EARLY_BYTES + LATE_BYTES);
    is_total_of(profiled.heap(), "end_bytes", EARLY_BYTES + LATE_BYTES);
}

fn ends_by_signal(word: &str, signal: i32) {
    is_whole(&end_by(word).ended_by_signal(signal));
}

#[test]
fn abort() {
    ends_by_signal("abort", signal::ABRT);
}

#[test]
fn a_failed_allocation() {
    ends_by_signal("failed-allocation", signal::ABRT);
}

#[test]
fn a_stack_overflow() {
    // Rust's own handler says so and aborts.
    ends_by_signal("stack-overflow", signal::ABRT);
}

#[test]
fn a_stack_overflow_in_a_thread() {
    ends_by_signal("thread-overflow", signal::ABRT);
}

#[test]
fn a_write_to_nowhere() {
    ends_by_signal("segv", signal::SEGV);
}

#[test]
fn signals_that_nobody_handles() {
    use signal::{ALRM, HUP, KILL, PIPE, QUIT, TERM, USR1};
    for (word, signal) in [
        ("hup", HUP),
        ("quit", QUIT),
        ("alrm", ALRM),
        ("pipe", PIPE),
        ("term", TERM),
        ("usr1", USR1),
        ("kill", KILL),
    ] {
        ends_by_signal(word, signal);
    }
}

#[test]
fn exits_without_handlers() {
    is_whole(&end_by("quick_exit").ended_with_status(5));
    is_whole(&end_by("_exit").ended_with_status(6));
    is_whole(&end_by("exit_group").ended_with_status(7));
}

#[test]
fn a_panic() {
    // The message of the panic is a block of the program; it is small.
    is_whole(&end_by("panic").ended_with_status(101));
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("ends");
    compile("ends.rs", &program, &["-Cpanic=abort"]);
    is_whole(&end_program_by("panic", &program).ended_by_signal(signal::ABRT));
}

#[test]
fn a_limit_on_the_size_of_files() {
    has_late_blocks(&end_by("file-limit").ended_well());
}

#[test]
fn a_limit_on_open_files() {
    has_late_blocks(&end_by("open-files-limit").ended_well());
}

#[test]
fn a_program_that_closes_every_file() {
    has_late_blocks(&end_by("close-all").ended_well());
}

#[test]
fn another_user() {
    if !is_root("become another user") {
        return;
    }
    has_late_blocks(&end_by("setuid").ended_well());
    is_whole(&end_by("setuid-abort").ended_by_signal(signal::ABRT));
}

#[test]
fn another_root() {
    if !is_root("change the root") {
        return;
    }
    has_late_blocks(&end_by("chroot").ended_well());
    is_whole(&end_by("chroot-abort").ended_by_signal(signal::ABRT));
}

/// Linux's numbers, the same on every processor that Rust's tier 1 has.
mod signal {
    pub(super) const HUP: i32 = 1;
    pub(super) const QUIT: i32 = 3;
    pub(super) const ABRT: i32 = 6;
    pub(super) const KILL: i32 = 9;
    pub(super) const USR1: i32 = 10;
    pub(super) const SEGV: i32 = 11;
    pub(super) const PIPE: i32 = 13;
    pub(super) const ALRM: i32 = 14;
    pub(super) const TERM: i32 = 15;
}
