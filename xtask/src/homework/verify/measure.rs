//! The tasks of a built submission, each run three times behind the fence, with a seed that nobody has seen before.
//!
//! The parent knows the right answers and looks at the process's memory itself; what the child says of itself is only what its
//! allocator has counted.

use super::child::{self, Outcome};
use super::outcome::{outside, trouble};
use super::reason::{Code, Found};
use super::workshop::Workshop;
use crate::fenced;
use anyhow::{Context as _, Result};
use heaplab_fence::{Limits, Work};
use heaplab_grade::{
    Observed, Order, RUNS, SHARED_BYTES, SHARED_WORDS, Said, Scale, Share, Task, Trial, WORKERS, broken,
    judge, say,
};
use heaplab_record::TaskResult;
use rustix::fs::MemfdFlags;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

const MEMORY_BYTES: u64 = 256 << 20;
const THREADS: u64 = 64;
const OUTPUT_BYTES: usize = 256 << 10;
/// Blocks go back to the system when they are freed, from this size on, and threads share one arena: what is resident is what
/// is live, as near as the C library lets it.
const TUNABLES: &str = "glibc.malloc.mmap_threshold=65536:glibc.malloc.trim_threshold=65536:glibc.malloc.top_pad=0:\
    glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0";

/// What a run gave, or what there is against it that leaves nothing to go by.
type Tried<T> = std::result::Result<T, Found>;

/// One submission's harness.
pub(super) struct Harness<'a> {
    pub(super) workshop: &'a Workshop,
    pub(super) program: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) timeout: Duration,
    pub(super) lenient: bool,
    /// What the harness itself holds.
    pub(super) empty_bytes: u64,
}

/// A task's points, and what there is against it.
pub(super) struct Measured {
    pub(super) result: TaskResult,
    pub(super) found: Vec<Found>,
}

impl Harness<'_> {
    /// Runs the harness without a task.
    pub(super) fn weigh(&mut self) -> Result<()> {
        let order = Order { task: "empty".to_owned(), rows: 0, seed: 0, share: None };
        let outcome = self.start(&order, None)?;
        let why =
            || format!("the harness does not run: {:?} {} {}", outcome.end, outcome.record, outcome.stderr);
        anyhow::ensure!(say(&outcome.record, &order).is_ok(), why());
        self.empty_bytes = outcome.memory_bytes;
        Ok(())
    }

    /// All runs of a task; the first that fails ends it.
    pub(super) fn task(&self, task: Task, scale: Scale) -> Result<Measured> {
        let (mut trials, mut seen) = (Vec::new(), Vec::new());
        for run in 0..RUNS {
            match self.trial(task, scale, run == 0)? {
                Ok((trial, found)) => {
                    trials.push(trial);
                    seen.push(found);
                }
                Err(found) => {
                    let found = found.of(task);
                    return Ok(Measured { result: broken(task, found.text.clone()), found: vec![found] });
                }
            }
        }
        let result = judge(task, scale, &trials);
        let mut found: Vec<Found> = Vec::new();
        for one in seen.iter().flatten() {
            if !found.iter().any(|other: &Found| other.code == one.code) {
                // Seen in every run, or in some of them.
                let everywhere = seen.iter().all(|run| run.iter().any(|other| other.code == one.code));
                let noisy = one.code == Code::OutsideHeap && !everywhere;
                found.push(
                    if noisy {
                        Found::new(Code::Unstable).and(&one.text.en, &one.text.zh)
                    } else {
                        one.clone()
                    }
                    .of(task),
                );
            }
        }
        if !result.stable {
            found.push(Found::new(Code::Unstable).of(task));
        }
        if let Some(wrong) = &result.wrong {
            found.push(Found::new(Code::WrongAnswer).and(&wrong.en, &wrong.zh).of(task));
        }
        Ok(Measured { result, found })
    }

    fn trial(&self, task: Task, scale: Scale, first: bool) -> Result<Tried<(Trial, Vec<Found>)>> {
        if task == Task::Aggregate {
            return self.aggregate(scale, first);
        }
        let mut found = Vec::new();
        let mut at = |rows: u64| -> Result<Tried<Observed>> {
            let order = Order { task: task.name().to_owned(), rows, seed: scale.seed, share: None };
            Ok(self.said(&order, None, 0)?.map(|(said, more)| {
                found.extend(more);
                observed(&said)
            }))
        };
        let small = match at(scale.small)? {
            Ok(small) => small,
            Err(found) => return Ok(Err(found)),
        };
        let large = match at(task.large(scale.small))? {
            Ok(large) => large,
            Err(found) => return Ok(Err(found)),
        };
        Ok(Ok((Trial { small: Some(small), large, alone_wall_ns: None }, found)))
    }

    /// Workers at once, then the one that merges; and, shown only, one that does it all alone.
    fn aggregate(&self, scale: Scale, first: bool) -> Result<Tried<(Trial, Vec<Found>)>> {
        let together = match self.workers(scale, WORKERS)? {
            Ok(together) => together,
            Err(found) => return Ok(Err(found)),
        };
        let (large, found) = together;
        let alone = if first { self.workers(scale, 1)?.ok().map(|(alone, _)| alone.wall_ns) } else { None };
        Ok(Ok((Trial { small: None, large, alone_wall_ns: alone }, found)))
    }

    fn workers(&self, scale: Scale, parts: u64) -> Result<Tried<(Observed, Vec<Found>)>> {
        let shared = shared_memory()?;
        let order = |task: &str, part: u64| Order {
            task: task.to_owned(),
            rows: scale.small,
            seed: scale.seed,
            share: Some(Share { part, parts, file_descriptor: 4, words: SHARED_WORDS }),
        };
        let said: Vec<Result<_>> = std::thread::scope(|scope| {
            let order = &order;
            let shared = shared.as_fd();
            let started: Vec<_> = (0..parts)
                .map(|part| {
                    scope
                        .spawn(move || self.said(&order("optional.worker", part), Some(shared), SHARED_BYTES))
                })
                .collect();
            let panicked = || Err(anyhow::anyhow!("a thread of ours panicked"));
            started.into_iter().map(|worker| worker.join().unwrap_or_else(|_| panicked())).collect()
        });
        let mut sum: Option<Observed> = None;
        let mut found = Vec::new();
        for one in said {
            let (said, more) = match one? {
                Ok(one) => one,
                Err(found) => return Ok(Err(found)),
            };
            found.extend(more);
            let sum = sum.get_or_insert(Observed {
                allocations: 0,
                peak_bytes: SHARED_BYTES,
                wall_ns: 0,
                ..observed(&said)
            });
            sum.allocations += said.births + said.reallocations;
            sum.peak_bytes += said.peak_bytes;
            sum.wall_ns = sum.wall_ns.max(said.wall_ns);
        }
        let merged = match self.said(&order("optional.merge", 0), Some(shared.as_fd()), SHARED_BYTES)? {
            Ok((merged, more)) => {
                found.extend(more);
                merged
            }
            Err(found) => return Ok(Err(found)),
        };
        let mut sum = sum.context("no workers were asked for")?;
        sum.answer = observed(&merged).answer;
        Ok(Ok((sum, found)))
    }

    /// One run: what it said, with what is against it, or why there is nothing to go by.
    fn said(
        &self,
        order: &Order,
        shared: Option<BorrowedFd>,
        shared_bytes: u64,
    ) -> Result<Tried<(Said, Vec<Found>)>> {
        let outcome = self.start(order, shared)?;
        if let Some(found) = trouble(&outcome) {
            return Ok(Err(found));
        }
        let said = match say(&outcome.record, order) {
            Ok(said) => said,
            Err(error) => return Ok(Err(Found::new(Code::BadRecord).with(&error.to_string()))),
        };
        let mut found = Vec::new();
        if outcome.threads_left > 1 {
            found.push(Found::new(Code::OutlivedCall));
        }
        if outcome.stdout.contains("heaplab-homework=1") && outcome.stdout.contains("peak_bytes=") {
            found.push(Found::new(Code::ForgedRecord));
        }
        found.extend(outside(&outcome, &said, self.empty_bytes + shared_bytes));
        Ok(Ok((said, found)))
    }

    fn start(&self, order: &Order, shared: Option<BorrowedFd>) -> Result<Outcome> {
        let seconds = self.timeout.as_secs();
        child::run(&child::Order {
            program: self.program.clone(),
            arguments: Vec::new(),
            folder: self.folder.clone(),
            environment: vec![("HEAPLAB_PROBE", "heap".into()), ("GLIBC_TUNABLES", TUNABLES.into())],
            limits: Limits {
                work: Work::Run,
                // What a program that wants to start another opens first: it shall get as far as to be ended for it.
                read: vec!["/dev/null".into()],
                execute: [self.program.clone()].into_iter().chain(self.workshop.libraries.clone()).collect(),
                write: Vec::new(),
                cpu_seconds: seconds * 2 + 2,
                file_bytes: 0,
                open_files: 16,
                stack_bytes: 8 << 20,
                inherit: Vec::new(),
                lenient: self.lenient,
            },
            line: Some(order.line()),
            shared,
            wall: self.timeout,
            memory_bytes: MEMORY_BYTES,
            threads: THREADS,
            output_bytes: OUTPUT_BYTES,
        })
        .and_then(|outcome| {
            anyhow::ensure!(
                !outcome.record.starts_with(fenced::TROUBLE),
                "the program could not be fenced: {}",
                outcome.record
            );
            Ok(outcome)
        })
    }
}

fn observed(said: &Said) -> Observed {
    Observed {
        answer: said.answer.unwrap_or(heaplab_grade::Answer::Rows { count: 0, checksum: 0 }),
        allocations: said.births + said.reallocations,
        peak_bytes: said.peak_bytes,
        wall_ns: said.wall_ns,
    }
}

fn shared_memory() -> Result<OwnedFd> {
    let cannot = "cannot make shared memory";
    let file = rustix::fs::memfd_create("heaplab-homework", MemfdFlags::CLOEXEC).context(cannot)?;
    rustix::fs::ftruncate(&file, SHARED_BYTES).context(cannot)?;
    Ok(file)
}
