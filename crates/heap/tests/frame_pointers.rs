//! In a build without frame pointers every stack is whole.

use heaplab_profile::raw::{CUT_ADDRESS, read_file};
use std::path::Path;
use std::process::Command;

#[test]
fn without_them_stacks_are_whole() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-frame-pointers");
    let out = target.join("out");
    let _ = std::fs::remove_dir_all(&out);
    // Optimised, because only then is the register used for other values. Offline, because the
    // dependencies of the tests are enough.
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "--release", "--example", "ends", "--target-dir"])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "-Cforce-frame-pointers=no")
        // PERF: the lowest level that frees the register builds in half the time.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .status()
        .unwrap();
    assert!(built.success());
    let run = Command::new(target.join("release/examples/ends"))
        .arg("exit")
        .env_remove("HEAPLAB_PROBE")
        .env("HEAPLAB_OUT", &out)
        .status()
        .unwrap();
    assert_eq!(run.code(), Some(3));
    let file = std::fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
    let raw = read_file(&file).unwrap();

    assert_eq!((raw.totals.slow_walks, raw.totals.cut_stacks), (0, 0));
    let site = raw.sites.iter().find(|site| site.birth_bytes == 100_000).expect("main's block");
    let mut stack = Vec::new();
    let mut node = site.node;
    while node != 0 {
        stack.push(raw.nodes[node as usize].address);
        node = raw.nodes[node as usize].parent;
    }
    assert!(!stack.contains(&CUT_ADDRESS));
    // `_start` calls libc, which calls the program's `main`: the outermost frames are program,
    // libc, program again.
    let module =
        |address: u64| raw.modules.iter().position(|module| (module.base..module.end).contains(&address));
    let root = module(*stack.last().unwrap());
    assert_eq!(root, Some(0), "the program's _start: {stack:x?}");
    let in_libc =
        stack.iter().position(|&address| module(address) != Some(0)).expect("main's caller is in libc");
    assert!(in_libc >= 3, "main and its callees lie above it: {stack:x?}");
}
