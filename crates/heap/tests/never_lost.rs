//! A process that opens no region leaves its recording however it ends; tested with
//! `examples/ends.rs` in separate processes.

use heaplab_profile::raw::{RawError, RawRecording, RawSite, read_file};
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A running example, and its output folder.
struct Run {
    child: Child,
    out: PathBuf,
}

impl Run {
    fn start(word: &str) -> Run {
        Run::start_with(word, word, &[])
    }

    fn start_with(name: &str, word: &str, variables: &[(&str, &str)]) -> Run {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("never-lost-{name}"));
        let _ = std::fs::remove_dir_all(&out);
        let mut command = Command::new(example("ends"));
        command.arg(word).env_remove("HEAPLAB_PROBE").env("HEAPLAB_OUT", &out);
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        Run { child: command.spawn().expect("the example is built with the tests"), out }
    }

    fn ready(mut self) -> Run {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().expect("the run of the example goes well"))
            .read_line(&mut line)
            .expect("the run of the example goes well");
        assert_eq!(line, "ready\n");
        self
    }

    fn signal(self, signal: i32) -> Run {
        let child = i32::try_from(self.child.id()).expect("a process id");
        // SAFETY: a signal to a child that is not yet waited for.
        assert_eq!(unsafe { libc::kill(child, signal) }, 0);
        self
    }

    /// What can be read now; a process that is starting has no recording yet.
    fn read_now(&self) -> Vec<RawRecording> {
        let files = std::fs::read_dir(&self.out).into_iter().flatten().flatten();
        files
            .filter_map(|file| match read_file(&file.path()) {
                Err(RawError::NotBegun) => None,
                read => Some(read.expect("a recording")),
            })
            .collect()
    }

    fn end(mut self) -> (ExitStatus, Vec<RawRecording>) {
        drop(self.child.stdin.take());
        let status = self.child.wait().expect("the run of the example goes well");
        let recordings = self.read_now();
        (status, recordings)
    }

    /// Ends with one recording.
    fn end_alone(self) -> (ExitStatus, RawRecording) {
        let (status, mut recordings) = self.end();
        assert_eq!(recordings.len(), 1);
        (status, recordings.remove(0))
    }
}

/// Whether the block of `main` was counted, and is live as stated.
fn has_the_block(raw: &RawRecording, live: i64) -> bool {
    let of_main = |site: &&RawSite| site.birth_bytes == 100_000 && site.births == 1;
    raw.sites.iter().find(of_main).is_some_and(|site| site.live_bytes == live)
}

fn sum(raw: &RawRecording, of: fn(&RawSite) -> i64) -> i64 {
    raw.sites.iter().map(of).sum()
}

#[test]
fn every_exit_leaves_all() {
    for (word, code, live) in [
        ("return", 0, 0),
        ("panic", 101, 0),
        ("exit", 3, 100_000),
        ("thread-exit", 4, 100_000),
        ("_exit", 5, 100_000),
        ("quick_exit", 6, 100_000),
        ("elsewhere", 0, 0),
        ("closed", 0, 0),
    ] {
        let (status, raw) = Run::start(word).end_alone();
        assert_eq!(status.code(), Some(code), "{word}");
        assert!(has_the_block(&raw, live), "{word}: {:?}", raw.totals);
        assert!(raw.totals.wall_ns > 0 && raw.totals.peak_bytes >= 100_000);
        assert_eq!(raw.command.get(1).map(String::as_str), Some(word));
        assert_eq!((raw.process.lost_events, raw.process.is_whole_process), (0, 1));
    }
}

#[test]
fn every_signal_leaves_all_and_ends_the_process_as_it_does() {
    let cases = [
        ("abort", libc::SIGABRT),
        ("no-memory", libc::SIGABRT),
        ("overflow", libc::SIGABRT),
        ("file-limit", 0),
    ];
    let raised = [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGHUP,
        libc::SIGQUIT,
        libc::SIGALRM,
        libc::SIGPIPE,
        libc::SIGUSR1,
        libc::SIGXFSZ,
        libc::SIGINT,
        libc::SIGTERM,
        libc::SIGKILL,
    ]
    .map(|signal| (signal.to_string(), signal));
    let cases = cases.map(|(word, signal)| (word.to_owned(), signal)).into_iter().chain(raised);
    for (word, signal) in cases {
        let (status, raw) = Run::start(&word).end_alone();
        assert_eq!(status.signal(), Some(signal).filter(|&signal| signal > 0), "{word}");
        assert!(has_the_block(&raw, if signal == 0 { 0 } else { 100_000 }), "{word}: {:?}", raw.totals);
    }
}

#[test]
fn a_kill_amid_the_work_of_many_threads_leaves_sums_that_agree() {
    for round in 0..5 {
        let run = Run::start_with(&format!("busy-{round}"), "busy", &[]).ready();
        std::thread::sleep(Duration::from_millis(50));
        let (status, raw) = run.signal(libc::SIGKILL).end_alone();
        assert_eq!(status.signal(), Some(libc::SIGKILL));
        assert!(raw.totals.births > 1000);
        assert_eq!(raw.totals.births, sum(&raw, |site| site.births as i64) as u64);
        assert_eq!(raw.totals.end_bytes, sum(&raw, |site| site.live_bytes) as u64);
        let left = raw.totals.births - sum(&raw, |site| site.deaths as i64) as u64;
        let half_counted = raw.process.interrupted_events;
        assert!(left.abs_diff(raw.totals.end_blocks) <= half_counted && half_counted <= 5);
    }
}

/// A file system of 400 KiB in a namespace of its own, where the system allows one: the hot pages
/// have room and a hundred thousand stacks have not.
#[test]
fn a_full_disk_harms_no_program_and_loses_no_count() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("never-lost-full");
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(out.join("small")).expect("a folder for tests");
    let script = "mount -t tmpfs -o size=400k tmpfs small || exit 99
        HEAPLAB_OUT=small \"$0\" stacks || exit 98
        cp --sparse=always small/*.tables .";
    let run = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(example("survive"))
        .current_dir(&out)
        .env_remove("HEAPLAB_PROBE")
        .status();
    let code = run.ok().and_then(|status| status.code());
    assert_ne!(code, Some(98), "the program was harmed");
    if code != Some(0) {
        println!("SKIPPED: no file system of its own can be mounted here: {code:?}");
        return;
    }
    let files = std::fs::read_dir(&out).expect("a folder for tests").flatten();
    let tables = files.map(|file| file.path()).find(|path| path.extension().is_some_and(|it| it == "tables"));
    let raw = read_file(&tables.expect("copied")).expect("a recording");
    assert_eq!(raw.process.is_out_of_room, 1);
    assert_eq!(raw.process.lost_events, 0);
    assert!(raw.totals.overflowed > 100_000, "{}", raw.totals.overflowed);
    // 12 bytes at each of 2^17 stacks, wherever they are counted.
    let births: u64 = raw.sites.iter().map(|site| site.births).sum();
    assert!(births >= 1 << 17 && raw.totals.births == births);
    assert_eq!(sum(&raw, |site| site.live_bytes) as u64, raw.totals.end_bytes);
}

#[test]
fn a_running_process_can_be_read() {
    let run = Run::start("wait").ready();
    let raw = run.read_now().remove(0);
    assert!(has_the_block(&raw, 100_000));
    assert_eq!(raw.process.id, u64::from(run.child.id()));
    run.signal(libc::SIGTERM).end();
}

#[test]
fn a_daemon_and_its_parents_leave_a_recording_each() {
    let run = Run::start("daemon");
    let deadline = Instant::now() + Duration::from_secs(20);
    let is_daemons = |raw: &RawRecording| raw.sites.iter().any(|site| site.birth_bytes == 200_000);
    while !run.read_now().iter().any(is_daemons) {
        assert!(Instant::now() < deadline, "the daemon left nothing");
        std::thread::sleep(Duration::from_millis(10));
    }
    let (status, recordings) = run.end();
    assert_eq!(status.code(), Some(0));
    let daemon = recordings.iter().find(|raw| is_daemons(raw)).expect("found above");
    assert!(daemon.process.inherited_bytes >= 100_000 && daemon.totals.end_bytes < 300_000);
    assert!(recordings.iter().any(|raw| has_the_block(raw, 100_000)), "the first process");
}

#[test]
fn a_program_that_calls_exec_leaves_both_recordings() {
    let (status, recordings) = Run::start("exec").end();
    assert_eq!((status.code(), recordings.len()), (Some(3), 2));
    assert!(recordings.iter().all(|raw| has_the_block(raw, 100_000)));
    assert_eq!(recordings[0].process.id, recordings[1].process.id);
}

#[test]
fn the_program_keeps_its_signals_and_threads() {
    for (name, variables) in [
        ("out", ("HEAPLAB_PROBE", "heap")),
        ("no-out", ("HEAPLAB_OUT", "")),
        ("plain", ("HEAPLAB_PROBE", "plain")),
    ] {
        let run = Run::start_with(name, "wait", &[variables]).ready();
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.child.id()))
            .expect("the run of the example goes well");
        assert!(status.contains("SigCgt:\t0000000000000440"), "only Rust's own SIGSEGV and SIGBUS: {status}");
        assert!(status.contains("Threads:\t1\n"));
        let (_, recordings) = run.signal(libc::SIGTERM).end();
        assert_eq!(recordings.len(), usize::from(name == "out"));
    }
}

#[test]
fn a_region_is_not_the_whole_process() {
    let (_, raw) = Run::start("region").end_alone();
    assert_eq!(raw.process.is_whole_process, 0);
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
