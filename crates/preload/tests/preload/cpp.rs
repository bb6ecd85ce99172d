//! C++ programs: every form of `new` and `delete` goes through the C functions.

use crate::run::{HeldBlocks, compile, name_stacks, record, sum_held_blocks};
use std::process::Command;

#[test]
fn every_form_of_new_and_delete() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let program = home.path().join("news");
    compile(
        "c++",
        "news.cpp",
        &program,
        &["-std=c++17", "-g", "-O1", "-fno-builtin", "-Wno-alloc-size-larger-than"],
    );
    let recorded = record(&mut Command::new(program));
    assert!(recorded.output.status.success());
    assert_eq!(recorded.output.stdout, b"done\n");
    let profile = name_stacks(&recorded.processes[0]);
    for (function, blocks, bytes, end_blocks, end_bytes) in [
        ("by_new", 10, 400, 6, 240),
        ("by_new_array", 5, 2_000, 3, 1_200),
        ("by_aligned_new", 8, 6 * 192 + 2 * 8_192, 5, 3 * 192 + 2 * 8_192),
        // Twice an exception says that there is no memory. It is a block as well, which is freed; the
        // form without exceptions catches it itself.
        ("by_nothrow_new", 5, 120 + 2 * EXCEPTION_BYTES, 3, 120),
        ("by_containers", 21, 4_960, 20, 960),
        ("AtEnd::~AtEnd", 4, 400, 2, 200),
    ] {
        let expected = HeldBlocks { blocks, bytes, end_blocks, end_bytes };
        assert_eq!(sum_held_blocks(&profile, function), expected, "{function}");
    }
}

/// An object of `std::bad_alloc` (a pointer) behind the header of 128 bytes that the C++ ABI gives to an
/// exception on x86-64 and aarch64.
const EXCEPTION_BYTES: u64 = 128 + 8;
