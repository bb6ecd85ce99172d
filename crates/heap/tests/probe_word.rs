//! `HEAPLAB_PROBE` in a real process: a probe that is not available is an error when a region
//! opens, never a silent 0.

use std::process::Command;

fn run(word: Option<&str>) -> (bool, String) {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    let mut command = Command::new(path.join("examples/churn"));
    command.env_remove("HEAPLAB_PROBE");
    if let Some(word) = word {
        command.env("HEAPLAB_PROBE", word);
    }
    let output = command.output().expect("the example is built with the tests");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_environment_decides() {
    assert!(run(None).0, "Heap::recording() records without a word");
    assert!(run(Some("heap")).0);
    let (plain, message) = run(Some("plain"));
    assert!(!plain && message.contains("not at work"), "{message}");
    let (unknown, message) = run(Some("heaps"));
    assert!(!unknown && message.contains("heaps") && message.contains("UnknownProbe"), "{message}");
}
