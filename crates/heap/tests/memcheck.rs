//! Runs valgrind's memcheck on `examples/churn.rs`: no invalid access and no leak, with the
//! recorder's headers in place. It also runs the quick parts of `examples/survive.rs`; those leave
//! blocks on purpose, so only accesses are checked.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn memcheck_finds_nothing() {
    let leaks = ["--leak-check=full", "--errors-for-leak-kinds=definite"];
    if let Some(printed) = memcheck(&leaks, &example("churn"), "") {
        assert!(printed.starts_with("12000 "), "{printed}");
    }
}

#[test]
fn memcheck_finds_nothing_where_allocators_are_rarely_met() {
    for word in ["exit", "signal", "hook"] {
        memcheck(&[], &example("survive"), word);
    }
}

/// What the program printed; `None` without valgrind.
fn memcheck(options: &[&str], program: &Path, word: &str) -> Option<String> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "valgrind is not installed");
        println!("SKIPPED: valgrind is not installed");
        return None;
    }
    let run = Command::new("valgrind")
        .args(["--error-exitcode=9", "--quiet"])
        .args(options)
        .arg(program)
        .arg(word)
        .env_remove("HEAPLAB_PROBE")
        .env("HEAPLAB_OUT", Path::new(env!("CARGO_TARGET_TMPDIR")).join("memcheck"))
        .output()
        .expect("valgrind is there");
    assert!(run.status.success(), "{}\n{}", run.status, String::from_utf8_lossy(&run.stderr));
    Some(String::from_utf8_lossy(&run.stdout).into_owned())
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
