//! Runs the tasks of a built submission, each three times in a sandbox, with a secret seed.
//!
//! The parent knows the right answers and reads the process's memory from the kernel. From the
//! child it takes only what its allocator has counted.

use super::build_env::BuildEnv;
use super::outcome::{find_failure, find_outside_memory};
use super::sandboxed_child::{self, ChildOutcome};
use crate::sandbox_entry;
use anyhow::{Context as _, Result};
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
type RunResult<T> = std::result::Result<T, FoundReason>;

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
            match self.run_trial(task, scale, run == 0)? {
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

    fn run_trial(
        &self,
        task: Task,
        scale: TaskScale,
        first: bool,
    ) -> Result<RunResult<(Trial, Vec<FoundReason>)>> {
        if task == Task::Aggregate {
            return self.run_aggregate(scale, first);
        }
        let mut found = Vec::new();
        let mut at = |rows: u64| -> Result<RunResult<RunFigures>> {
            let request =
                HarnessRequest { task: task.name().to_owned(), rows, seed: scale.seed, share: None };
            Ok(self.run_once(&request, None, 0)?.map(|(said, more)| {
                found.extend(more);
                to_figures(&said)
            }))
        };
        let small = match at(scale.small)? {
            Ok(small) => small,
            Err(found) => return Ok(Err(found)),
        };
        let large = match at(task.large_scale(scale.small))? {
            Ok(large) => large,
            Err(found) => return Ok(Err(found)),
        };
        Ok(Ok((Trial { small: Some(small), large, alone_wall_ns: None }, found)))
    }

    /// Runs the workers at once, then the merging process, and for comparison one worker alone.
    fn run_aggregate(&self, scale: TaskScale, first: bool) -> Result<RunResult<(Trial, Vec<FoundReason>)>> {
        let together = match self.run_workers(scale, WORKERS)? {
            Ok(together) => together,
            Err(found) => return Ok(Err(found)),
        };
        let (large, found) = together;
        let alone =
            if first { self.run_workers(scale, 1)?.ok().map(|(alone, _)| alone.wall_ns) } else { None };
        Ok(Ok((Trial { small: None, large, alone_wall_ns: alone }, found)))
    }

    fn run_workers(&self, scale: TaskScale, parts: u64) -> Result<RunResult<(RunFigures, Vec<FoundReason>)>> {
        let shared = create_shared_memory()?;
        let request = |task: &str, part: u64| HarnessRequest {
            task: task.to_owned(),
            rows: scale.small,
            seed: scale.seed,
            share: Some(Share { part, parts, file_descriptor: 4, words: SHARED_WORDS }),
        };
        let said: Vec<Result<_>> = std::thread::scope(|scope| {
            let request = &request;
            let shared = shared.as_fd();
            let started: Vec<_> = (0..parts)
                .map(|part| {
                    scope.spawn(move || {
                        self.run_once(&request("optional.worker", part), Some(shared), SHARED_BYTES)
                    })
                })
                .collect();
            let panicked = || Err(anyhow::anyhow!("a thread of ours panicked"));
            started.into_iter().map(|worker| worker.join().unwrap_or_else(|_| panicked())).collect()
        });
        let mut sum: Option<RunFigures> = None;
        let mut found = Vec::new();
        for one in said {
            let (said, more) = match one? {
                Ok(one) => one,
                Err(found) => return Ok(Err(found)),
            };
            found.extend(more);
            let sum = sum.get_or_insert(RunFigures {
                allocations: 0,
                peak_bytes: SHARED_BYTES,
                wall_ns: 0,
                ..to_figures(&said)
            });
            sum.allocations += said.births + said.reallocations;
            sum.peak_bytes += said.peak_bytes;
            sum.wall_ns = sum.wall_ns.max(said.wall_ns);
        }
        let merged = match self.run_once(&request("optional.merge", 0), Some(shared.as_fd()), SHARED_BYTES)? {
            Ok((merged, more)) => {
                found.extend(more);
                merged
            }
            Err(found) => return Ok(Err(found)),
        };
        let mut sum = sum.context("no workers were asked for")?;
        sum.answer = to_figures(&merged).answer;
        Ok(Ok((sum, found)))
    }

    /// One run: its record and the reasons against it, or the reason why there is no record.
    fn run_once(
        &self,
        request: &HarnessRequest,
        shared: Option<BorrowedFd>,
        shared_bytes: u64,
    ) -> Result<RunResult<(HarnessRecord, Vec<FoundReason>)>> {
        let outcome = self.start_child(request, shared)?;
        if let Some(found) = find_failure(&outcome) {
            return Ok(Err(found));
        }
        let said = match parse_record(&outcome.record, request) {
            Ok(said) => said,
            Err(error) => {
                return Ok(Err(FoundReason::new(ReasonCode::BadRecord).with_detail(&error.to_string())));
            }
        };
        let mut found = Vec::new();
        if outcome.threads_left > 1 {
            found.push(FoundReason::new(ReasonCode::OutlivedCall));
        }
        if outcome.stdout.contains("heaplab-homework=1") && outcome.stdout.contains("peak_bytes=") {
            found.push(FoundReason::new(ReasonCode::ForgedRecord));
        }
        found.extend(find_outside_memory(&outcome, &said, self.empty_bytes + shared_bytes));
        Ok(Ok((said, found)))
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

fn to_figures(said: &HarnessRecord) -> RunFigures {
    RunFigures {
        answer: said.answer.unwrap_or(heaplab_homework::Answer::Rows { count: 0, checksum: 0 }),
        allocations: said.births + said.reallocations,
        peak_bytes: said.peak_bytes,
        wall_ns: said.wall_ns,
    }
}

fn create_shared_memory() -> Result<OwnedFd> {
    let cannot = "cannot make shared memory";
    let file = rustix::fs::memfd_create("heaplab-homework", MemfdFlags::CLOEXEC).context(cannot)?;
    rustix::fs::ftruncate(&file, SHARED_BYTES).context(cannot)?;
    Ok(file)
}
