//! Starts a sandboxed child, watches it, ends it and reaps it.
//!
//! Its outputs are pipes that are read here, each up to a limit, between two looks at its memory.
//! Nothing that it prints is taken for a measurement; the record comes through descriptor 3.

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
/// A group is found by reading all of /proc.
const LOOK_AT_GROUP_EVERY: Duration = Duration::from_millis(100);
/// A joined thread is still visible for a moment.
const LAST_THREADS: Duration = Duration::from_millis(250);
/// The kernel needs time to free gibibytes.
const LAST_PROCESSES: Duration = Duration::from_secs(20);
/// From the end of its input to the child's exit.
const GOODBYE: Duration = Duration::from_secs(2);
/// No record is longer.
const MOST_RECORD_BYTES: usize = 16 << 10;

/// What to start, and its limits.
pub(super) struct ChildRequest<'a> {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) folder: PathBuf,
    pub(super) environment: Vec<(&'static str, OsString)>,
    pub(super) limits: Limits,
    /// The request for its standard input, which stays open until the record is complete. None for
    /// a compiler.
    pub(super) line: Option<String>,
    /// Passed on as descriptor 4.
    pub(super) shared: Option<BorrowedFd<'a>>,
    pub(super) wall: Duration,
    pub(super) memory_bytes: u64,
    pub(super) threads: u64,
    pub(super) output_bytes: usize,
}

/// How the child ended, and what was seen of it.
#[derive(Debug)]
pub(super) struct ChildOutcome {
    pub(super) end: ChildEnd,
    /// What came through descriptor 3.
    pub(super) record: String,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The most memory that was seen from outside.
    pub(super) memory_bytes: u64,
    /// Threads at the time of the record, after those that were joined had ended.
    pub(super) threads_left: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChildEnd {
    /// It exited, or a limit that the kernel enforces ended it.
    Exited(ExitStatus),
    Wall,
    Memory,
    Threads,
    Output,
}

/// Runs the child to its end. An error is a failure of this machine or a signal, never the
/// program's doing.
pub(super) fn run(request: &ChildRequest) -> Result<ChildOutcome> {
    let (record, record_end) = std::io::pipe().context("cannot open a pipe")?;
    let shared: Vec<BorrowedFd> = request.shared.into_iter().collect();
    let handed: Vec<BorrowedFd> = match request.line {
        Some(_) => std::iter::once(record_end.as_fd()).chain(shared).collect(),
        None => Vec::new(),
    };
    let mut limits = request.limits.clone();
    limits.inherit = handed.iter().map(|descriptor| descriptor.as_raw_fd()).collect();
    let limits = serde_json::to_string(&limits).context("cannot write the limits down")?;
    // Not by its path: a build may have replaced the file.
    let mut command = Command::new("/proc/self/exe");
    command.arg(sandbox_entry::FLAG).arg(limits).arg(&request.program).args(&request.arguments);
    command
        .current_dir(&request.folder)
        .env_clear()
        .envs(request.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(if request.line.is_some() { Stdio::piped() } else { Stdio::null() });
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
        stdout: CappedPipe::new(stdout, request.output_bytes)?,
        stderr: CappedPipe::new(stderr, request.output_bytes)?,
        memory_bytes: 0,
        threads_left: 0,
    };
    if let (Some(line), Some(input)) = (&request.line, child.child_mut().stdin.as_mut()) {
        // If the child has ended already, its exit status says so.
        let _ = input.write_all(line.as_bytes());
    }
    let end = child.wait_while(LOOK_EVERY, |child| Ok(watched.check_limits(child, request)));
    let group = child.id();
    if request.line.is_none() {
        // Processes that it started may still hold files of the work folder for a while.
        let since = Instant::now();
        while !resident_memory::is_group_gone(group) && since.elapsed() < LAST_PROCESSES {
            // Ends the rest of the group, whatever ended the first process.
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

/// The state of a watched child.
struct WatchedChild {
    started: Instant,
    looked_at_group: Instant,
    /// When its input was closed because the record was complete.
    told: Option<Instant>,
    record: CappedPipe<PipeReader>,
    stdout: CappedPipe<std::process::ChildStdout>,
    stderr: CappedPipe<std::process::ChildStderr>,
    memory_bytes: u64,
    threads_left: u64,
}

impl WatchedChild {
    /// A reason to end the child, if there is one.
    fn check_limits(&mut self, child: &mut Child, request: &ChildRequest) -> Option<ChildEnd> {
        let seen = self.sample_memory(child.id(), request);
        if self.read_pipes() {
            return Some(ChildEnd::Output);
        }
        if seen.memory_bytes > request.memory_bytes {
            return Some(ChildEnd::Memory);
        }
        if seen.threads > request.threads {
            return Some(ChildEnd::Threads);
        }
        if self.started.elapsed() > request.wall || self.told.is_some_and(|told| told.elapsed() > GOODBYE) {
            return Some(ChildEnd::Wall);
        }
        if self.told.is_none() && self.record.is_whole() {
            self.sample_at_end(child.id());
            drop(child.stdin.take());
            self.told = Some(Instant::now());
        }
        None
    }

    fn sample_memory(&mut self, process: u32, request: &ChildRequest) -> ResidentMemory {
        let seen = if request.line.is_some() {
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

    /// Looks at the program while it waits for the end of its input with its data still in memory.
    fn sample_at_end(&mut self, process: u32) {
        let since = Instant::now();
        while let Some(seen) = resident_memory::read_process(process) {
            // The kernel's peak misses nothing. It includes pages of files; those that were given
            // back since make this too high by less than the program's size.
            let highest = seen.highest_bytes.saturating_sub(seen.file_bytes);
            self.memory_bytes = self.memory_bytes.max(highest);
            self.threads_left = seen.threads;
            if seen.threads <= 1 || since.elapsed() > LAST_THREADS {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Reads all pipes; returns whether one of them is over its limit.
    fn read_pipes(&mut self) -> bool {
        let full = [self.record.read_available(), self.stdout.read_available(), self.stderr.read_available()];
        full.contains(&true)
    }
}

/// The end of a pipe that is read without blocking.
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

    /// Reads what is there; returns whether that is over the limit.
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
