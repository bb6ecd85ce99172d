//! The recorder in situations that are rare for an allocator, through `examples/survive.rs`: the
//! process ends well, and the sums are those of the blocks that the example allocated.

use heaplab_profile::raw::{RawRecording, RawSite, read_file};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs one part of the example; returns the recordings of its processes and its output.
fn run_processes(word: &str) -> (Vec<RawRecording>, String) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("survive-{word}"));
    let _ = std::fs::remove_dir_all(&out);
    let output = Command::new("timeout")
        .args(["120"])
        .arg(example("survive"))
        .arg(word)
        .env_remove("HEAPLAB_PROBE")
        .env("HEAPLAB_OUT", &out)
        .output()
        .expect("the run of the example goes well");
    assert!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    let recordings = read_folder(&out);
    for raw in &recordings {
        assert_eq!(raw.totals.births, sum(raw, |site| site.births as i64) as u64);
        assert_eq!(raw.totals.end_bytes, sum(raw, |site| site.live_bytes) as u64);
        assert_eq!((raw.process.interrupted_events, raw.process.lost_events), (0, 0));
    }
    (recordings, String::from_utf8(output.stdout).expect("the run of the example goes well"))
}

fn read_folder(out: &Path) -> Vec<RawRecording> {
    let files = std::fs::read_dir(out).expect("the run of the example goes well");
    files
        .map(|file| {
            let path = file.expect("the run of the example goes well").path();
            read_file(&path).expect("the run of the example goes well")
        })
        .collect()
}

/// Runs one part that is one process.
fn run(word: &str) -> (RawRecording, String) {
    let (mut recordings, printed) = run_processes(word);
    assert_eq!(recordings.len(), 1, "one process, one file");
    (recordings.remove(0), printed)
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
fn forked_children_have_recordings_of_their_own_and_do_not_wait() {
    let (recordings, _) = run_processes("fork");
    let (parents, children): (Vec<_>, Vec<_>) =
        recordings.into_iter().partition(|raw| raw.process.inherited_bytes == 0);
    assert_eq!((parents.len(), children.len()), (1, 200));
    let parent = &parents[0];
    assert_eq!(of_size(parent, 500), (1, 0));
    assert!(parent.marks.iter().all(|mark| mark.name == "at work"));
    for child in &children {
        assert_eq!(child.process.parent, parent.process.id);
        assert!(child.process.inherited_bytes >= 500, "{:?}", child.process);
        // The parent's block is freed in the child and belongs to no figure of the child.
        assert_eq!((of_size(child, 500).0, of_size(child, 64).0), (0, 1));
        assert!(child.marks.iter().any(|mark| mark.name == "in the child"));
    }
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
fn a_hundred_thousand_stacks_have_sites_of_their_own() {
    let (raw, _) = run("stacks");
    assert_eq!(raw.totals.overflowed, 0);
    let leaves = raw.sites.iter().filter(|site| site.births == 1 && site.birth_bytes == 12).count();
    assert_eq!(leaves, 1 << 17);
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
