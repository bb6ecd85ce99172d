//! valgrind's memcheck over the real binary: our collector leaves nothing behind and touches
//! nothing that is gone; and a control, `rc_cycle`, whose leak valgrind has to see.

use std::process::{Command, Output};

/// Enough for collections of the two younger generations to start by themselves.
const FAMILIES: &str = "6000";

#[test]
fn the_collector_leaves_nothing_behind() {
    let Some(run) = memcheck("collector") else { return };
    assert!(run.status.success(), "{}\n{}", run.status, String::from_utf8_lossy(&run.stderr));
}

#[test]
fn a_cycle_of_rcs_is_seen() {
    let Some(run) = memcheck("rc_cycle") else { return };
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(9), "{said}");
    assert!(said.contains("rc_cycle"), "the stack names who made it: {said}");
}

/// `None` without valgrind.
fn memcheck(variant: &str) -> Option<Output> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "valgrind is not installed");
        println!("SKIPPED: valgrind is not installed");
        return None;
    }
    let out = tempfile::tempdir().expect("a temporary folder can be made");
    let run = Command::new("valgrind")
        .args([
            "--error-exitcode=9",
            "--quiet",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect",
        ])
        .args([env!("CARGO_BIN_EXE_refcount-cycles"), variant, "--rows", FAMILIES])
        .env_remove("HEAPLAB_PROBE")
        .env("HEAPLAB_OUT", out.path())
        .output()
        .expect("valgrind is there");
    Some(run)
}
