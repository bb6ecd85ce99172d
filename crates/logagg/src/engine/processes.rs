//! Worker processes instead of threads: each counts a part of the inputs and sends a partial result
//! through a pipe.
//!
//! Each process gets an equal share of the memory limit. A worker that dies is an error. A worker
//! whose parent dies is killed, and leaves nothing behind because its temporary file has no name.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::counter::Counter;
use crate::counter::sketch::Sketch;
use crate::counter::spill::SpillFile;
use crate::engine::memory_plan::MemoryPlan;
use crate::engine::work_queue::{InputSlice, WorkQueue};
use crate::engine::{CountOptions, CountOutcome, ProgressObserver, finish_exact, finish_sketch, run_queue};
use crate::error::{Error, Result};
use crate::input::{OpenInput, may_be_compressed, open_input};
use crate::line_offsets::Tally;
use crate::partial::{PartialHeader, PartialReader, PartialWriter, WorkerUsage};
use crate::resident_memory::{self, ResidentMemory};

mod progress;

/// What a worker has to do, as JSON on its standard input.
#[derive(Debug, Serialize, Deserialize)]
struct WorkerTask {
    pieces: Vec<InputSlice>,
    options: CountOptions,
}

/// Runs `processes` workers, each started by `command`, which must call [`run_worker`]. Returns the
/// result and the sum of all memory peaks, with the program's shared pages counted once.
pub fn run(
    inputs: &[String],
    options: &CountOptions,
    processes: usize,
    command: &dyn Fn() -> Command,
    partial: Option<PartialWriter>,
) -> Result<(CountOutcome, Option<u64>)> {
    run_observed(inputs, options, processes, command, &(), partial)
}

/// As [`run`], and tells `watch` about the progress of all workers a few times per second. An error
/// of `watch` ends the run.
pub fn run_observed(
    inputs: &[String],
    options: &CountOptions,
    processes: usize,
    command: &dyn Fn() -> Command,
    watch: &dyn ProgressObserver,
    partial: Option<PartialWriter>,
) -> Result<(CountOutcome, Option<u64>)> {
    if inputs.iter().any(|name| name == "-") {
        return Err(Error::Usage("--processes reads files; standard input is read by --threads".into()));
    }
    // Reports wrong names before any process is started.
    WorkQueue::new(inputs, options.range)?;
    let share = CountOptions { memory: options.memory / (processes + 1), threads: 1, ..options.clone() };
    let plan = MemoryPlan::new(share.memory, 1, share.window, false)?;
    let mut workers = Vec::new();
    let mut reports = Vec::new();
    for pieces in split_inputs(inputs, processes)? {
        let (worker, report) =
            WorkerProcess::start(command(), WorkerTask { pieces, options: share.clone() })?;
        workers.push(worker);
        reports.push(report);
    }
    thread::scope(|scope| {
        let heard: Vec<_> = reports
            .into_iter()
            .map(|report| scope.spawn(move || progress::forward_progress(report, watch)))
            .collect();
        let result = collect_results(workers, &share, &plan, partial);
        // All workers have ended, so their progress reports have ended too.
        let lost = || Error::Check("a thread that listens panicked".into());
        heard.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(lost())))?;
        result
    })
}

/// Merges the results of all workers in the order of the inputs.
fn collect_results(
    mut workers: Vec<WorkerProcess>,
    options: &CountOptions,
    plan: &MemoryPlan,
    partial: Option<PartialWriter>,
) -> Result<(CountOutcome, Option<u64>)> {
    let spill = SpillFile::new(&options.temp_dir);
    let mut counter = Counter::new(&spill, plan.tables, 0);
    let (mut sketch, mut tally, mut took) = (Sketch::default(), Tally::default(), Vec::new());
    for number in 0..workers.len() {
        wait_for_output(number, &mut workers)?;
        let (next, its) = workers[number].read_result(&mut sketch, &mut counter)?;
        tally.append(&next);
        took.extend(its);
    }
    let mut outcome = if options.sketch {
        finish_sketch(sketch, tally, partial)?
    } else {
        finish_exact(vec![counter], tally, plan, options.top, &spill, partial)?
    };
    outcome.spilled_bytes += took.iter().map(|took| took.spilled_bytes).sum::<u64>();
    let residents: Option<Vec<ResidentMemory>> = took.iter().map(|took| took.resident).collect();
    let peak = residents.zip(resident_memory::read_resident_memory()).map(|(workers, own)| {
        own.peak_bytes + workers.iter().map(|it| it.peak_bytes.saturating_sub(it.file_bytes)).sum::<u64>()
    });
    Ok((outcome, peak))
}

/// The main function of a worker process: reads its task from standard input, counts, and writes a
/// partial result to standard output.
pub fn run_worker() -> Result<()> {
    // Without a parent nobody would read the result.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let failed = |what: String| Error::Worker(format!("the task of a worker process: {what}"));
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    let WorkerTask { pieces, options } =
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
    let packed =
        pieces.iter().any(|piece| matches!(piece, InputSlice::Whole(name) if may_be_compressed(name)));
    let (options, plan) = CountOptions { threads: 1, ..options }.plan_memory(packed)?;
    let writer = PartialWriter::to_pipe(
        "pipe to the parent",
        Box::new(io::stdout()),
        &PartialHeader::new(String::new(), options.sketch),
    )?;
    let report = progress::ProgressReporter::new();
    run_queue(&WorkQueue::from_slices(pieces, options.range), &plan, &options, &report, Some(writer))?;
    report.finish();
    Ok(())
}

/// Splits the inputs into parts of about equal size. Only plain files are cut.
fn split_inputs(inputs: &[String], processes: usize) -> Result<Vec<Vec<InputSlice>>> {
    let mut sized = Vec::new();
    for name in inputs {
        let failed = |source| Error::Input { name: name.clone(), offset: 0, source };
        let found = std::fs::metadata(name).map_err(failed)?;
        // A pipe may only be opened by the worker that reads it.
        let is_plain = found.is_file() && matches!(open_input(name)?, OpenInput::File(..));
        sized.push((name, found, is_plain));
    }
    let total: u64 = sized.iter().map(|(_, found, _)| found.len()).sum();
    let part = total.div_ceil(processes as u64).max(1);
    let mut parts = vec![Vec::new(); processes];
    let mut before = 0;
    for (name, found, is_plain) in sized {
        let size = found.len();
        let number = |at: u64| ((at / part) as usize).min(processes - 1);
        if is_plain {
            let mut start = 0;
            while start < size {
                let worker = number(before + start);
                let end = if worker + 1 == processes {
                    size
                } else {
                    ((worker as u64 + 1) * part - before).min(size)
                };
                let (device, inode) = (found.dev(), found.ino());
                parts[worker].push(InputSlice::Slice { name: name.clone(), device, inode, size, start, end });
                start = end;
            }
        } else {
            parts[number(before)].push(InputSlice::Whole(name.clone()));
        }
        before += size;
    }
    Ok(parts)
}

struct WorkerProcess {
    child: Child,
    what: String,
}

impl WorkerProcess {
    fn start(mut command: Command, task: WorkerTask) -> Result<(WorkerProcess, UnixStream)> {
        let what = task.pieces.iter().map(InputSlice::name).collect::<Vec<_>>().join(", ");
        let failed =
            |error: io::Error| Error::Worker(format!("a worker process could not be started: {error}"));
        let (mut ours, its) = UnixStream::pair().map_err(failed)?;
        let child = command.stdin(OwnedFd::from(its)).stdout(Stdio::piped()).spawn().map_err(failed)?;
        // The command would keep the other end of the socket open.
        drop(command);
        let worker = WorkerProcess { child, what };
        let text = serde_json::to_vec(&task).map_err(|error| Error::Check(error.to_string()))?;
        // If the worker is already gone, reading its result will report that.
        let _ = ours.write_all(&text).and_then(|()| ours.shutdown(Shutdown::Write));
        Ok((worker, ours))
    }

    fn read_result(
        &mut self,
        sketch: &mut Sketch,
        counter: &mut Counter,
    ) -> Result<(Tally, Option<WorkerUsage>)> {
        let name = format!("worker process {}", self.child.id());
        let stdout = self.child.stdout.take();
        let stdout = stdout.ok_or_else(|| Error::Check("a worker process without a pipe".into()))?;
        let mut own = None;
        let read = PartialReader::new(&name, stdout).and_then(|reader| {
            reader.read_all(sketch, &mut |key, count| {
                counter.add(key, count).map_err(|error| {
                    own = Some(error);
                    Error::Stopped
                })
            })
        });
        if let Some(error) = own {
            return Err(error);
        }
        let status = self.child.wait().map_err(|error| Error::Worker(format!("{name}: {error}")))?;
        if status.success() { read } else { Err(self.exit_error(status)) }
    }

    fn check_alive(&mut self) -> Result<()> {
        match self.child.try_wait() {
            Ok(Some(status)) if !status.success() => Err(self.exit_error(status)),
            _ => Ok(()),
        }
    }

    fn exit_error(&self, status: ExitStatus) -> Error {
        let (process, what) = (self.child.id(), &self.what);
        Error::Worker(format!("worker process {process} ({what}) {}: no result", describe_exit(status)))
    }
}

/// Waits until a worker has output. If any worker fails meanwhile, the run ends at once.
fn wait_for_output(number: usize, workers: &mut [WorkerProcess]) -> Result<()> {
    loop {
        for worker in workers.iter_mut() {
            worker.check_alive()?;
        }
        let Some(stdout) = &workers[number].child.stdout else { return Ok(()) };
        let mut asked = [PollFd::new(stdout, PollFlags::IN)];
        let patience = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
        match poll(&mut asked, Some(&patience)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(error) => return Err(Error::Worker(format!("waiting for worker processes: {error}"))),
        }
    }
}

fn describe_exit(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was killed by signal {signal}"),
        (None, Some(code)) => format!("failed with exit status {code}"),
        (None, None) => "failed".to_owned(),
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // Both calls are harmless if the child has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
