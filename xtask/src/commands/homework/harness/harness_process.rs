//! One process of the harness: started, given its request, waited for.

use crate::runner::child_process::{ChildGuard, WaitOutcome, describe_status};
use crate::runner::memory;
use anyhow::{Context as _, Result};
use heaplab_record::Text;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A task takes a tenth of a second; a longer run is an endless one.
const BUDGET: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(2);
const MOST_OUTPUT_BYTES: u64 = 16 << 20;
/// How much of its panic message is shown.
const LAST_WORDS: usize = 200;

pub(super) struct RunningHarness {
    child: ChildGuard,
    folder: PathBuf,
    started: Instant,
}

/// What a process left.
pub(super) struct HarnessOutput {
    /// Its record, or what happened to it.
    pub(super) record: std::result::Result<String, Text>,
    pub(super) recording: PathBuf,
}

impl RunningHarness {
    /// Starts the process, which waits for its request. Its output goes to files in its folder.
    pub(super) fn start(program: &Path, folder: &Path) -> Result<RunningHarness> {
        let create = |name: &str| {
            let path = folder.join(name);
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))
        };
        let mut command = Command::new(program);
        command
            .env("HEAPLAB_PROBE", "heap")
            .env("HEAPLAB_OUT", folder)
            .stdin(Stdio::piped())
            .stdout(create("stdout.txt")?)
            .stderr(create("stderr.txt")?);
        let child = ChildGuard::start(&mut command, &program.display().to_string())?;
        Ok(RunningHarness { child, folder: folder.to_owned(), started: Instant::now() })
    }

    /// Sends the request and closes the process's input, so that it does not wait after measuring.
    pub(super) fn send_request(&mut self, line: &str) -> Result<()> {
        let Some(mut input) = self.child.child_mut().stdin.take() else { return Ok(()) };
        match input.write_all(line.as_bytes()) {
            // It has ended already; `wait` finds out how.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written.context("cannot hand the order to the harness"),
        }
    }

    /// Waits for its end. An error is a failure of this machine; one of the process is in the
    /// record.
    pub(super) fn wait(mut self) -> Result<HarnessOutput> {
        let (started, folder) = (self.started, &self.folder);
        let waited = self.child.wait_while(LOOK_EVERY, |_| Ok(find_limit_breach(started, folder)))?;
        let trouble = match waited {
            WaitOutcome::Exited(status) => {
                (!status.success()).then(|| self.describe_crash(&describe_status(status)))
            }
            WaitOutcome::Ended(trouble) => Some(trouble),
        };
        let read = || {
            std::fs::read_to_string(self.folder.join("record.txt")).map_err(|_| Text {
                en: "it ended before the task was done".to_owned(),
                zh: "任务还没做完，进程就结束了".to_owned(),
            })
        };
        Ok(HarnessOutput { record: trouble.map_or_else(read, Err), recording: self.folder.join("heap.raw") })
    }

    fn describe_crash(&self, how: &str) -> Text {
        let mut bytes = Vec::new();
        let file = File::open(self.folder.join("stderr.txt"));
        let _ = file.and_then(|file| file.take(64 << 10).read_to_end(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        let panic = text.lines().skip_while(|line| !line.contains("panicked at"));
        let said: String = panic.take(2).collect::<Vec<_>>().join(" ").chars().take(LAST_WORDS).collect();
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        Text { en: format!("{how}{said}"), zh: format!("进程异常结束（{how}）{said}") }
    }
}

/// A reason to end the process, if there is one.
fn find_limit_breach(started: Instant, folder: &Path) -> Option<Text> {
    if started.elapsed() > BUDGET {
        let seconds = BUDGET.as_secs();
        return Some(Text {
            en: format!("it was still running after {seconds} s and was ended"),
            zh: format!("运行 {seconds} 秒仍未结束，已被终止"),
        });
    }
    if memory::is_scarce() {
        return Some(Text {
            en: "it was ended before it drove this machine into swap".to_owned(),
            zh: "内存快要用尽，已被终止".to_owned(),
        });
    }
    let printed = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    (printed("stdout.txt") + printed("stderr.txt") > MOST_OUTPUT_BYTES).then(|| Text {
        en: format!("it printed more than {} MiB and was ended", MOST_OUTPUT_BYTES >> 20),
        zh: format!("输出超过 {} MiB，已被终止", MOST_OUTPUT_BYTES >> 20),
    })
}
