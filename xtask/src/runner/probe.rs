//! One measurement: runs a variant under one probe in a fresh child, watches it from outside, and
//! collects its record.

#[cfg(target_os = "linux")]
mod process_tree;

use crate::runner::child_process::{ChildGuard, WaitOutcome, describe_status};
use crate::runner::memory;
use anyhow::{Context as _, Result};
use heaplab_record::{CLOSED_FILE, CurvePoint, Probe, RECORD_SCHEMA, Record};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a child's RSS is sampled.
const SAMPLE_EVERY: Duration = Duration::from_millis(5);
/// How often the machine's memory and the child's output are checked.
const GUARD_EVERY: Duration = Duration::from_millis(100);
/// More output than this is an endless loop.
const MAX_OUTPUT_BYTES: u64 = 64 << 20;

/// A child process to run.
pub(crate) struct RunRequest {
    /// The lesson's binary with the variant's name, or the interpreter with its script.
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Additional environment variables.
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) probe: Probe,
    pub(crate) rows: u64,
    /// An existing folder for this child only.
    pub(crate) out: PathBuf,
    pub(crate) timeout: Duration,
}

pub(crate) struct ProbeOutcome {
    pub(crate) record: std::result::Result<Record, ProbeFault>,
    /// RSS as seen from outside, in the order of time.
    pub(crate) samples: Vec<CurvePoint>,
    /// What the variant printed.
    pub(crate) stdout: String,
}

/// The failure of a child without a record.
#[derive(Debug)]
pub(crate) struct ProbeFault {
    pub(crate) cause: String,
    pub(crate) signal: Option<i32>,
    pub(crate) stderr_tail: String,
    /// Whether another probe would only fail in the same way, slowly.
    pub(crate) hopeless: bool,
}

/// Runs a child to its end. `Err` is an error of the runner; that of the child is in the outcome.
pub(crate) fn run_probe(order: &RunRequest, mut tick: impl FnMut()) -> Result<ProbeOutcome> {
    let (stdout_path, stderr_path) = (order.out.join("stdout.txt"), order.out.join("stderr.txt"));
    let create = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
    let mut command = Command::new(&order.program);
    command
        .args(&order.arguments)
        .env("HEAPLAB_PROBE", order.probe.name())
        .env("HEAPLAB_OUT", &order.out)
        .env("HEAPLAB_ROWS", order.rows.to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(order.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(create(&stdout_path)?)
        .stderr(create(&stderr_path)?);
    let mut child = ChildGuard::start(&mut command, &order.program.display().to_string())?;
    let mut watched = WatchedChild {
        started: Instant::now(),
        guarded: Instant::now(),
        samples: Vec::new(),
        closed_file: order.out.join(CLOSED_FILE),
        is_closed: false,
    };
    let ended = child.wait_while(SAMPLE_EVERY, |child| {
        watched.sample(child.id());
        if watched.guarded.elapsed() < GUARD_EVERY {
            return Ok(None);
        }
        watched.guarded = Instant::now();
        tick();
        Ok(watched.find_trouble(order, &[&stdout_path, &stderr_path]))
    })?;
    let record = match ended {
        WaitOutcome::Exited(status) if status.success() => {
            read_record(order).map_err(|cause| (cause, None, false))
        }
        WaitOutcome::Exited(status) => Err((describe_status(status), status.signal(), false)),
        WaitOutcome::Ended(cause) => Err((cause, None, true)),
    };
    let record = record.map_err(|(cause, signal, hopeless)| {
        let stderr_tail = read_tail(&stderr_path);
        ProbeFault { cause, signal, stderr_tail, hopeless }
    });
    Ok(ProbeOutcome { record, samples: watched.samples, stdout: read_tail(&stdout_path) })
}

/// The observations of a running child.
struct WatchedChild {
    started: Instant,
    /// The last time when the machine's memory and the child's output were checked.
    guarded: Instant,
    samples: Vec<CurvePoint>,
    /// The child creates this file when the region closes before the process ends.
    closed_file: PathBuf,
    is_closed: bool,
}

impl WatchedChild {
    fn find_trouble(&self, order: &RunRequest, outputs: &[&Path]) -> Option<String> {
        if self.started.elapsed() > order.timeout {
            let budget = humantime::format_duration(order.timeout);
            return Some(format!("it ran past its budget of {budget}; --timeout gives more"));
        }
        if memory::is_scarce() {
            return Some(
                "it was ended before it drove this machine into swap; run it with fewer --rows".into(),
            );
        }
        let printed = |path: &&Path| std::fs::metadata(path).is_ok_and(|file| file.len() > MAX_OUTPUT_BYTES);
        outputs.iter().any(printed).then(|| format!("it printed more than {} MiB", MAX_OUTPUT_BYTES >> 20))
    }

    #[cfg(target_os = "linux")]
    fn sample(&mut self, process: u32) {
        if self.is_closed {
            return;
        }
        let Some(resident) = process_tree::tree_resident(process) else { return };
        // Checked after the sample: if the file does not exist yet, the sample belongs to the
        // region.
        self.is_closed = self.closed_file.exists();
        if self.is_closed {
            return;
        }
        self.samples.push(CurvePoint {
            at_ns: u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX),
            rss_anon_bytes: resident.anon_bytes,
            rss_file_bytes: resident.file_bytes,
        });
    }

    #[cfg(not(target_os = "linux"))]
    fn sample(&mut self, _process: u32) {}
}

/// Reads the record, and checks that it is complete and belongs to the request.
fn read_record(order: &RunRequest) -> std::result::Result<Record, String> {
    let text = std::fs::read(order.out.join("record.json"))
        .map_err(|error| format!("it ended without a record: $HEAPLAB_OUT/record.json: {error}"))?;
    let record: Record =
        serde_json::from_slice(&text).map_err(|error| format!("its record is not whole: {error}"))?;
    if record.schema != RECORD_SCHEMA {
        return Err(format!("its record is of schema {}, this runner reads {RECORD_SCHEMA}", record.schema));
    }
    if record.measurement.probe() != order.probe || record.scale != order.rows {
        let (probe, rows) = (record.measurement.probe().name(), record.scale);
        let (asked, asked_rows) = (order.probe.name(), order.rows);
        return Err(format!("its record is of {probe} at {rows}, asked was {asked} at {asked_rows}"));
    }
    Ok(record)
}

/// The last lines of a file that may be huge or not text. If it ends in a panic, the lines from the
/// panic on, because with `RUST_BACKTRACE` the last lines are only the start of `main`.
fn read_tail(path: &Path) -> String {
    const BYTES: u64 = 64 << 10;
    const LINES: usize = 12;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
        file.read_to_end(&mut bytes)
    });
    if read.is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let from_panic = lines.iter().rposition(|line| line.contains("panicked at"));
    let start = from_panic.unwrap_or(lines.len().saturating_sub(LINES));
    lines.iter().skip(start).take(LINES).copied().collect::<Vec<_>>().join("\n")
}
