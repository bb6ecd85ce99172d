//! valgrind's memcheck over `examples/churn.rs`: no invalid access, no leak, with the recorder's headers in place.

use std::path::PathBuf;
use std::process::Command;

#[test]
fn memcheck_finds_nothing() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(std::env::var_os("HEAPLAB_REQUIRE_ALL").is_none(), "valgrind is not installed");
        println!("SKIPPED: valgrind is not installed");
        return;
    }
    let run = Command::new("valgrind")
        .args(["--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite", "--quiet"])
        .arg(example("churn"))
        .env_remove("HEAPLAB_PROBE")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}\n{}", run.status, String::from_utf8_lossy(&run.stderr));
    assert!(run.stdout.starts_with(b"12000 "), "{}", String::from_utf8_lossy(&run.stdout));
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
