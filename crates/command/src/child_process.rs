//! A child process that does not outlive this one, even when this one is killed outright.

use crate::interrupt;
use anyhow::{Context as _, Result};
use std::convert::Infallible;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// Puts the child into a process group of its own, so that Ctrl-C reaches this process alone, and
/// has the kernel kill it when this process dies.
#[cfg(target_os = "linux")]
pub fn bind_to_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
    set_parent_death_signal(command, rustix::process::Signal::KILL);
}

/// For a child that shares the terminal: the kernel sends it SIGTERM when this process dies.
#[cfg(target_os = "linux")]
pub fn terminate_with_parent(command: &mut Command) {
    set_parent_death_signal(command, rustix::process::Signal::TERM);
}

#[cfg(target_os = "linux")]
fn set_parent_death_signal(command: &mut Command, signal: rustix::process::Signal) {
    use std::os::unix::process::CommandExt as _;
    let parent = rustix::process::getpid();
    // SAFETY: between fork and exec only async-signal-safe calls are allowed: prctl and getppid are
    // single system calls that allocate nothing and take no lock.
    unsafe {
        command.pre_exec(move || {
            rustix::process::set_parent_process_death_signal(Some(signal))?;
            // The parent may have died before the line above; then nobody is left to wait for the
            // child.
            if rustix::process::getppid() != Some(parent) {
                return Err(std::io::Error::other("the runner has gone"));
            }
            Ok(())
        });
    }
}

/// Other systems have no such signal: a killed parent may leave a child behind until it ends by
/// itself.
#[cfg(not(target_os = "linux"))]
pub fn bind_to_parent(_command: &mut Command) {}

/// Does nothing on this system.
#[cfg(not(target_os = "linux"))]
pub fn terminate_with_parent(_command: &mut Command) {}

/// Runs a command to its end under a [`ChildGuard`] and returns its process id and exit status. A
/// signal to this process ends it.
pub fn run_to_end(command: &mut Command, what: &str) -> Result<(u32, ExitStatus)> {
    let mut child = ChildGuard::start(command, what)?;
    let status = child.wait_while(Duration::from_millis(5), |_| Ok(None::<Infallible>))?;
    match status {
        WaitOutcome::Exited(status) => Ok((child.id(), status)),
        WaitOutcome::Ended(never) => match never {},
    }
}

/// A running child. Dropping it kills its process group and reaps it.
pub struct ChildGuard {
    child: Child,
    what: String,
}

/// How a wait ended.
pub enum WaitOutcome<T> {
    /// The child exited, by itself or because somebody else killed it.
    Exited(ExitStatus),
    /// This process killed it, for this reason.
    Ended(T),
}

impl ChildGuard {
    /// Starts the child; `what` names it in error messages.
    pub fn start(command: &mut Command, what: &str) -> Result<ChildGuard> {
        bind_to_parent(command);
        let child = command.spawn().with_context(|| format!("cannot start {what}"))?;
        Ok(ChildGuard { child, what: what.to_owned() })
    }

    /// Its process id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for its ends of pipes.
    pub fn child_mut(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the child's end and calls `look` every so often. The child is killed when `look`
    /// returns a reason or an error, and on a signal to this process.
    pub fn wait_while<T>(
        &mut self,
        every: Duration,
        mut look: impl FnMut(&mut Child) -> Result<Option<T>>,
    ) -> Result<WaitOutcome<T>> {
        loop {
            let ended = self.child.try_wait().with_context(|| format!("cannot wait for {}", self.what))?;
            if let Some(status) = ended {
                return Ok(WaitOutcome::Exited(status));
            }
            let looked = interrupt::check().map_err(Into::into).and_then(|()| look(&mut self.child));
            match looked {
                Ok(None) => std::thread::sleep(every),
                Ok(Some(why)) => {
                    self.kill_group();
                    return Ok(WaitOutcome::Ended(why));
                }
                Err(error) => {
                    self.kill_group();
                    return Err(error);
                }
            }
        }
    }

    /// Kills the group of a child that is still running, and reaps the child.
    fn kill_group(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        kill_process_group(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        self.kill_group();
    }
}

/// Kills a process group.
pub fn kill_process_group(group: u32) {
    if let Some(group) = i32::try_from(group).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

/// Describes the exit status of a child that failed.
pub fn describe_status(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(9), _) => "it was killed (signal 9): often the kernel's out-of-memory killer".into(),
        (Some(2), _) => "it was ended by Ctrl-C (signal 2)".into(),
        (Some(15), _) => "it was asked to end (signal 15)".into(),
        (Some(signal), _) => format!("it crashed (signal {signal})"),
        (None, Some(101)) => "it panicked (status 101)".into(),
        (None, code) => format!("it ended with status {}", code.unwrap_or(-1)),
    }
}
