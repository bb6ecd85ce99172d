//! The ways in which strangers build: how a program is linked, optimised, and what it keeps of
//! names and lines.

use crate::compile::{self, MUSL, beside_cargo, compile, line_of};
use crate::profiled::{
    HeldBlocks, Profiled, has_stack, is_total_of, lacks_nothing, profile, sites_of, sum_held_blocks,
};
use crate::run;
use serde_json::Value;
use std::process::Command;

const PROGRAM: &str = "holds.rs";
/// What `holds.rs` holds at its end.
const KEPT_BYTES: u64 = 100 * 1000 + 70_000 + 40_000;

/// What is known of a program's names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Functions and lines.
    Lines,
    /// Functions, from the symbol table.
    Functions,
}

/// Compiles the program with these flags, profiles it and compares every figure.
fn check(flags: &[&str], names: Names) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("holds");
    compile(PROGRAM, &program, flags);
    let profiled = profile(&[&program]).ended_well();
    check_figures(&profiled, names);
    // musl's entry into a program has no unwind tables.
    let is_cut = profiled.heap()["process"]["cut_stacks"] != 0;
    assert_eq!(is_cut, flags.contains(&MUSL), "every stack begins where its thread does");
}

pub(crate) fn check_figures(profiled: &Profiled, names: Names) {
    let heap = profiled.heap();
    assert_eq!(sum_held_blocks(heap, "hold_many"), HeldBlocks::from_live(100, 100_000));
    assert_eq!(sum_held_blocks(heap, "hold_one"), HeldBlocks::from_live(1, 70_000));
    assert_eq!(sum_held_blocks(heap, "hold_grown"), HeldBlocks::from_live(1, 40_000));
    assert_eq!(
        sum_held_blocks(heap, "free_ten"),
        HeldBlocks { total_blocks: 10, total_bytes: 5_000, ..HeldBlocks::default() }
    );
    let grown = sites_of(heap, "hold_grown")[0];
    assert_eq!((&grown["reallocations"], &grown["grown_bytes"]), (&1.into(), &39_000.into()));
    for function in ["hold_many", "hold_one", "hold_grown"] {
        has_stack(heap, &["hold_all", function]);
    }
    is_total_of(heap, "peak_bytes", KEPT_BYTES);
    is_total_of(heap, "end_bytes", KEPT_BYTES);
    lacks_nothing(heap);
    assert_eq!(heap["slow_walks"], 0, "every function has unwind tables");
    if names == Names::Lines {
        check_line(heap, "hold_many", "// many");
        check_line(heap, "hold_one", "// one");
    }
}

fn check_line(heap: &Value, function: &str, mark: &str) {
    let expected = format!("programs/{PROGRAM}:{}", line_of(PROGRAM, mark));
    for site in sites_of(heap, function) {
        let location = site["location"].as_str().expect("a location");
        assert!(location.ends_with(&expected), "{location} is not {expected}: {:#}", site["stack"]);
    }
}

#[test]
fn a_debug_build() {
    check(&["-Copt-level=0"], Names::Lines);
}

#[test]
fn a_release_build() {
    check(&[], Names::Lines);
}

#[test]
fn frame_pointers() {
    check(&["-Cforce-frame-pointers=yes"], Names::Lines);
}

#[test]
fn a_static_program() {
    check(&["-Ctarget-feature=+crt-static", "-Crelocation-model=static"], Names::Lines);
}

#[test]
fn a_static_program_that_is_position_independent() {
    check(&["-Ctarget-feature=+crt-static", "-Crelocation-model=pie"], Names::Lines);
}

#[test]
fn a_program_that_is_not_position_independent() {
    check(&["-Crelocation-model=static"], Names::Lines);
}

#[test]
fn musl() {
    // `.ci/run` adds the target where it can; a machine without a network may not have it.
    if !compile::has_target(MUSL) {
        println!("SKIPPED: the target is not installed: rustup target add {MUSL}");
        return;
    }
    check(&["--target", MUSL], Names::Lines);
}

#[test]
fn fat_lto() {
    check(&["-Clto=fat"], Names::Lines);
}

#[test]
fn thin_lto() {
    check(&["-Clto=thin"], Names::Lines);
}

#[test]
fn optimised_for_size() {
    check(&["-Copt-level=z"], Names::Lines);
}

#[test]
fn panics_abort() {
    check(&["-Cpanic=abort"], Names::Lines);
}

#[test]
fn split_and_packed_debug_information() {
    check(&["-Csplit-debuginfo=packed"], Names::Lines);
}

#[test]
fn split_and_unpacked_debug_information() {
    check(&["-Csplit-debuginfo=unpacked"], Names::Lines);
}

#[test]
fn compressed_debug_information() {
    for method in ["zlib", "zstd"] {
        let option = format!("-Clink-arg=-Wl,--compress-debug-sections={method}");
        check(&[&option], Names::Lines);
    }
}

#[test]
fn names_of_the_second_mangling() {
    check(&["-Csymbol-mangling-version=v0"], Names::Lines);
}

#[test]
fn line_tables_only() {
    check(&["-Cdebuginfo=line-tables-only"], Names::Lines);
}

#[test]
fn no_debug_information() {
    check(&["-Cdebuginfo=0"], Names::Functions);
}

/// Nothing in memory leads to the unwind tables of such a program, and its registers do not lead
/// from frame to frame. Stacks are cut; what they hold is exact all the same.
#[test]
fn no_way_to_unwind() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("holds");
    compile(PROGRAM, &program, &["-Clink-arg=-Wl,--no-eh-frame-hdr", "-Cpanic=abort"]);
    let profiled = profile(&[&program]).ended_well();
    is_total_of(profiled.heap(), "peak_bytes", KEPT_BYTES);
    is_total_of(profiled.heap(), "end_bytes", KEPT_BYTES);
    for (function, most) in [("hold_many", 100), ("hold_one", 1), ("hold_grown", 1), ("free_ten", 10)] {
        let found = sum_held_blocks(profiled.heap(), function).total_blocks;
        assert!(found == 0 || found == most, "{function} has {found} blocks that are not its own");
    }
}

/// A package whose release profile is as small as it gets: the recorder itself is optimised for
/// size and at link time, and nothing unwinds.
#[test]
fn the_smallest_release_of_a_package() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let heap = run::workspace().join("crates/heap");
    let manifest = format!(
        "[package]\nname = \"holds\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [[bin]]\nname = \"holds\"\npath = {:?}\n\n\
         [dependencies]\nheaplab-heap = {{ path = {heap:?} }}\nlibc = \"0.2\"\n\n\
         [profile.release]\nopt-level = \"z\"\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n\
         strip = \"debuginfo\"\n\n[workspace]\n",
        compile::source(PROGRAM)
    );
    std::fs::write(home.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(run::workspace().join("Cargo.lock"), home.path().join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(beside_cargo("cargo"));
    cargo.args(["build", "--release", "--offline", "--quiet", "--target-dir"]);
    // The folder of the workspace is kept between runs of this test.
    let target = run::target().join("strangers-smallest");
    cargo.arg(&target).current_dir(home.path());
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    compile::run_to_success(&mut cargo);
    check_figures(&profile(&[target.join("release/holds")]).ended_well(), Names::Functions);
}
