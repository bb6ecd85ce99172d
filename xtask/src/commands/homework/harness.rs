//! Builds the student's code and measures it on the student's own machine: three runs of every
//! task, judged by `heaplab-homework`. The harness is trusted here; the grader measures again.

mod harness_process;
mod shared_memory;
mod top_site;

use super::homework_folder::{HomeworkFolder, source_sha256};
use crate::runner::build;
use crate::runner::environment;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use harness_process::{HarnessOutput, RunningHarness};
use heaplab_command::run_error::{RunError, split_run};
use heaplab_homework::{
    HarnessRecord, HarnessRequest, PUBLIC_SEED, RUNS, RunFigures, SHARED_BYTES, ScoreLimits, Share, Task,
    TaskScale, Trial, WORKERS,
};
use heaplab_profile::Profile;
use heaplab_profile::raw::RawRecording;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_record::{HOMEWORK_SCHEMA, HomeworkResult, SubmittedFile, TaskResult, Text};
use heaplab_report::homework::TaskLimits;
use shared_memory::SharedMemory;
use std::path::{Path, PathBuf};

/// The measurement, and the sources it was made of.
pub(super) struct HomeworkMeasurement {
    pub(super) result: HomeworkResult,
    /// The figures that earn full points, per task.
    pub(super) wanted: Vec<TaskLimits>,
    /// Recordings at the larger scale, of the tasks that ran.
    pub(super) recordings: Vec<TaskRecording>,
    pub(super) sources: Vec<(String, String)>,
}

/// The recording of a task's first run.
pub(super) struct TaskRecording {
    pub(super) task: Task,
    pub(super) raw: RawRecording,
    pub(super) profile: Profile,
}

/// Builds the code and measures every task. The children's output goes to `runs`; `each` is called
/// after every task.
pub(super) fn measure(
    place: &HomeworkFolder,
    (id, name): (&str, &str),
    runs: &Path,
    screen: &Terminal,
    mut each: impl FnMut(&TaskResult, &TaskLimits),
) -> Result<HomeworkMeasurement> {
    // Read before the build: they may be saved again while it runs.
    let sources = place.sources()?;
    let mut built = build::build_binaries(&place.workspace, &["homework"], &[])?;
    let program = built.remove("homework-harness").context("homework has no binary `homework-harness`")?;
    let root = place.workspace.root.canonicalize().unwrap_or_else(|_| place.workspace.root.clone());
    let bench = HarnessRunner { program, runs: runs.to_owned(), root };
    let (mut tasks, mut wanted, mut recordings) = (Vec::new(), Vec::new(), Vec::new());
    for task in Task::ALL {
        screen.set_activity(task.name());
        let measured = bench.measure_task(task)?;
        let limits = full_point_limits(task);
        each(&measured.result, &limits);
        tasks.push(measured.result);
        wanted.push(limits);
        recordings.extend(measured.recording);
    }
    let totals = heaplab_homework::sum_points(&tasks);
    let handed_in = |(name, text): &(String, String)| SubmittedFile {
        name: name.clone(),
        sha256: heaplab_homework::sha256(text.as_bytes()),
    };
    let environment = environment::collect_environment(&place.workspace.root, None);
    let result = HomeworkResult {
        schema: HOMEWORK_SCHEMA.to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        created_at: environment::timestamp(),
        commit: environment.commit.clone(),
        source_sha256: source_sha256(&sources),
        sources: sources.iter().map(handed_in).collect(),
        environment,
        seed: PUBLIC_SEED,
        tasks,
        score: totals.score,
        of: totals.of,
        bonus: totals.bonus,
        bonus_of: totals.bonus_of,
    };
    Ok(HomeworkMeasurement { result, wanted, recordings, sources })
}

/// The figures that earn full points.
pub(super) fn full_point_limits(task: Task) -> TaskLimits {
    let scale = task_scale(task);
    let rows = task.large_scale(scale.small);
    let name_bytes = match task {
        Task::List => heaplab_homework::expected_rows(scale.seed, rows).1,
        Task::Generator | Task::Aggregate => 0,
    };
    let ScoreLimits { allocations, peak_bytes, growth_thousandths } =
        heaplab_homework::score_limits(task, rows, name_bytes);
    TaskLimits {
        allocations: allocations.map(|anchors| anchors.full),
        peak_bytes: Some(peak_bytes.full),
        growth_thousandths: growth_thousandths.map(|anchors| anchors.full),
    }
}

fn task_scale(task: Task) -> TaskScale {
    let small = if task == Task::Aggregate { heaplab_homework::LINES } else { heaplab_homework::ROWS };
    TaskScale { seed: PUBLIC_SEED, small }
}

struct HarnessRunner {
    program: PathBuf,
    /// Each child has a folder in it.
    runs: PathBuf,
    root: PathBuf,
}

struct TaskMeasurement {
    result: TaskResult,
    recording: Option<TaskRecording>,
}

/// The result of a run, or why there is none.
type RunResult<T> = std::result::Result<T, RunError<Text>>;

impl HarnessRunner {
    /// Measures a task three times. A failure ends it, since it would only repeat.
    fn measure_task(&self, task: Task) -> Result<TaskMeasurement> {
        let mut trials = Vec::new();
        let mut first = None;
        for run in 0..RUNS {
            let trial = match task {
                Task::List | Task::Generator => self.run_required(task, run),
                Task::Aggregate => self.run_aggregate(run),
            };
            match split_run(trial)? {
                Ok((trial, recording)) => {
                    trials.push(trial);
                    first.get_or_insert(recording);
                }
                Err(why) => {
                    return Ok(TaskMeasurement {
                        result: heaplab_homework::failed_task(task, why),
                        recording: None,
                    });
                }
            }
        }
        let mut result = heaplab_homework::judge(task, task_scale(task), &trials);
        let recording = first.map(|paths: Vec<PathBuf>| self.read_recordings(task, &paths)).transpose()?;
        result.top = recording.as_ref().and_then(|recorded| top_site::find_top_site(&recorded.profile));
        Ok(TaskMeasurement { result, recording })
    }

    fn run_required(&self, task: Task, run: usize) -> RunResult<(Trial, Vec<PathBuf>)> {
        let TaskScale { seed, small } = task_scale(task);
        let request = |rows: u64| HarnessRequest { task: task.name().to_owned(), rows, seed, share: None };
        let (small_run, _) = self.run_harness(&request(small), &format!("{run}-small"))?;
        let (large_run, recording) =
            self.run_harness(&request(task.large_scale(small)), &format!("{run}-large"))?;
        let (small, large) = (Some(to_figures(&small_run)?), to_figures(&large_run)?);
        Ok((Trial { small, large, alone_wall_ns: None }, vec![recording]))
    }

    /// Several workers at once over fresh shared memory, then the merging process; and one worker
    /// alone, to compare the times.
    fn run_aggregate(&self, run: usize) -> RunResult<(Trial, Vec<PathBuf>)> {
        let shared = SharedMemory::new()?;
        let several = self.run_workers(&shared, WORKERS, &format!("{run}-of"))?;
        let merge = aggregate_request("optional.merge", &shared, 0, WORKERS);
        let (merged, _) = self.run_harness(&merge, &format!("{run}-merge"))?;
        let alone = self.run_workers(&SharedMemory::new()?, 1, &format!("{run}-alone"))?;
        let slowest = |ran: &[(HarnessRecord, PathBuf)]| {
            ran.iter().map(|(record, _)| record.wall_ns).max().unwrap_or(0)
        };
        let large = RunFigures {
            allocations: several.iter().map(|(record, _)| record.births + record.reallocations).sum(),
            peak_bytes: SHARED_BYTES + several.iter().map(|(record, _)| record.peak_bytes).sum::<u64>(),
            wall_ns: slowest(&several),
            ..to_figures(&merged)?
        };
        let trial = Trial { small: None, large, alone_wall_ns: Some(slowest(&alone)) };
        Ok((trial, several.into_iter().map(|(_, path)| path).collect()))
    }

    fn run_workers(
        &self,
        shared: &SharedMemory,
        parts: u64,
        name: &str,
    ) -> RunResult<Vec<(HarnessRecord, PathBuf)>> {
        let mut running = Vec::new();
        for part in 0..parts {
            let folder = self.make_run_folder(&format!("{name}-{part}"))?;
            let request = aggregate_request("optional.worker", shared, part, parts);
            running.push((RunningHarness::start(&self.program, &folder)?, request));
        }
        // All are started before the first one begins to work.
        for (child, request) in &mut running {
            child.send_request(&request.to_line())?;
        }
        running.into_iter().map(|(child, request)| parse_output(child.wait()?, &request)).collect()
    }

    fn run_harness(&self, request: &HarnessRequest, name: &str) -> RunResult<(HarnessRecord, PathBuf)> {
        let folder = self.make_run_folder(&format!("{}-{name}", request.task))?;
        let mut child = RunningHarness::start(&self.program, &folder)?;
        child.send_request(&request.to_line())?;
        parse_output(child.wait()?, request)
    }

    fn make_run_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.runs.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// Reads the recordings of one or several processes: all their sites, and the first one's
    /// curve.
    fn read_recordings(&self, task: Task, paths: &[PathBuf]) -> Result<TaskRecording> {
        let roots = Roots { workspace: self.root.clone() };
        let (mut first, mut sites) = (None, Vec::new());
        for path in paths {
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let raw = RawRecording::read(&bytes)
                .with_context(|| format!("{}: cannot read the recording", task.name()))?;
            sites.extend(symbolize(&raw, &roots).context("the recorded stacks have no names")?.sites);
            first.get_or_insert(raw);
        }
        let profile = top_site::trim_to_task(Profile { sites });
        Ok(TaskRecording { task, raw: first.unwrap_or_default(), profile })
    }
}

fn aggregate_request(task: &str, shared: &SharedMemory, part: u64, parts: u64) -> HarnessRequest {
    let TaskScale { seed, small } = task_scale(Task::Aggregate);
    let share = Share {
        part,
        parts,
        file_descriptor: shared.file_descriptor(),
        words: heaplab_homework::SHARED_WORDS,
    };
    HarnessRequest { task: task.to_owned(), rows: small, seed, share: Some(share) }
}

fn parse_output(ended: HarnessOutput, request: &HarnessRequest) -> RunResult<(HarnessRecord, PathBuf)> {
    let text = ended.record.map_err(RunError::Program)?;
    let record = heaplab_homework::parse_record(&text, request).map_err(|error| {
        let task = &request.task;
        let (en, zh) = (format!("{task}: {error}"), format!("{task}：测量记录不完整（{error}）"));
        RunError::Program(Text { en, zh })
    })?;
    Ok((record, ended.recording))
}

fn to_figures(record: &HarnessRecord) -> RunResult<RunFigures> {
    let no_answer = || Text { en: "it gave no answer".to_owned(), zh: "没有给出结果".to_owned() };
    Ok(RunFigures {
        answer: record.answer.ok_or_else(|| RunError::Program(no_answer()))?,
        allocations: record.births + record.reallocations,
        peak_bytes: record.peak_bytes,
        wall_ns: record.wall_ns,
    })
}
