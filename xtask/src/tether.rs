//! A child that does not outlive us, even when we are killed outright.

use crate::interrupt;
use anyhow::{Context as _, Result};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// Puts the child into a process group of its own, so that Ctrl-C reaches the runner alone, and has the kernel kill it when
/// this process dies.
#[cfg(target_os = "linux")]
pub(crate) fn tether(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
    end_with_us(command, rustix::process::Signal::KILL);
}

/// A child that shares the terminal with us: it is asked to end when this process dies.
#[cfg(target_os = "linux")]
pub(crate) fn follow(command: &mut Command) {
    end_with_us(command, rustix::process::Signal::TERM);
}

#[cfg(target_os = "linux")]
fn end_with_us(command: &mut Command, signal: rustix::process::Signal) {
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
pub(crate) fn tether(_command: &mut Command) {}

/// As above.
#[cfg(not(target_os = "linux"))]
pub(crate) fn follow(_command: &mut Command) {}

/// Runs a command to its end, tethered; gives its process id and how it ended. A signal to us ends it.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<(u32, ExitStatus)> {
    tether(command);
    let mut child = command.spawn().with_context(|| format!("cannot start {what}"))?;
    loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for {what}"))? {
            return Ok((child.id(), status));
        }
        if let Err(stop) = interrupt::check() {
            end(&mut child);
            return Err(stop.into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Ends a tethered child and all that it has started, and reaps it; a child that has ended by itself is left in peace.
pub(crate) fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    end_group(child.id());
    let _ = child.kill();
    let _ = child.wait();
}

/// Kills a process group.
pub(crate) fn end_group(group: u32) {
    if let Some(group) = i32::try_from(group).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}
