//! Recorded stacks are those that the `backtrace` crate finds, in builds with and without frame
//! pointers, with all of link-time optimisation, and at the level that makes the most of registers
//! and tail calls. `examples/walks.rs` compares them.

use std::path::{Path, PathBuf};
use std::process::Command;

const WAYS: [&str; 8] =
    ["shapes", "deep", "sort", "signals", "interrupts", "threads", "coroutine", "generated"];

#[test]
fn stacks_are_whole_in_this_build() {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    walk_all_ways(&path.join("examples/walks"));
}

#[test]
fn stacks_are_whole_with_link_time_optimisation() {
    let profile = [("LTO", "fat"), ("PANIC", "abort"), ("STRIP", "true")];
    walk_all_ways(&build("lto", &profile));
}

#[test]
fn stacks_are_whole_in_small_code() {
    walk_all_ways(&build("small", &[("OPT_LEVEL", "z")]));
}

fn walk_all_ways(program: &Path) {
    for way in WAYS {
        let run = Command::new(program)
            .arg(way)
            .env_remove("HEAPLAB_PROBE")
            .env_remove("HEAPLAB_OUT")
            .output()
            .expect("cargo has built the example");
        assert!(run.status.success(), "{way}: {}\n{}", run.status, String::from_utf8_lossy(&run.stderr));
        let printed = String::from_utf8_lossy(&run.stdout);
        assert!(printed.contains(" allocations, "), "{way} compares nothing: {printed}");
    }
}

/// Builds the example without frame pointers, with these settings of the release profile.
fn build(name: &str, profile: &[(&str, &str)]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("walks").join(name);
    let settings = profile.iter().map(|(key, value)| (format!("CARGO_PROFILE_RELEASE_{key}"), value));
    // Offline, because the dependencies of the tests are enough.
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "--release", "--example", "walks", "--target-dir"])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "-Cforce-frame-pointers=no")
        .envs(settings)
        .status()
        .expect("cargo is there");
    assert!(built.success());
    target.join("release/examples/walks")
}
