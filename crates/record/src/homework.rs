//! The files of section 8.9: `result.json`, what a student claims to have measured, and
//! `verdict.json`, what was measured again.
//!
//! A student can write any number into the first. The second is made from the student's source
//! alone; it repeats the claimed figures only to say where they differ.

use crate::{Environment, Text};
use serde::{Deserialize, Serialize};

/// The schema name of [`HomeworkResult`].
pub const HOMEWORK_SCHEMA: &str = "heaplab/homework/v1";
/// The schema name of [`Verdict`].
pub const VERDICT_SCHEMA: &str = "heaplab/verdict/v1";

/// `result.json`: what `cargo xtask homework report` measured on the student's machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeworkResult {
    /// [`HOMEWORK_SCHEMA`].
    pub schema: String,
    /// Who hands in: `s123`.
    pub id: String,
    /// The student's name. It can contain anything and must be escaped where it is shown.
    pub name: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The course's commit, with `-dirty` behind it where files had changed; empty outside a
    /// repository.
    pub commit: String,
    /// Hash over all handed-in sources, as `heaplab_homework::source_sha256` computes it.
    pub source_sha256: String,
    /// The handed-in files, sorted by name.
    #[serde(default)]
    pub sources: Vec<SubmittedFile>,
    /// Where it was measured.
    pub environment: Environment,
    /// The public seed of the generated input.
    pub seed: u64,
    /// One entry per task.
    pub tasks: Vec<TaskResult>,
    /// Points of the required tasks.
    pub score: u32,
    /// The highest possible sum of these points.
    pub of: u32,
    /// Extra points of the optional task.
    #[serde(default)]
    pub bonus: u32,
    /// The highest possible sum of these points.
    #[serde(default)]
    pub bonus_of: u32,
}

/// One file of the student's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmittedFile {
    /// Its name within `src/`: `required.rs`.
    pub name: String,
    /// Hash of its bytes, in hexadecimal.
    pub sha256: String,
}

/// One task: what was measured, and the points for it. A figure that was not measured is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskResult {
    /// `required.list`, `required.generator`, `optional.aggregate`.
    pub task: String,
    /// Whether the task is the optional one.
    #[serde(default)]
    pub optional: bool,
    /// Whether the answer was right at both scales, in every run.
    pub right: bool,
    /// Why it is not right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<Text>,
    /// The larger of the two scales, 4 × N, at which allocations and peak were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Births and reallocations; for the optional task, the sum over its workers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations: Option<u64>,
    /// Peak of live bytes; for the optional task, the sum of its workers' peaks, plus the shared
    /// memory once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// The peak at 4 × N as thousandths of the peak at N, each taken as 4,096 at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth_thousandths: Option<u64>,
    /// Time of one process as thousandths of the time of several, for the optional task. Shown,
    /// never scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speedup_thousandths: Option<u64>,
    /// One wall time per run, under the recorder. Shown, never scored.
    #[serde(default)]
    pub wall_ns: Vec<u64>,
    /// Whether three runs gave the same figures.
    pub stable: bool,
    /// Points.
    pub score: u32,
    /// The highest possible sum of these points.
    pub of: u32,
    /// The line that held the most at the peak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<TopSite>,
    /// Sentences computed from the figures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
}

/// The line that held the most at the peak.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopSite {
    /// The function of the standard library that was called there: `Vec::push`.
    pub function: String,
    /// The place in the student's source: `src/student/required.rs:14`.
    pub location: String,
    /// What it held at the peak.
    pub at_peak_bytes: u64,
}

/// The outcome of a submission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    /// Enough points, and no rule was broken.
    Pass,
    /// Too few points, or a broken rule; the reasons say which.
    Fail,
    /// Nothing could be measured: no source, a broken bundle, code that does not build or crashes.
    #[default]
    Error,
    /// Three runs gave different figures: a person should look. This is never a fail.
    Unstable,
    /// The time limit was exceeded.
    Timeout,
    /// The memory limit was exceeded.
    Oom,
}

/// `verdict.json`: what `cargo xtask homework verify` found. There is one for every input, hostile
/// or broken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// [`VERDICT_SCHEMA`].
    pub schema: String,
    /// Who handed in; empty where it is not known.
    pub id: String,
    /// The name as handed in; it must be escaped where it is shown.
    pub name: String,
    /// The outcome.
    pub status: VerdictStatus,
    /// The reasons, the most severe first; empty for a pass.
    pub reasons: Vec<VerdictReason>,
    /// The student's figures; absent where no readable `result.json` was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Vec<TaskResult>>,
    /// What was measured from the source. A task that gave no result is listed with its `wrong`.
    pub recomputed: Vec<TaskResult>,
    /// Points of the required tasks, as measured again.
    pub score: u32,
    /// The highest possible sum of these points.
    pub of: u32,
    /// Points of the optional task, as measured again.
    #[serde(default)]
    pub bonus: u32,
    /// The highest possible sum of these points.
    #[serde(default)]
    pub bonus_of: u32,
    /// Where claimed and measured figures differ.
    pub mismatches: Vec<FigureMismatch>,
    /// The limits of the sandbox around compiler and program, by name.
    pub fences: Vec<String>,
    /// Limits that this kernel does not support.
    pub unfenced: Vec<String>,
    /// Hash of the source that was measured; empty without source.
    pub source_sha256: String,
    /// When it was submitted, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<String>,
    /// When it was graded, RFC 3339, UTC.
    pub graded_at: String,
    /// The commit of the harness that measured; empty outside a repository.
    pub harness_commit: String,
}

/// One reason: a stable code, and a sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictReason {
    /// In snake case: `outside_heap`, `forged_result`, `no_source`.
    pub code: String,
    /// The task concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The sentence.
    pub text: Text,
}

/// A claimed figure that differs from the measured one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureMismatch {
    /// The task.
    pub task: String,
    /// The field of [`TaskResult`]: `peak_bytes`.
    pub what: String,
    /// As handed in.
    pub claimed: String,
    /// As measured.
    pub recomputed: String,
}
