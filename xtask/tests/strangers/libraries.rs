//! The recorder in a library that another program loads, and C code in the middle of a stack.

use crate::compile::{compile, compile_c, compile_c_library};
use crate::profiled::{HeldBlocks, Profiled, has_stack, is_total_of, profile, sum_held_blocks};
use std::path::{Path, PathBuf};

/// A library that carries the recorder.
fn plugin(folder: &Path) -> PathBuf {
    let plugin = folder.join("libplugin.so");
    compile("plugin.rs", &plugin, &["--crate-type", "cdylib"]);
    plugin
}

/// A C program, whose own blocks nobody records, loads the library and calls it.
fn profile_in_c_host(word: &str) -> Profiled {
    let home = tempfile::tempdir().expect("a temporary folder");
    let host = home.path().join("host");
    compile_c("host.c", &host);
    let plugin = plugin(home.path());
    let command = [host.as_os_str(), plugin.as_os_str(), word.as_ref()];
    profile(&command).ended_well()
}

fn check_plugin(profiled: &Profiled) {
    let heap = profiled.heap();
    assert_eq!(sum_held_blocks(heap, "hold_in_plugin"), HeldBlocks::from_live(5, 5 * 5_555));
    has_stack(heap, &["plugin_entry", "hold_in_plugin"]);
    is_total_of(heap, "end_bytes", 5 * 5_555);
}

#[test]
fn a_library_in_a_c_host() {
    check_plugin(&profile_in_c_host("keep"));
}

#[test]
fn a_library_that_its_host_unloads() {
    check_plugin(&profile_in_c_host("unload"));
}

#[test]
fn a_program_and_its_library_both_carry_the_recorder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let host = home.path().join("host");
    compile("host.rs", &host, &[]);
    let plugin = plugin(home.path());
    let profiled = profile(&[host.as_os_str(), plugin.as_os_str()]).ended_well();
    assert_eq!(
        sum_held_blocks(profiled.heap_with("hold_in_plugin"), "hold_in_plugin"),
        HeldBlocks::from_live(5, 5 * 5_555)
    );
    let host = profiled.heap_with("hold_in_host");
    assert_eq!(sum_held_blocks(host, "hold_in_host"), HeldBlocks::from_live(3, 3 * 7_777));
    is_total_of(host, "end_bytes", 3 * 7_777);
}

#[test]
fn a_c_library_in_the_middle_of_a_stack() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("holds");
    compile("holds.rs", &program, &[]);
    let profiled = profile(&[program.as_os_str(), "qsort".as_ref()]).ended_well();
    let heap = profiled.heap();
    assert_eq!(sum_held_blocks(heap, "hold_in_comparison"), HeldBlocks::from_live(1, 12_345));
    has_stack(heap, &["main", "sort_through_c", "hold_in_comparison"]);
}

#[test]
fn a_c_library_in_the_middle_of_a_static_program() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("holds");
    compile("holds.rs", &program, &["-Ctarget-feature=+crt-static"]);
    let profiled = profile(&[program.as_os_str(), "qsort".as_ref()]).ended_well();
    assert_eq!(sum_held_blocks(profiled.heap(), "hold_in_comparison"), HeldBlocks::from_live(1, 12_345));
    has_stack(profiled.heap(), &["main", "sort_through_c", "hold_in_comparison"]);
    assert_eq!(sum_held_blocks(profiled.heap(), "hold_many"), HeldBlocks::from_live(100, 100_000));
}

/// The linker gives the second library the addresses that the first one had.
#[test]
fn libraries_that_take_turns_at_the_same_addresses() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("reload");
    compile("reload.rs", &program, &[]);
    let mut command = vec![program.into_os_string()];
    let functions = ["enter_first", "enter_second", "enter_third"];
    for function in functions {
        let library = home.path().join(format!("lib{function}.so"));
        compile_c_library("enter.c", &library, &format!("-DENTER={function}"));
        command.extend([library.into_os_string(), function.into()]);
    }
    let profiled = profile(&command).ended_well();
    for (function, blocks) in functions.into_iter().zip(3..) {
        assert_eq!(
            sum_held_blocks(profiled.heap(), function),
            HeldBlocks::from_live(blocks, blocks * 7_000),
            "{function}"
        );
        has_stack(profiled.heap(), &["main", function]);
    }
    assert_eq!(sum_held_blocks(profiled.heap(), "hold_below"), HeldBlocks::from_live(12, 12 * 7_000));
}
