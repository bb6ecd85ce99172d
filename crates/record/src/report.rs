//! `report.json`: one section, measured.

use crate::{
    Attachment, ClassifierTable, CountsTotals, DhatTotals, Growth, HeapRun, Language, MindMap, Mystery,
    Phase, Prediction, Probe, Reconciliation, Text,
};
use serde::{Deserialize, Serialize};

/// The schema name of [`Report`].
pub const REPORT_SCHEMA: &str = "heaplab/report/v1";

/// Everything that was measured of a section, and what it says about the lecture's claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// The section, such as `8.5`; `None` for a program of the student's own.
    pub lesson: Option<String>,
    /// The section's title.
    pub title: Text,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The language of the sentences below: `en` or `zh`.
    pub language: String,
    /// Where it was measured.
    pub environment: Environment,
    /// What the section set out to reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// What a row is called: rows, requests, calls, bytes.
    pub unit: String,
    /// The scale that was asked for; a run's own may be lower where memory did not suffice.
    pub rows_requested: u64,
    /// One entry a variant, in the order of the sections.
    pub runs: Vec<Run>,
    /// How often the verdicts on growth are right; only where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<ClassifierTable>,
    /// Where the variants have numbers instead of names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mystery: Option<Mystery>,
    /// Where the runs are drawn as a ladder: their speed against the memory that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
    /// What somebody said before the variants ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predictions: Vec<Prediction>,
    /// The course on one page; only where the lesson draws it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mind_map: Option<MindMap>,
    /// What went wrong.
    pub failed: Vec<Failure>,
    /// The lecture's sentences beside what was measured.
    pub claims: Vec<ClaimVerdict>,
}

/// How a section's runs are drawn as a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The peak RSS that the section sets out to stay under.
    pub limit_bytes: u64,
}

/// The machine and the build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Kernel and version.
    pub os: String,
    /// The processor's name.
    pub cpu: String,
    /// Logical processors that this process may use.
    pub cores: u32,
    /// Installed memory.
    pub memory_bytes: u64,
    /// `rustc --version`.
    pub rustc: String,
    /// The interpreter of the Python variants, absent where none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The commit that was measured, with `-dirty` behind it where files had changed; empty outside a repository.
    pub commit: String,
    /// Whether the lessons were built with frame pointers.
    pub frame_pointers: bool,
}

/// What the section set out to reach, and whether it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// In the report's language.
    pub text: String,
    /// The variant that the saving is counted from.
    pub baseline: String,
    /// The field that is compared: `peak_bytes`, of the heap probe; `peak_rss_bytes`, of the plain probe, with a limit.
    pub metric: String,
    /// The saving that was asked for, from 0 to 1; 0 where a limit was.
    pub reduction: f64,
    /// The limit that was asked for instead, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_bytes: Option<u64>,
    /// The best variant among those that count; absent where none was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Its saving, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<f64>,
    /// `None` where the baseline or every candidate is missing.
    pub met: Option<bool>,
}

/// One variant under every probe that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The lesson folder's number, such as `8.5.2`.
    pub section: String,
    /// The variant's name; with the language it is unique in a report.
    pub variant: String,
    /// What it is written in.
    pub language: Language,
    /// One line that says what it does.
    #[serde(default)]
    pub about: String,
    /// Runs of one group did the same work.
    pub work_group: String,
    /// Whether the report compares the others with this one.
    #[serde(default)]
    pub baseline: bool,
    /// What its own lesson counts, where that is not the report's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The scale of the plain, counts and heap probes.
    pub rows: u64,
    /// Proof of the work.
    pub checksum: String,
    /// Time and RSS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<PlainRun>,
    /// stats_alloc's counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<CountsRun>,
    /// dhat's totals, at a scale of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhat: Option<DhatRun>,
    /// The recorder's totals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heap: Option<HeapRun>,
    /// The three counting probes at one scale, held against each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciliation: Option<Reconciliation>,
    /// How its sites grow with the work; only where the lesson asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
    /// Marks of the first plain repetition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// What the lesson handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// All plain repetitions of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainRun {
    /// How many were kept.
    pub repetitions: u32,
    /// One wall time a repetition.
    pub wall_ns: Vec<u64>,
    /// The median of the children's own `VmHWM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// The highest `RssAnon` that was sampled; it has no kernel peak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_anon_bytes: Option<u64>,
    /// The highest `RssFile` plus `RssShmem` that was sampled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_file_bytes: Option<u64>,
    /// `VmRSS` when the region opened: what the process itself costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_rss_bytes: Option<u64>,
    /// Of `peak_rss_bytes`, the processes that the variant started: the median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children_peak_rss_bytes: Option<u64>,
}

/// The counts probe's keys are stats_alloc's own.
pub type CountsRun = CountsTotals;

/// dhat's totals and the scale they were taken at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhatRun {
    /// Fewer than the run's own: dhat costs microseconds an allocation.
    pub rows: u64,
    /// The totals.
    #[serde(flatten)]
    pub totals: DhatTotals,
}

/// A child that gave no record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The lesson folder's number.
    pub section: String,
    /// The variant.
    pub variant: String,
    /// What it is written in.
    pub language: Language,
    /// The probe.
    pub probe: Probe,
    /// What happened, in words.
    pub cause: String,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The last lines of its standard error.
    pub stderr_tail: String,
}

/// A sentence of the lecture beside what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimVerdict {
    /// The lesson folder's number.
    pub section: String,
    /// The sentence, in the report's language.
    pub text: String,
    /// The claim's number, if it is one of bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says_bytes: Option<u64>,
    /// The claim's number, if it is a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says_count: Option<u64>,
    /// Whether the claim's and the measured numbers are of each row.
    #[serde(default)]
    pub per_row: bool,
    /// The scale that it speaks of; 0 where it speaks of every scale.
    pub says_rows: u64,
    /// What was measured, a language each.
    pub measured: Vec<ClaimMeasurement>,
    /// `None` where the claim cannot be judged: other rows than the claim's, or not measured.
    pub holds: Option<bool>,
    /// Computed from the measured fields, in the report's language.
    pub why: String,
}

/// One side of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMeasurement {
    /// Whose figure it is.
    pub language: Language,
    /// The variant that was measured.
    pub variant: String,
    /// The field it was read from.
    pub metric: String,
    /// For a claim of bytes; negative only for a difference of two variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<i64>,
    /// For a claim of a count; negative only for a difference of two variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The scale that it was measured at.
    pub rows: u64,
}
