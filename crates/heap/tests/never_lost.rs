//! A process that opens no region leaves its recording however it ends; tested with
//! `examples/ends.rs` in separate processes.

use heaplab_profile::raw::RawRecording;
use std::io::{BufRead, BufReader, Write};
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
    fn start(name: &str, word: &str, variables: &[(&str, &str)]) -> Run {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("never-lost-{name}"));
        let _ = std::fs::remove_dir_all(&out);
        let mut command = Command::new(example("ends"));
        command
            .arg(word)
            .env_remove("HEAPLAB_PROBE")
            .env_remove("HEAPLAB_SNAPSHOT_EVERY")
            .env("HEAPLAB_OUT", &out);
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

    fn say(mut self) -> Run {
        self.child
            .stdin
            .as_mut()
            .expect("the run of the example goes well")
            .write_all(b"\n")
            .expect("the run of the example goes well");
        self
    }

    /// Waits for a file of the process, named without its number.
    fn wait_for(self, suffix: &str) -> Run {
        let path = self.file(suffix);
        let deadline = Instant::now() + Duration::from_secs(30);
        while !path.exists() {
            assert!(Instant::now() < deadline, "{} did not come", path.display());
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }

    fn file(&self, suffix: &str) -> PathBuf {
        self.out.join(format!("heap-{}{suffix}.raw", self.child.id()))
    }

    fn end(mut self) -> (ExitStatus, Ended) {
        drop(self.child.stdin.take());
        let status = self.child.wait().expect("the run of the example goes well");
        let mut files: Vec<String> = std::fs::read_dir(&self.out)
            .map(|files| {
                files
                    .map(|file| {
                        file.expect("the run of the example goes well")
                            .file_name()
                            .into_string()
                            .expect("the run of the example goes well")
                    })
                    .collect()
            })
            .unwrap_or_default();
        files.sort();
        (status, Ended { pid: self.child.id(), out: self.out, files })
    }
}

/// The files that it left.
struct Ended {
    pid: u32,
    out: PathBuf,
    files: Vec<String>,
}

impl Ended {
    /// The one file of a whole recording.
    fn raw(&self) -> RawRecording {
        assert_eq!(self.files, [format!("heap-{}.raw", self.pid)]);
        self.read(&self.files[0])
    }

    fn read(&self, name: &str) -> RawRecording {
        RawRecording::read(&std::fs::read(self.out.join(name)).expect("the run of the example goes well"))
            .expect("the run of the example goes well")
    }
}

fn has_the_block(raw: &RawRecording, live: i64) -> bool {
    let of_main = |site: &&heaplab_profile::raw::RawSite| site.birth_bytes == 100_000 && site.births == 1;
    raw.sites.iter().find(of_main).is_some_and(|site| site.live_bytes == live)
}

#[test]
fn return_panic_and_exit_leave_all() {
    for (word, code, live) in [
        ("return", 0, 0),
        ("panic", 101, 0),
        ("exit", 3, 100_000),
        ("thread-exit", 4, 100_000),
        ("elsewhere", 0, 0),
    ] {
        let (status, ended) = Run::start(word, word, &[]).end();
        assert_eq!(status.code(), Some(code), "{word}");
        let raw = ended.raw();
        assert!(has_the_block(&raw, live), "{word}: {:?}", raw.totals);
        assert!(raw.totals.wall_ns > 0 && raw.totals.peak_bytes >= 100_000);
        assert!(raw.threads.iter().all(|thread| thread != "heaplab"), "the recorder records itself");
        assert_eq!(raw.totals.births, raw.sites.iter().map(|site| site.births).sum::<u64>());
    }
}

#[test]
fn signals_leave_all_and_end_the_process_as_they_do() {
    for (name, signal) in [("int", libc::SIGINT), ("term", libc::SIGTERM)] {
        let (status, ended) = Run::start(name, "wait", &[]).ready().signal(signal).end();
        assert_eq!(status.signal(), Some(signal));
        assert!(has_the_block(&ended.raw(), 100_000));
    }
}

#[test]
fn a_signal_amid_the_work_of_many_threads_leaves_sums_that_agree() {
    for round in 0..5 {
        let run = Run::start(&format!("busy-{round}"), "busy", &[]).ready();
        std::thread::sleep(Duration::from_millis(50));
        let (status, ended) = run.signal(libc::SIGTERM).end();
        assert_eq!(status.signal(), Some(libc::SIGTERM));
        let raw = ended.raw();
        assert!(raw.totals.births > 1000);
        let sum = |of: fn(&heaplab_profile::raw::RawSite) -> i64| raw.sites.iter().map(of).sum::<i64>();
        assert_eq!(raw.totals.births, sum(|site| site.births as i64) as u64);
        assert_eq!(raw.totals.end_bytes, sum(|site| site.live_bytes) as u64);
        assert_eq!(raw.totals.births - sum(|site| site.deaths as i64) as u64, raw.totals.end_blocks);
    }
}

#[test]
fn the_programs_own_handlers_stay() {
    let (status, ended) = Run::start("own", "own-handler", &[]).ready().signal(libc::SIGTERM).end();
    assert_eq!((status.code(), ended.files.len()), (Some(9), 0), "the program's handler ended it at once");

    let run = Run::start("chained", "chained-handler", &[]).ready().signal(libc::SIGTERM).wait_for("");
    let (status, ended) = run.say().ready().say().end();
    assert_eq!(status.code(), Some(0), "a handler that calls ours besides decides itself");
    assert!(has_the_block(&ended.raw(), 0));
}

#[test]
fn on_demand_the_program_goes_on() {
    let run = Run::start("demand", "wait", &[]).ready().signal(libc::SIGUSR1).wait_for("-1");
    let (status, ended) = run.signal(libc::SIGUSR1).wait_for("-2").say().end();
    assert_eq!(status.code(), Some(0));
    let pid = ended.pid;
    let names = [format!("heap-{pid}-1.raw"), format!("heap-{pid}-2.raw"), format!("heap-{pid}.raw")];
    assert_eq!(ended.files, names);
    assert!(has_the_block(&ended.read(&names[0]), 100_000) && has_the_block(&ended.read(&names[2]), 0));
}

#[test]
fn abort_and_kill_leave_the_last_snapshot() {
    let every = [("HEAPLAB_SNAPSHOT_EVERY", "20ms")];
    let (status, ended) = Run::start("abort", "abort", &every).ready().wait_for("").say().end();
    assert_eq!(status.signal(), Some(libc::SIGABRT));
    assert!(has_the_block(&ended.read(&format!("heap-{}.raw", ended.pid)), 100_000));
    let (status, ended) = Run::start("kill", "busy", &every).ready().wait_for("").signal(libc::SIGKILL).end();
    assert_eq!(status.signal(), Some(libc::SIGKILL));
    assert!(ended.read(&format!("heap-{}.raw", ended.pid)).totals.births > 0);
    let (_, ended) = Run::start("no-snapshot", "abort", &[]).ready().say().end();
    assert_eq!(ended.files, [""; 0]);
}

#[test]
fn what_was_not_asked_for_is_not_done() {
    let (_, ended) = Run::start("region", "region", &[]).end();
    assert_eq!(ended.files, [""; 0], "who opens a region writes it");
    for (name, variables) in [("no-out", ("HEAPLAB_OUT", "")), ("plain", ("HEAPLAB_PROBE", "plain"))] {
        let run = Run::start(name, "wait", &[variables]).ready();
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.child.id()))
            .expect("the run of the example goes well");
        assert!(status.contains("SigCgt:\t0000000000000440"), "only Rust's own SIGSEGV and SIGBUS: {status}");
        assert!(status.contains("Threads:\t1\n"));
        let (status, ended) = run.signal(libc::SIGUSR1).end();
        assert_eq!((status.signal(), ended.files.len()), (Some(libc::SIGUSR1), 0));
    }
}

/// Cargo builds a package's examples with its tests, beside the folder of the test's own binary.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("the test has a path");
    path.pop();
    path.pop();
    path.join("examples").join(name)
}
