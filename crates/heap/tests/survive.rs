//! The recorder in situations that are rare for an allocator, through `examples/survive.rs`: the
//! process ends well, and the sums are those of the blocks that the example allocated.

use heaplab_profile::raw::{RawRecording, RawSite};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs one part of the example; returns its recording and its output.
fn run(word: &str) -> (RawRecording, String) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("survive-{word}"));
    let _ = std::fs::remove_dir_all(&out);
    let output = Command::new("timeout")
        .args(["120"])
        .arg(example("survive"))
        .arg(word)
        .env_remove("HEAPLAB_PROBE")
        .env_remove("HEAPLAB_SNAPSHOT_EVERY")
        .env("HEAPLAB_OUT", &out)
        .output()
        .expect("the run of the example goes well");
    assert!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    let files: Vec<PathBuf> = std::fs::read_dir(&out)
        .expect("the run of the example goes well")
        .map(|file| file.expect("the run of the example goes well").path())
        .collect();
    assert_eq!(files.len(), 1, "one process, one file: {files:?}");
    let raw = RawRecording::read(&std::fs::read(&files[0]).expect("the run of the example goes well"))
        .expect("the run of the example goes well");
    assert_eq!(raw.totals.births, sum(&raw, |site| site.births as i64) as u64);
    assert_eq!(raw.totals.end_bytes, sum(&raw, |site| site.live_bytes) as u64);
    (raw, String::from_utf8(output.stdout).expect("the run of the example goes well"))
}

fn sum(raw: &RawRecording, of: impl Fn(&RawSite) -> i64) -> i64 {
    raw.sites.iter().map(of).sum()
}

/// Allocations and live blocks of all stacks that allocate blocks of only one size.
fn of_size(raw: &RawRecording, size: u64) -> (u64, i64) {
    let here = raw.sites.iter().filter(|site| site.births > 0 && site.birth_bytes == site.births * size);
    // A block may be freed by another thread than the one that allocated it.
    let stacks: Vec<u32> = here.clone().map(|site| site.node).collect();
    let live = raw.sites.iter().filter(|site| stacks.contains(&site.node)).map(|site| site.live_blocks).sum();
    (here.map(|site| site.births).sum(), live)
}

#[test]
fn destructors_of_a_threads_end_are_recorded() {
    let (raw, _) = run("thread-end");
    assert_eq!(of_size(&raw, 777), (1, 1), "made before main");
    assert_eq!(of_size(&raw, 1_000), (100, 0));
    assert_eq!((of_size(&raw, 2_000), of_size(&raw, 20)), ((100, 0), (100, 100)), "Rust's thread-locals");
    // PTHREAD_DESTRUCTOR_ITERATIONS: libc calls a destructor that sets its key again four times.
    assert_eq!((of_size(&raw, 3_000), of_size(&raw, 30)), ((400, 0), (400, 400)), "libc's keys");
    assert!(raw.threads.len() <= 4, "tables are given back: {:?}", raw.threads);
}

#[test]
fn handlers_of_exit_are_recorded() {
    let (raw, _) = run("exit");
    assert_eq!(of_size(&raw, 777), (1, 1));
    let (births, live) = of_size(&raw, 333);
    assert!((1..=2).contains(&births) && live == 0, "the one that runs before ours at least: {births}");
}

#[test]
fn forked_children_record_nothing_and_do_not_wait() {
    let (raw, _) = run("fork");
    assert_eq!(of_size(&raw, 500), (1, 0));
    assert_eq!(raw.marks.iter().filter(|mark| mark.name != "at work").count(), 0);
}

#[test]
fn panic_hooks_and_signal_handlers_allocate() {
    let (raw, _) = run("hook");
    assert_eq!(of_size(&raw, 6_000), (10, 10));
    let (raw, _) = run("signal");
    assert_eq!((of_size(&raw, 800), of_size(&raw, 80)), ((10, 0), (10, 10)));
    assert_eq!(
        (raw.totals.slow_walks, raw.totals.cut_stacks),
        (0, 0),
        "also from a signal handler's own stack"
    );
}

#[test]
fn a_row_keeps_the_name_of_its_thread() {
    let (raw, _) = run("names");
    for (name, size, births) in [("anna", 1_111, 11), ("bert", 2_222, 10)] {
        let rows = raw.sites.iter().filter(|site| site.births > 0 && site.birth_bytes == site.births * size);
        let rows: Vec<_> =
            rows.map(|site| (raw.threads[site.thread as usize].as_str(), site.births)).collect();
        let of_others: Vec<_> = rows.iter().filter(|(of, _)| *of != name).collect();
        assert!(of_others.is_empty(), "{rows:?}");
        assert_eq!(rows.iter().map(|(_, births)| births).sum::<u64>(), births, "{rows:?}");
    }
    let cleo =
        raw.threads.iter().position(|name| name == "cleo").expect("the new name has tables of its own");
    let births = raw.sites.iter().filter(|site| site.thread as usize == cleo && site.birth_bytes > 3_000);
    assert!(births.map(|site| site.births).sum::<u64>() >= 2);
    assert!(raw.threads.len() <= 5, "{:?}", raw.threads);
}

#[test]
fn ten_thousand_threads_leave_bounded_tables() {
    let (raw, printed) = run("threads");
    let grown: Vec<i64> = printed
        .split_whitespace()
        .map(|word| word.parse().expect("the run of the example goes well"))
        .collect();
    assert!(grown[0] < 64 << 10 && grown[1] < 8 << 10, "VmSize and VmRSS grew by {printed} KiB");
    assert!(
        raw.threads.len() <= 65 && raw.threads.iter().any(|name| name == "(several)"),
        "{:?}",
        raw.threads
    );
    assert_eq!(of_size(&raw, 100), (10_000, 0));
}

#[test]
fn what_has_no_room_is_counted_at_the_overflow_site() {
    let (raw, _) = run("overflow");
    let of_overflow: u64 = raw.sites.iter().filter(|site| site.node == 0).map(|site| site.births).sum();
    assert_eq!(raw.totals.overflowed, of_overflow);
    assert!((65_536..66_536).contains(&of_overflow), "131,072 stacks for 65,534 sites: {of_overflow}");
    assert!(raw.totals.births >= 1 << 17);
    assert_eq!(sum(&raw, |site| if site.node == 0 { site.live_blocks } else { 0 }), 0);
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
