//! Runs a user's program once under the recorder. The program keeps the terminal, the keyboard and
//! its exit status.

use crate::exit::ExitReason;
use crate::interrupt;
use crate::runner::memory;
use crate::runner::recording_files;
use crate::runner::resident::ResidentSamples;
use anyhow::{Context as _, Result};
use heaplab_command::child_process::terminate_with_parent;
use heaplab_record::Probe;
use rustix::process::{Pid, Signal};
use std::ffi::OsString;
use std::fs::File;
use std::io::IsTerminal as _;
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long processes may go on after the program itself has ended, such as a daemon's.
const WAIT_FOR_ORPHANS: Duration = Duration::from_secs(2);
/// How long it may take to end after it was told to.
const GRACE: Duration = Duration::from_secs(20);

/// A program to run, and how it gets the recorder.
#[derive(Clone)]
pub struct ProgramRequest<'a> {
    /// As the user typed it.
    pub program: &'a OsString,
    /// The words behind it.
    pub arguments: &'a [OsString],
    /// The probe for heaplab's allocator, if the program has it.
    pub probe: Probe,
    /// The library that is loaded into the program before its own (`LD_PRELOAD`).
    pub preload: Option<PathBuf>,
    /// Whether the program has a `malloc` of its own, whose blocks the recorder does not see.
    pub has_own_malloc: bool,
    /// Whether the processes that the program starts are recorded as well.
    pub follow: bool,
    /// An existing folder for the recordings.
    pub out: PathBuf,
    /// `None` unless the user set a limit: only the user knows when a program should have ended.
    pub timeout: Option<Duration>,
    /// Whether standard output belongs to report.json, so that the program's output goes to
    /// standard error.
    pub quiet: bool,
    /// Takes what the program prints on the terminal, where a view has the terminal for itself. The
    /// program then gets no keys either. What the user has redirected stays redirected.
    pub terminal_output: Option<&'a File>,
}

/// How a program ended.
pub struct ProgramEnd {
    /// Its process id.
    pub process: u32,
    /// Its exit status.
    pub status: ExitStatus,
    /// The reason why it was ended from outside.
    pub cause: Option<String>,
    /// The signal that was received and passed on.
    pub interrupted: Option<i32>,
    /// Processes of the program that outlived their parents, and how they ended.
    pub orphans: Vec<(u32, ExitStatus)>,
    /// What was resident in its processes while they ran.
    pub resident: ResidentSamples,
    /// Whether the program has a `malloc` of its own.
    pub has_own_malloc: bool,
    /// The folder with the recordings that had no room in the output folder.
    pub fallback: Option<TempDir>,
}

/// Runs the program to its end. Ctrl-C ends the program, not this process, which then reports what
/// was recorded until then.
pub fn run_program(order: &ProgramRequest<'_>) -> Result<ProgramEnd> {
    start_program(order)?.wait_for_end()
}

/// Starts the program, which ends with the calling thread. Until somebody waits for its end, signals
/// are not passed on to it.
pub fn start_program<'a>(order: &'a ProgramRequest<'a>) -> Result<RunningProgram<'a>> {
    let mut command = Command::new(order.program);
    command.args(order.arguments).env("HEAPLAB_PROBE", order.probe.name()).env("HEAPLAB_OUT", &order.out);
    // A folder in memory serves where the output folder is full or cannot be mapped.
    let fallback = tempfile::Builder::new().prefix("heaplab-").tempdir_in("/dev/shm").ok();
    if let Some(folder) = &fallback {
        command.env("HEAPLAB_FALLBACK", folder.path());
    }
    if let Some(library) = &order.preload {
        command.env("LD_PRELOAD", preload_list(library, fallback.as_ref().map(TempDir::path)));
    }
    if !order.follow {
        command.env("HEAPLAB_FOLLOW", "0");
    }
    // Every object of CPython is then a block of its own, and not a part of an arena.
    if order.probe == Probe::Heap && std::env::var_os("PYTHONMALLOC").is_none() {
        command.env("PYTHONMALLOC", "malloc");
    }
    connect_streams(&mut command, order)?;
    terminate_with_parent(&mut command);
    // Processes that outlive their parents become children of this process, which learns how they
    // end. Where the kernel refuses, a daemon is reported as it was when the program ended.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    recording_files::make_spare(&order.out);
    let child = command.spawn().map_err(|error| start_error(order.program, &error))?;
    let started = Instant::now();
    let resident = ResidentSamples::default();
    Ok(RunningProgram {
        order,
        child,
        started,
        asked: None,
        cause: None,
        interrupted: None,
        resident,
        fallback,
    })
}

/// Connects the program's streams, which otherwise are those of this process.
fn connect_streams(command: &mut Command, order: &ProgramRequest<'_>) -> Result<()> {
    if order.quiet {
        let stderr = std::io::stderr().as_fd().try_clone_to_owned().context("cannot share standard error")?;
        command.stdout(Stdio::from(stderr));
    }
    let Some(file) = order.terminal_output else { return Ok(()) };
    let share =
        || file.try_clone().map(Stdio::from).context("cannot share the file for the program's output");
    let stderr_is_terminal = std::io::stderr().is_terminal();
    if std::io::stdin().is_terminal() {
        command.stdin(Stdio::null());
    }
    if if order.quiet { stderr_is_terminal } else { std::io::stdout().is_terminal() } {
        command.stdout(share()?);
    }
    if stderr_is_terminal {
        command.stderr(share()?);
    }
    Ok(())
}

/// The value of `LD_PRELOAD`: our library, and behind it what the user has there. Spaces and colons
/// stand between its entries, so a path that has one is reached by a link in the folder `links`.
fn preload_list(library: &Path, links: Option<&Path>) -> OsString {
    let mut list = library.as_os_str().to_owned();
    if list.as_encoded_bytes().iter().any(|byte| b" :".contains(byte))
        && let Some(link) = links.map(|folder| folder.join("heaplab_preload.so"))
        && std::os::unix::fs::symlink(library, &link).is_ok()
    {
        list = link.into_os_string();
    }
    if let Some(users) = std::env::var_os("LD_PRELOAD").filter(|users| !users.is_empty()) {
        list.push(":");
        list.push(users);
    }
    list
}

/// A program that was started. Dropping it kills the program.
pub struct RunningProgram<'a> {
    order: &'a ProgramRequest<'a>,
    child: Child,
    started: Instant,
    /// When it was told to end.
    asked: Option<Instant>,
    cause: Option<String>,
    interrupted: Option<i32>,
    resident: ResidentSamples,
    fallback: Option<TempDir>,
}

impl RunningProgram<'_> {
    /// The folders that its recordings may be in.
    pub fn recording_folders(&self) -> Vec<PathBuf> {
        let fallback = self.fallback.as_ref().map(|folder| folder.path().to_owned());
        std::iter::once(self.order.out.clone()).chain(fallback).collect()
    }

    /// Waits for the program's end, and passes signals on to it until then.
    ///
    /// # Errors
    /// When a second signal arrives, and when the system does not say how the program ended.
    pub fn wait_for_end(mut self) -> Result<ProgramEnd> {
        loop {
            if let Some(status) = self.child.try_wait().context("cannot wait for the program")? {
                // A signal that arrived while the program ended counts too.
                let interrupted = self.interrupted.or_else(interrupt::take_signal);
                let (process, cause) = (self.child.id(), self.cause.take());
                let (orphans, fallback) = (wait_for_orphans(), self.fallback.take());
                let resident = std::mem::take(&mut self.resident);
                let has_own_malloc = self.order.has_own_malloc;
                return Ok(ProgramEnd {
                    process,
                    status,
                    cause,
                    interrupted,
                    orphans,
                    resident,
                    has_own_malloc,
                    fallback,
                });
            }
            if let Some(signal) = interrupt::take_signal() {
                if self.asked.is_some() {
                    // A second signal ends this process.
                    return Err(ExitReason::Interrupted(signal).into());
                }
                self.interrupted = Some(signal);
                self.forward_signal(signal);
            }
            match (&self.cause, self.asked) {
                (None, None) => {
                    if let Some(cause) = self.find_trouble() {
                        self.cause = Some(cause);
                        self.send_signal(Signal::TERM);
                    }
                }
                (Some(_), Some(asked)) if asked.elapsed() > GRACE => {
                    self.send_signal(Signal::KILL);
                }
                _ => {}
            }
            recording_files::make_spare(&self.order.out);
            let folders = self.recording_folders();
            self.resident.sample(&folders);
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// A Ctrl-C on the terminal has already reached the program, and some programs take a second
    /// one as an order to quit at once.
    fn forward_signal(&mut self, signal: i32) {
        let interrupts = signal == Signal::INT.as_raw();
        if interrupts && owns_terminal() {
            self.asked = Some(Instant::now());
        } else {
            self.send_signal(if interrupts { Signal::INT } else { Signal::TERM });
        }
    }

    fn send_signal(&mut self, signal: Signal) {
        if let Some(process) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process(process, signal);
        }
        self.asked.get_or_insert_with(Instant::now);
    }

    fn find_trouble(&self) -> Option<String> {
        if let Some(timeout) = self.order.timeout.filter(|timeout| self.started.elapsed() > *timeout) {
            let budget = humantime::format_duration(timeout);
            return Some(format!("it ran past its budget of {budget} and was ended; --timeout gives more"));
        }
        let scarce = memory::is_scarce();
        scarce.then(|| "it was ended before it drove this machine into swap; give it less to do".into())
    }
}

impl Drop for RunningProgram<'_> {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Waits a moment for processes that outlived the program. What still runs then is left alone.
fn wait_for_orphans() -> Vec<(u32, ExitStatus)> {
    use rustix::process::{WaitOptions, wait};
    let deadline = Instant::now() + WAIT_FOR_ORPHANS;
    let mut orphans = Vec::new();
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((process, status))) => {
                let process = u32::try_from(process.as_raw_nonzero().get()).unwrap_or(0);
                orphans.push((process, ExitStatus::from_raw(status.as_raw())));
            }
            Ok(None) if Instant::now() < deadline => std::thread::sleep(POLL_INTERVAL),
            // There are none, or they take long.
            _ => return orphans,
        }
    }
}

/// Whether keys on the terminal reach this process, and with it the program.
fn owns_terminal() -> bool {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else { return false };
    rustix::termios::tcgetpgrp(terminal).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Checks that a program exists, before a tool is started that would run it.
pub fn check_runnable(program: &OsString) -> Result<(), ExitReason> {
    let missing = std::io::Error::from(rustix::io::Errno::NOENT);
    let Some(path) = find_in_path(program) else { return Err(start_error(program, &missing)) };
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err(start_error(program, &rustix::io::Errno::ACCESS.into())),
        Err(error) => Err(start_error(program, &error)),
    }
}

fn start_error(program: &OsString, error: &std::io::Error) -> ExitReason {
    let name = program.to_string_lossy();
    let next = match error.kind() {
        std::io::ErrorKind::NotFound => "build it first and give its path, such as target/release/NAME",
        std::io::ErrorKind::PermissionDenied => {
            "give the path of a program, not of a folder or a source file"
        }
        _ => "is it a program of this machine?",
    };
    ExitReason::UsageError(format!("cannot start `{name}`: {error}; {next}"))
}

/// The program's path, found as a shell finds it.
pub fn find_in_path(program: &OsString) -> Option<PathBuf> {
    let path = Path::new(program);
    if program.as_encoded_bytes().contains(&b'/') {
        return Some(path.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(path)).find(|candidate| candidate.is_file())
}
