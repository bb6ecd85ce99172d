//! A child behind a fence: started, watched, ended, reaped, whatever happens.
//!
//! Its three outputs are pipes that are read here between two looks at its memory, each up to a cap. Nothing that it prints is
//! ever taken for a measurement; the record comes through descriptor 3.

use super::inherit;
use super::resident_memory::{self, ResidentMemory};
use crate::sandbox_entry;
use anyhow::{Context as _, Result};
use heaplab_command::child_process::{self, ChildGuard, WaitOutcome};
use heaplab_sandbox::Limits;
use std::ffi::OsString;
use std::io::{ErrorKind, PipeReader, Read, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(2);
/// A group is found by going through all processes.
const LOOK_AT_GROUP_EVERY: Duration = Duration::from_millis(100);
/// A thread that was joined is still seen for a moment.
const LAST_THREADS: Duration = Duration::from_millis(250);
/// The kernel takes its time over gibibytes.
const LAST_PROCESSES: Duration = Duration::from_secs(20);
/// Between the parent's last word and the end.
const GOODBYE: Duration = Duration::from_secs(2);
/// More is no record.
const MOST_RECORD_BYTES: usize = 16 << 10;

/// What to start, and how much of everything it may have.
pub(super) struct ChildRequest<'a> {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) folder: PathBuf,
    pub(super) environment: Vec<(&'static str, OsString)>,
    pub(super) limits: Limits,
    /// Written to its standard input, which then stays open until its record is there. Absent for a compiler.
    pub(super) line: Option<String>,
    /// Handed over as descriptor 4.
    pub(super) shared: Option<BorrowedFd<'a>>,
    pub(super) wall: Duration,
    pub(super) memory_bytes: u64,
    pub(super) threads: u64,
    pub(super) output_bytes: usize,
}

/// How it ended, and what was seen.
#[derive(Debug)]
pub(super) struct ChildOutcome {
    pub(super) end: ChildEnd,
    /// What came through descriptor 3.
    pub(super) record: String,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The most memory that was seen from outside.
    pub(super) memory_bytes: u64,
    /// How many threads were there when the record was, after those that were joined had gone.
    pub(super) threads_left: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChildEnd {
    /// By itself, or by a limit that the kernel holds.
    Exited(ExitStatus),
    Wall,
    Memory,
    Threads,
    Output,
}

/// Runs it to its end. `Err` is this machine's trouble, or a signal to us; never the program's doing.
pub(super) fn run(order: &ChildRequest) -> Result<ChildOutcome> {
    let (record, record_end) = std::io::pipe().context("cannot open a pipe")?;
    let shared: Vec<BorrowedFd> = order.shared.into_iter().collect();
    let handed: Vec<BorrowedFd> = match order.line {
        Some(_) => std::iter::once(record_end.as_fd()).chain(shared).collect(),
        None => Vec::new(),
    };
    let mut limits = order.limits.clone();
    limits.inherit = handed.iter().map(|descriptor| descriptor.as_raw_fd()).collect();
    let limits = serde_json::to_string(&limits).context("cannot write the limits down")?;
    // Not by its path: a build may have put another program there.
    let mut command = Command::new("/proc/self/exe");
    command.arg(sandbox_entry::FLAG).arg(limits).arg(&order.program).args(&order.arguments);
    command
        .current_dir(&order.folder)
        .env_clear()
        .envs(order.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(if order.line.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    inherit::inherit_descriptors(&mut command, &handed);
    let mut child = ChildGuard::start(&mut command, "a fenced child")?;
    drop(record_end);
    let (stdout, stderr) = (child.child_mut().stdout.take(), child.child_mut().stderr.take());
    let mut watched = WatchedChild {
        started: Instant::now(),
        looked_at_group: Instant::now(),
        told: None,
        record: CappedPipe::new(Some(record), MOST_RECORD_BYTES)?,
        stdout: CappedPipe::new(stdout, order.output_bytes)?,
        stderr: CappedPipe::new(stderr, order.output_bytes)?,
        memory_bytes: 0,
        threads_left: 0,
    };
    if let (Some(line), Some(input)) = (&order.line, child.child_mut().stdin.as_mut()) {
        // A child that is gone already says so by its status.
        let _ = input.write_all(line.as_bytes());
    }
    let end = child.wait_while(LOOK_EVERY, |child| Ok(watched.check_limits(child, order)));
    let group = child.id();
    if order.line.is_none() {
        // Killed is not gone: what it started may still hold files of the work folder.
        let since = Instant::now();
        while !resident_memory::is_group_gone(group) && since.elapsed() < LAST_PROCESSES {
            // Whatever has ended the first of them, the others end too.
            child_process::kill_process_group(group);
            std::thread::sleep(LOOK_EVERY);
        }
    }
    // What it wrote before it ended.
    watched.read_pipes();
    let end = match end? {
        WaitOutcome::Exited(status) => ChildEnd::Exited(status),
        WaitOutcome::Ended(end) => end,
    };
    Ok(ChildOutcome {
        end,
        record: watched.record.text(),
        stdout: watched.stdout.text(),
        stderr: watched.stderr.text(),
        memory_bytes: watched.memory_bytes,
        threads_left: watched.threads_left,
    })
}

/// What is seen and heard of a child.
struct WatchedChild {
    started: Instant,
    looked_at_group: Instant,
    /// When it was told that its record has come.
    told: Option<Instant>,
    record: CappedPipe<PipeReader>,
    stdout: CappedPipe<std::process::ChildStdout>,
    stderr: CappedPipe<std::process::ChildStderr>,
    memory_bytes: u64,
    threads_left: u64,
}

impl WatchedChild {
    /// A reason to end it.
    fn check_limits(&mut self, child: &mut Child, order: &ChildRequest) -> Option<ChildEnd> {
        let seen = self.sample_memory(child.id(), order);
        if self.read_pipes() {
            return Some(ChildEnd::Output);
        }
        if seen.memory_bytes > order.memory_bytes {
            return Some(ChildEnd::Memory);
        }
        if seen.threads > order.threads {
            return Some(ChildEnd::Threads);
        }
        if self.started.elapsed() > order.wall || self.told.is_some_and(|told| told.elapsed() > GOODBYE) {
            return Some(ChildEnd::Wall);
        }
        if self.told.is_none() && self.record.is_whole() {
            self.sample_at_end(child.id());
            drop(child.stdin.take());
            self.told = Some(Instant::now());
        }
        None
    }

    fn sample_memory(&mut self, process: u32, order: &ChildRequest) -> ResidentMemory {
        let seen = if order.line.is_some() {
            resident_memory::read_process(process)
        } else if self.looked_at_group.elapsed() > LOOK_AT_GROUP_EVERY {
            self.looked_at_group = Instant::now();
            Some(resident_memory::read_group(process))
        } else {
            None
        };
        let seen = seen.unwrap_or_default();
        self.memory_bytes = self.memory_bytes.max(seen.memory_bytes);
        seen
    }

    /// The program waits for our word, with its data still there.
    fn sample_at_end(&mut self, process: u32) {
        let since = Instant::now();
        while let Some(seen) = resident_memory::read_process(process) {
            // No sample misses this one. What file pages it has now it had at the most, or it gave some back: then this is a
            // little too high, by less than the program is long.
            let highest = seen.highest_bytes.saturating_sub(seen.file_bytes);
            self.memory_bytes = self.memory_bytes.max(highest);
            self.threads_left = seen.threads;
            if seen.threads <= 1 || since.elapsed() > LAST_THREADS {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Whether one of them is over its cap.
    fn read_pipes(&mut self) -> bool {
        let full = [self.record.read_available(), self.stdout.read_available(), self.stderr.read_available()];
        full.contains(&true)
    }
}

/// A pipe's end that is read without waiting.
struct CappedPipe<R> {
    end: Option<R>,
    bytes: Vec<u8>,
    most: usize,
}

impl<R: Read + AsFd> CappedPipe<R> {
    fn new(end: Option<R>, most: usize) -> Result<CappedPipe<R>> {
        if let Some(end) = &end {
            let flags = rustix::fs::fcntl_getfl(end)?;
            rustix::fs::fcntl_setfl(end, flags | rustix::fs::OFlags::NONBLOCK)?;
        }
        Ok(CappedPipe { end, bytes: Vec::new(), most })
    }

    /// Takes what is there; `true` when that is more than allowed.
    fn read_available(&mut self) -> bool {
        let Some(end) = &mut self.end else { return false };
        let mut buffer = [0; 16 << 10];
        while self.bytes.len() <= self.most {
            match end.read(&mut buffer) {
                Ok(0) => {
                    self.end = None;
                    return false;
                }
                Ok(read) => self.bytes.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    fn is_whole(&self) -> bool {
        self.bytes.ends_with(b"\nend\n")
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
