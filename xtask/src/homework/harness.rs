//! The student's code, built and measured on the student's own machine: three runs of every task, judged by `heaplab-grade`. The
//! child is trusted here; a student who fools it fools nobody else.

mod child;
mod shared;
mod top;

use super::place::{Place, source_sha256};
use crate::build;
use crate::environment;
use crate::screen::Screen;
use anyhow::{Context as _, Result};
use child::{Ended, Running};
use heaplab_grade::{
    Limits, Observed, Order, PUBLIC_SEED, RUNS, SHARED_BYTES, Said, Scale, Share, Task, Trial, WORKERS,
};
use heaplab_profile::Profile;
use heaplab_profile::raw::Raw;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_record::{HOMEWORK_SCHEMA, HandedIn, HomeworkResult, TaskResult, Text};
use heaplab_report::homework::Wanted;
use shared::Shared;
use std::path::{Path, PathBuf};

/// What was measured, and what it was measured of.
pub(super) struct Measured {
    pub(super) result: HomeworkResult,
    /// What full points are given for, a task each.
    pub(super) wanted: Vec<Wanted>,
    /// Of the larger scale, of the tasks that ran.
    pub(super) recordings: Vec<Recorded>,
    pub(super) sources: Vec<(String, String)>,
}

/// The recording of a task's first run.
pub(super) struct Recorded {
    pub(super) task: Task,
    pub(super) raw: Raw,
    pub(super) profile: Profile,
}

/// Builds the work and measures every task. `runs` is a folder for the children's own; `each` is told of every task at once.
pub(super) fn measure(
    place: &Place,
    (id, name): (&str, &str),
    runs: &Path,
    screen: &Screen,
    mut each: impl FnMut(&TaskResult, &Wanted),
) -> Result<Measured> {
    // Before the build: what is read later might have been saved since.
    let sources = place.sources()?;
    let mut built = build::binaries(&place.workspace, &["homework"], &[])?;
    let program = built.remove("homework-harness").context("homework has no binary `homework-harness`")?;
    let root = place.workspace.root.canonicalize().unwrap_or_else(|_| place.workspace.root.clone());
    let bench = Bench { program, runs: runs.to_owned(), root };
    let (mut tasks, mut wanted, mut recordings) = (Vec::new(), Vec::new(), Vec::new());
    for task in Task::ALL {
        screen.doing(task.name());
        let measured = bench.task(task)?;
        let limits = limits_of(task);
        each(&measured.result, &limits);
        tasks.push(measured.result);
        wanted.push(limits);
        recordings.extend(measured.recording);
    }
    let totals = heaplab_grade::totals(&tasks);
    let handed_in = |(name, text): &(String, String)| HandedIn {
        name: name.clone(),
        sha256: heaplab_grade::sha256(text.as_bytes()),
    };
    let environment = environment::here(&place.workspace.root, None);
    let result = HomeworkResult {
        schema: HOMEWORK_SCHEMA.to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        created_at: environment::now(),
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
    Ok(Measured { result, wanted, recordings, sources })
}

/// What full points are given for.
pub(super) fn limits_of(task: Task) -> Wanted {
    let scale = scale(task);
    let rows = task.large(scale.small);
    let name_bytes = match task {
        Task::List => heaplab_grade::rows_answer(scale.seed, rows).1,
        Task::Generator | Task::Aggregate => 0,
    };
    let Limits { allocations, peak_bytes, growth_thousandths } =
        heaplab_grade::limits(task, rows, name_bytes);
    Wanted {
        allocations: allocations.map(|anchors| anchors.full),
        peak_bytes: Some(peak_bytes.full),
        growth_thousandths: growth_thousandths.map(|anchors| anchors.full),
    }
}

fn scale(task: Task) -> Scale {
    let small = if task == Task::Aggregate { heaplab_grade::LINES } else { heaplab_grade::ROWS };
    Scale { seed: PUBLIC_SEED, small }
}

struct Bench {
    program: PathBuf,
    /// Each child has a folder in it.
    runs: PathBuf,
    root: PathBuf,
}

struct OneTask {
    result: TaskResult,
    recording: Option<Recorded>,
}

/// A child's record and where its recording lies, or what became of it, in words.
type Outcome = std::result::Result<(Said, PathBuf), Text>;

impl Bench {
    /// Three runs. What fails once would fail three times, slowly.
    fn task(&self, task: Task) -> Result<OneTask> {
        let mut trials = Vec::new();
        let mut first = None;
        for run in 0..RUNS {
            let trial = match task {
                Task::List | Task::Generator => self.required(task, run)?,
                Task::Aggregate => self.aggregate(run)?,
            };
            match trial {
                Ok((trial, recording)) => {
                    trials.push(trial);
                    first.get_or_insert(recording);
                }
                Err(why) => return Ok(OneTask { result: heaplab_grade::broken(task, why), recording: None }),
            }
        }
        let mut result = heaplab_grade::judge(task, scale(task), &trials);
        let recording = first.map(|paths: Vec<PathBuf>| self.recorded(task, &paths)).transpose()?;
        result.top = recording.as_ref().and_then(|recorded| top::of(&recorded.profile));
        Ok(OneTask { result, recording })
    }

    fn required(&self, task: Task, run: usize) -> Result<std::result::Result<(Trial, Vec<PathBuf>), Text>> {
        let Scale { seed, small } = scale(task);
        let order = |rows: u64| Order { task: task.name().to_owned(), rows, seed, share: None };
        let small_run = match self.run(&order(small), &format!("{run}-small"))? {
            Ok((said, _)) => said,
            Err(why) => return Ok(Err(why)),
        };
        let (large_run, recording) = match self.run(&order(task.large(small)), &format!("{run}-large"))? {
            Ok(ran) => ran,
            Err(why) => return Ok(Err(why)),
        };
        let trial = observed(&small_run).zip(observed(&large_run)).map(|(small, large)| Trial {
            small: Some(small),
            large,
            alone_wall_ns: None,
        });
        Ok(trial.map(|trial| (trial, vec![recording])).ok_or_else(no_answer))
    }

    /// Several workers at once over fresh shared memory, then one that merges; and one worker alone, for the time of it.
    fn aggregate(&self, run: usize) -> Result<std::result::Result<(Trial, Vec<PathBuf>), Text>> {
        let shared = Shared::new()?;
        let several = match self.workers(&shared, WORKERS, &format!("{run}-of"))? {
            Ok(several) => several,
            Err(why) => return Ok(Err(why)),
        };
        let merge = match self
            .run(&aggregate_order("optional.merge", &shared, 0, WORKERS), &format!("{run}-merge"))?
        {
            Ok((said, _)) => said,
            Err(why) => return Ok(Err(why)),
        };
        let alone = match self.workers(&Shared::new()?, 1, &format!("{run}-alone"))? {
            Ok(alone) => alone,
            Err(why) => return Ok(Err(why)),
        };
        let slowest = |ran: &[(Said, PathBuf)]| ran.iter().map(|(said, _)| said.wall_ns).max().unwrap_or(0);
        let large = merge.answer.map(|answer| Observed {
            answer,
            allocations: several.iter().map(|(said, _)| said.births + said.reallocations).sum(),
            peak_bytes: SHARED_BYTES + several.iter().map(|(said, _)| said.peak_bytes).sum::<u64>(),
            wall_ns: slowest(&several),
        });
        let trial = large.map(|large| Trial { small: None, large, alone_wall_ns: Some(slowest(&alone)) });
        let recordings = several.into_iter().map(|(_, path)| path).collect();
        Ok(trial.map(|trial| (trial, recordings)).ok_or_else(no_answer))
    }

    fn workers(
        &self,
        shared: &Shared,
        parts: u64,
        name: &str,
    ) -> Result<std::result::Result<Vec<(Said, PathBuf)>, Text>> {
        let mut running = Vec::new();
        for part in 0..parts {
            let folder = self.folder(&format!("{name}-{part}"))?;
            let order = aggregate_order("optional.worker", shared, part, parts);
            running.push((Running::start(&self.program, &folder)?, order));
        }
        // All are there before the first begins.
        for (child, order) in &mut running {
            child.tell(&order.line())?;
        }
        let mut said = Vec::new();
        for (child, order) in running {
            match outcome(child.wait()?, &order) {
                Ok(ran) => said.push(ran),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(said))
    }

    fn run(&self, order: &Order, name: &str) -> Result<Outcome> {
        let mut child = Running::start(&self.program, &self.folder(&format!("{}-{name}", order.task))?)?;
        child.tell(&order.line())?;
        Ok(outcome(child.wait()?, order))
    }

    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.runs.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// Of several processes the sites together and the first one's curve.
    fn recorded(&self, task: Task, paths: &[PathBuf]) -> Result<Recorded> {
        let roots = Roots { workspace: self.root.clone() };
        let (mut first, mut sites) = (None, Vec::new());
        for path in paths {
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let raw =
                Raw::read(&bytes).with_context(|| format!("{}: cannot read the recording", task.name()))?;
            sites.extend(symbolize(&raw, &roots).context("the recorded stacks have no names")?.sites);
            first.get_or_insert(raw);
        }
        let profile = top::within_task(Profile { sites });
        Ok(Recorded { task, raw: first.unwrap_or_default(), profile })
    }
}

fn aggregate_order(task: &str, shared: &Shared, part: u64, parts: u64) -> Order {
    let Scale { seed, small } = scale(Task::Aggregate);
    let share =
        Share { part, parts, file_descriptor: shared.file_descriptor(), words: heaplab_grade::SHARED_WORDS };
    Order { task: task.to_owned(), rows: small, seed, share: Some(share) }
}

fn outcome(ended: Ended, order: &Order) -> Outcome {
    let Ended { record, recording } = ended;
    let text = record?;
    let said = heaplab_grade::say(&text, order).map_err(|error| Text {
        en: format!("{}: {error}", order.task),
        zh: format!("{}：测量记录不完整（{error}）", order.task),
    })?;
    Ok((said, recording))
}

fn observed(said: &Said) -> Option<Observed> {
    Some(Observed {
        answer: said.answer?,
        allocations: said.births + said.reallocations,
        peak_bytes: said.peak_bytes,
        wall_ns: said.wall_ns,
    })
}

fn no_answer() -> Text {
    Text { en: "it gave no answer".to_owned(), zh: "没有给出结果".to_owned() }
}
