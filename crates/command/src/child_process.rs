//! A child that does not outlive us, even when we are killed outright.

use crate::interrupt;
use anyhow::{Context as _, Result};
use std::convert::Infallible;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// Puts the child into a process group of its own, so that Ctrl-C reaches the runner alone, and has the kernel kill it when
/// this process dies.
#[cfg(target_os = "linux")]
pub fn bind_to_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
    set_parent_death_signal(command, rustix::process::Signal::KILL);
}

/// A child that shares the terminal with us: it is asked to end when this process dies.
#[cfg(target_os = "linux")]
pub fn terminate_with_parent(command: &mut Command) {
    set_parent_death_signal(command, rustix::process::Signal::TERM);
}

#[cfg(target_os = "linux")]
fn set_parent_death_signal(command: &mut Command, signal: rustix::process::Signal) {
    use std::os::unix::process::CommandExt as _;
    let parent = rustix::process::getpid();
    // SAFETY: between fork and exec only async-signal-safe calls are allowed: prctl and getppid are single system calls
    // that allocate nothing and take no lock.
    unsafe {
        command.pre_exec(move || {
            rustix::process::set_parent_process_death_signal(Some(signal))?;
            // The parent may have died before the line above: then nobody is left to wait for us.
            if rustix::process::getppid() != Some(parent) {
                return Err(std::io::Error::other("the runner has gone"));
            }
            Ok(())
        });
    }
}

/// Not on this system: a killed runner may leave a child behind until it ends by itself.
#[cfg(not(target_os = "linux"))]
pub fn bind_to_parent(_command: &mut Command) {}

/// As above.
#[cfg(not(target_os = "linux"))]
pub fn terminate_with_parent(_command: &mut Command) {}

/// Runs a command to its end, tethered; gives its process id and how it ended. A signal to us ends it.
pub fn run_to_end(command: &mut Command, what: &str) -> Result<(u32, ExitStatus)> {
    let mut child = ChildGuard::start(command, what)?;
    let status = child.wait_while(Duration::from_millis(5), |_| Ok(None::<Infallible>))?;
    match status {
        WaitOutcome::Exited(status) => Ok((child.id(), status)),
        WaitOutcome::Ended(never) => match never {},
    }
}

/// A tethered child. It is ended with all that it has started, and reaped, when this is dropped.
pub struct ChildGuard {
    child: Child,
    what: String,
}

/// How a wait came to its end.
pub enum WaitOutcome<T> {
    /// The child ended, by itself or by somebody else's doing.
    Exited(ExitStatus),
    /// We ended it, and why.
    Ended(T),
}

impl ChildGuard {
    /// Starts it; `what` is its name in messages.
    pub fn start(command: &mut Command, what: &str) -> Result<ChildGuard> {
        bind_to_parent(command);
        let child = command.spawn().with_context(|| format!("cannot start {what}"))?;
        Ok(ChildGuard { child, what: what.to_owned() })
    }

    /// Its process id, and its group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its ends of pipes.
    pub fn child_mut(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for its end, and looks at it every so often: `look` may give a reason to end it. An error of its own, and a signal
    /// to us, end it too.
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

    /// Ends it; a child that has ended by itself is left in peace.
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
