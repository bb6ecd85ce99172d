//! Runs one fresh process: its output, and its time as seen from outside.

use crate::runner::child_process::{ChildGuard, WaitOutcome};
use anyhow::{Context as _, Result};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// dhat takes 6 s for a million maps, and valgrind is slower still.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A process that has ended.
pub(super) struct ProcessEnd {
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// From its start to its end.
    pub(super) process_ns: u64,
    /// CPU time of it and of the processes that it waited for, to a clock tick of 10 ms; `None`
    /// without procfs.
    pub(super) cpu_ns: Option<u64>,
}

/// Runs a command to its end, checking on it once per `every`. Its output goes to files in
/// `folder`; `what` names it in messages.
pub(super) fn run_process(
    mut command: Command,
    folder: &Path,
    what: &str,
    every: Duration,
) -> Result<ProcessEnd> {
    let (stdout, stderr) = (folder.join("stdout.txt"), folder.join("stderr.txt"));
    let create = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
    command.stdin(Stdio::null()).stdout(create(&stdout)?).stderr(create(&stderr)?);
    let cpu_before = children_cpu_ns();
    let mut child = ChildGuard::start(&mut command, what)?;
    let started = Instant::now();
    let waited = child.wait_while(every, |_| Ok((started.elapsed() > TIMEOUT).then_some(())))?;
    let process_ns = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let cpu_ns = children_cpu_ns().zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
    let (stdout, stderr) = (read_text(&stdout), read_text(&stderr));
    let done = match waited {
        WaitOutcome::Exited(status) => status.success(),
        WaitOutcome::Ended(()) => anyhow::bail!("{what} took more than {} s", TIMEOUT.as_secs()),
    };
    let last = stderr.lines().rfind(|line| !line.trim().is_empty());
    anyhow::ensure!(done, "{what} failed: {}", last.unwrap_or("it said nothing"));
    Ok(ProcessEnd { stdout, stderr, process_ns, cpu_ns })
}

fn read_text(path: &Path) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// CPU time of all processes that this one has waited for, with what they waited for in turn. A
/// bench starts one process at a time, so the difference of two values is that of one.
#[cfg(target_os = "linux")]
fn children_cpu_ns() -> Option<u64> {
    let stat = procfs::process::Process::myself().and_then(|myself| myself.stat()).ok()?;
    let ticks = u64::try_from(stat.cutime + stat.cstime).ok()?;
    Some(ticks * 1_000_000_000 / procfs::ticks_per_second())
}

#[cfg(not(target_os = "linux"))]
fn children_cpu_ns() -> Option<u64> {
    None
}
