//! Helpers to change a file while it is read.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::tool::{arg, logagg};

/// Starts logagg on a file, waits until it has read for `after_ms` milliseconds, and calls `act`.
pub(crate) fn meanwhile(arguments: &[&str], path: &Path, after_ms: u64, act: impl FnOnce()) -> Output {
    let mut command = logagg(&[&["--quiet"], arguments, &[arg(path)]].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begin = Instant::now();
    let reads = |pid: &u32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        files.filter_map(|file| fs::read_link(file.path()).ok()).any(|file| file == path)
    };
    while !reads(&child.id()) && !children(child.id()).iter().any(reads) {
        assert!(begin.elapsed() < Duration::from_secs(30), "nobody reads the file");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(after_ms));
    act();
    child.wait_with_output().unwrap()
}

pub(crate) fn children(parent: u32) -> Vec<u32> {
    let mut found: Vec<u32> = fs::read_dir(format!("/proc/{parent}/task"))
        .unwrap()
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .flat_map(|text| text.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<u32>>())
        .collect();
    found.sort_unstable();
    found
}

/// Expects this exit status, an error with these words, and no result.
pub(crate) fn failed(output: &Output, status: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(output.stdout.is_empty(), "no result beside an error");
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} in {said}");
}
