//! Runs the tasks of a built submission, each three times in a sandbox, with a secret seed.
//!
//! The parent knows the right answers and reads the process's memory from the kernel. From the
//! child it takes only what its allocator has counted.

use super::build_env::BuildEnv;
use super::outcome::{find_failure, find_outside_memory};
use super::sandboxed_child::{self, ChildOutcome};
use crate::sandbox_entry;
use anyhow::{Context as _, Result};
use heaplab_command::run_error::{RunError, split_run};
use heaplab_homework::reason::{FoundReason, ReasonCode};
use heaplab_homework::{
    HarnessRecord, HarnessRequest, RUNS, RunFigures, SHARED_BYTES, SHARED_WORDS, Share, Task, TaskScale,
    Trial, WORKERS, failed_task, judge, parse_record,
};
use heaplab_record::TaskResult;
use heaplab_sandbox::{Limits, WorkKind};
use rustix::fs::MemfdFlags;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

const MEMORY_BYTES: u64 = 256 << 20;
const THREADS: u64 = 64;
const OUTPUT_BYTES: usize = 256 << 10;
/// Makes the C library give memory back when it is freed and use one arena, so that resident memory
/// is close to live memory.
const TUNABLES: &str = "glibc.malloc.mmap_threshold=65536:glibc.malloc.trim_threshold=65536:glibc.malloc.top_pad=0:\
    glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0";

/// The result of a run, or the reason why there is none.
type RunResult<T> = std::result::Result<T, RunError<FoundReason>>;

/// The built harness of one submission.
pub(super) struct Harness<'a> {
    pub(super) env: &'a BuildEnv,
    pub(super) program: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) timeout: Duration,
    pub(super) lenient: bool,
    /// Memory of the harness itself.
    pub(super) empty_bytes: u64,
}

/// A task's points, and the reasons against it.
pub(super) struct GradedTask {
    pub(super) result: TaskResult,
    pub(super) found: Vec<FoundReason>,
}

impl Harness<'_> {
    /// Measures the memory of the harness without a task.
    pub(super) fn measure_empty_harness(&mut self) -> Result<()> {
        let request = HarnessRequest { task: "empty".to_owned(), rows: 0, seed: 0, share: None };
        let outcome = self.start_child(&request, None)?;
        let why =
            || format!("the harness does not run: {:?} {} {}", outcome.end, outcome.record, outcome.stderr);
        anyhow::ensure!(parse_record(&outcome.record, &request).is_ok(), why());
        self.empty_bytes = outcome.memory_bytes;
        Ok(())
    }

    /// Runs a task three times. The first run that fails ends it.
    pub(super) fn measure_task(&self, task: Task, scale: TaskScale) -> Result<GradedTask> {
        let (mut trials, mut seen) = (Vec::new(), Vec::new());
        for run in 0..RUNS {
            match split_run(self.run_trial(task, scale, run == 0))? {
                Ok((trial, found)) => {
                    trials.push(trial);
                    seen.push(found);
                }
                Err(found) => {
                    let found = found.for_task(task);
                    return Ok(GradedTask {
                        result: failed_task(task, found.text.clone()),
                        found: vec![found],
                    });
                }
            }
        }
        let result = judge(task, scale, &trials);
        let mut found: Vec<FoundReason> = Vec::new();
        for one in seen.iter().flatten() {
            if !found.iter().any(|other: &FoundReason| other.code == one.code) {
                // Found in every run, or only in some.
                let everywhere = seen.iter().all(|run| run.iter().any(|other| other.code == one.code));
                let noisy = one.code == ReasonCode::OutsideHeap && !everywhere;
                found.push(
                    if noisy {
                        FoundReason::new(ReasonCode::Unstable).with_texts(&one.text.en, &one.text.zh)
                    } else {
                        one.clone()
                    }
                    .for_task(task),
                );
            }
        }
        if !result.stable {
            found.push(FoundReason::new(ReasonCode::Unstable).for_task(task));
        }
        if let Some(wrong) = &result.wrong {
            found.push(
                FoundReason::new(ReasonCode::WrongAnswer).with_texts(&wrong.en, &wrong.zh).for_task(task),
            );
        }
        Ok(GradedTask { result, found })
    }

    fn run_trial(&self, task: Task, scale: TaskScale, first: bool) -> RunResult<(Trial, Vec<FoundReason>)> {
        if task == Task::Aggregate {
            return self.run_aggregate(scale, first);
        }
        let mut found = Vec::new();
        let mut run = |rows: u64| -> RunResult<RunFigures> {
            let request =
                HarnessRequest { task: task.name().to_owned(), rows, seed: scale.seed, share: None };
            let (record, more) = self.run_once(&request, None, 0)?;
            found.extend(more);
            Ok(to_figures(&record))
        };
        let (small, large) = (run(scale.small)?, run(task.large_scale(scale.small))?);
        Ok((Trial { small: Some(small), large, alone_wall_ns: None }, found))
    }

    /// Runs the workers at once, then the merging process, and for comparison one worker alone.
    fn run_aggregate(&self, scale: TaskScale, first: bool) -> RunResult<(Trial, Vec<FoundReason>)> {
        let (large, found) = self.run_workers(scale, WORKERS)?;
        let alone = if first { split_run(self.run_workers(scale, 1))?.ok() } else { None };
        let alone_wall_ns = alone.map(|(alone, _)| alone.wall_ns);
        Ok((Trial { small: None, large, alone_wall_ns }, found))
    }

    fn run_workers(&self, scale: TaskScale, parts: u64) -> RunResult<(RunFigures, Vec<FoundReason>)> {
        let shared = create_shared_memory()?;
        let request = |task: &str, part: u64| HarnessRequest {
            task: task.to_owned(),
            rows: scale.small,
            seed: scale.seed,
            share: Some(Share { part, parts, file_descriptor: 4, words: SHARED_WORDS }),
        };
        let run = |task, part| self.run_once(&request(task, part), Some(shared.as_fd()), SHARED_BYTES);
        let ran: Vec<RunResult<_>> = std::thread::scope(|scope| {
            let run = &run;
            let started: Vec<_> =
                (0..parts).map(|part| scope.spawn(move || run("optional.worker", part))).collect();
            let panicked = |_| Err(anyhow::anyhow!("a thread of ours panicked").into());
            started.into_iter().map(|worker| worker.join().unwrap_or_else(panicked)).collect()
        });
        let workers = ran.into_iter().collect::<RunResult<Vec<_>>>()?;
        let (merged, mut merge_found) = run("optional.merge", 0)?;
        let figures = RunFigures {
            answer: to_figures(&merged).answer,
            allocations: workers.iter().map(|(record, _)| record.births + record.reallocations).sum(),
            peak_bytes: SHARED_BYTES + workers.iter().map(|(record, _)| record.peak_bytes).sum::<u64>(),
            wall_ns: workers.iter().map(|(record, _)| record.wall_ns).max().unwrap_or(0),
        };
        let mut found: Vec<FoundReason> = workers.into_iter().flat_map(|(_, found)| found).collect();
        found.append(&mut merge_found);
        Ok((figures, found))
    }

    /// One run: its record and the reasons against it.
    fn run_once(
        &self,
        request: &HarnessRequest,
        shared: Option<BorrowedFd>,
        shared_bytes: u64,
    ) -> RunResult<(HarnessRecord, Vec<FoundReason>)> {
        let outcome = self.start_child(request, shared)?;
        if let Some(failure) = find_failure(&outcome) {
            return Err(RunError::Program(failure));
        }
        let record = parse_record(&outcome.record, request).map_err(|error| {
            RunError::Program(FoundReason::new(ReasonCode::BadRecord).with_detail(&error.to_string()))
        })?;
        let mut found = Vec::new();
        if outcome.threads_left > 1 {
            found.push(FoundReason::new(ReasonCode::OutlivedCall));
        }
        if outcome.stdout.contains("heaplab-homework=1") && outcome.stdout.contains("peak_bytes=") {
            found.push(FoundReason::new(ReasonCode::ForgedRecord));
        }
        found.extend(find_outside_memory(&outcome, &record, self.empty_bytes + shared_bytes));
        Ok((record, found))
    }

    fn start_child(&self, request: &HarnessRequest, shared: Option<BorrowedFd>) -> Result<ChildOutcome> {
        let seconds = self.timeout.as_secs();
        sandboxed_child::run(&sandboxed_child::ChildRequest {
            program: self.program.clone(),
            arguments: Vec::new(),
            folder: self.folder.clone(),
            environment: vec![("HEAPLAB_PROBE", "heap".into()), ("GLIBC_TUNABLES", TUNABLES.into())],
            limits: Limits {
                work: WorkKind::Run,
                // `Command` opens it before it starts a program: the attempt must get as far as the
                // call that ends it.
                read: vec!["/dev/null".into()],
                execute: [self.program.clone()].into_iter().chain(self.env.libraries.clone()).collect(),
                write: Vec::new(),
                cpu_seconds: seconds * 2 + 2,
                file_bytes: 0,
                open_files: 16,
                stack_bytes: 8 << 20,
                inherit: Vec::new(),
                lenient: self.lenient,
            },
            line: Some(request.to_line()),
            shared,
            wall: self.timeout,
            memory_bytes: MEMORY_BYTES,
            threads: THREADS,
            output_bytes: OUTPUT_BYTES,
        })
        .and_then(|outcome| {
            anyhow::ensure!(
                !outcome.record.starts_with(sandbox_entry::ERROR_PREFIX),
                "the program could not be fenced: {}",
                outcome.record
            );
            Ok(outcome)
        })
    }
}

fn to_figures(record: &HarnessRecord) -> RunFigures {
    RunFigures {
        answer: record.answer.unwrap_or(heaplab_homework::Answer::Rows { count: 0, checksum: 0 }),
        allocations: record.births + record.reallocations,
        peak_bytes: record.peak_bytes,
        wall_ns: record.wall_ns,
    }
}

fn create_shared_memory() -> Result<OwnedFd> {
    let cannot = "cannot make shared memory";
    let file = rustix::fs::memfd_create("heaplab-homework", MemfdFlags::CLOEXEC).context(cannot)?;
    rustix::fs::ftruncate(&file, SHARED_BYTES).context(cannot)?;
    Ok(file)
}
