//! In a program with another allocator, or with another probe, `limit` and `Snapshot` say what is
//! missing. No test here has heaplab's global allocator.

use heaplab_heap::{Limit, Snapshot, limit};
use std::panic::catch_unwind;
use std::process::Command;

const TWO_LINES: &str =
    "    #[global_allocator]\n    static HEAP: heaplab_heap::Heap = heaplab_heap::Heap::recording();\n";

#[test]
fn the_two_lines_are_named() {
    let caught = catch_unwind(|| limit(Limit::new().blocks(1), || ()));
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    assert!(message.starts_with("heaplab_heap::limit: the recorder is not at work"), "{message}");
    assert!(message.contains(TWO_LINES), "{message}");
    let error = Snapshot::take().unwrap_err().to_string();
    assert!(error.contains(TWO_LINES), "{error}");
    match std::env::var("HEAPLAB_PROBE").as_deref() {
        Ok("plain") => assert!(error.contains("HEAPLAB_PROBE=plain asks for another probe"), "{error}"),
        _ => assert!(!error.contains("HEAPLAB_PROBE"), "{error}"),
    }
}

/// The same test in processes of its own: the probe is decided once in each.
#[test]
fn whatever_the_environment_says() {
    for probe in ["plain", "heap", ""] {
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_two_lines_are_named"])
            .env("HEAPLAB_PROBE", probe)
            .output()
            .unwrap();
        assert!(run.status.success(), "HEAPLAB_PROBE={probe}\n{}", String::from_utf8_lossy(&run.stdout));
    }
}
