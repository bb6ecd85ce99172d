//! `report.json`: one section, measured.

use crate::{
    Attachment, ClassifierTable, CountsTotals, DhatTotals, FindingVerdict, Growth, HeapRun, Language,
    MindMap, Mystery, Phase, Prediction, Probe, Reconciliation, Text, TracemallocRun,
};
use serde::{Deserialize, Serialize};

/// The schema name of [`Report`].
pub const REPORT_SCHEMA: &str = "heaplab/report/v1";

/// Everything that was measured of a section, and whether the lecture's claims hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// The section, such as `8.5`; `None` for a user's own program.
    pub lesson: Option<String>,
    /// The section's title.
    pub title: Text,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The language of the sentences below: `en` or `zh`.
    pub language: String,
    /// Where it was measured.
    pub environment: Environment,
    /// The goal of the section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// The unit of the scale, in the plural: rows, requests, calls, bytes.
    pub unit: String,
    /// The requested scale of the section's first lesson. A run's own may be lower where memory did
    /// not suffice.
    pub rows_requested: u64,
    /// One entry per variant, in the order of the sections.
    pub runs: Vec<Run>,
    /// How often verdicts on growth are right; only where the report has such verdicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<ClassifierTable>,
    /// Set where the variants have numbers instead of names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mystery: Option<Mystery>,
    /// Set where the runs are drawn as a ladder: speed against memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
    /// Predictions made before the variants ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predictions: Vec<Prediction>,
    /// The course on one page; only where the lesson has a mind map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mind_map: Option<MindMap>,
    /// Runs that gave no record.
    pub failed: Vec<Failure>,
    /// The lecture's claims, judged.
    pub claims: Vec<ClaimVerdict>,
    /// What heaplab found besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingVerdict>,
}

impl Report {
    /// The version of CPython that ran a script, such as `3.11.7`; `None` for a Rust variant.
    pub fn python_version<'a>(&'a self, run: &'a Run) -> Option<&'a str> {
        let first = || self.environment.python.as_deref().map(|name| name.trim_start_matches("Python "));
        match run.language {
            Language::Rust => None,
            Language::Python => run.interpreter.as_deref().or_else(first),
        }
    }
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
    /// The interpreter of the Python variants; absent where none ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// The commit that was measured, with `-dirty` behind it where files had changed; empty outside
    /// a repository.
    pub commit: String,
    /// Whether the lessons were built with frame pointers.
    pub frame_pointers: bool,
}

/// The goal of the section, and whether it was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// In the report's language.
    pub text: String,
    /// The variant that the saving is compared with.
    pub baseline: String,
    /// The field that is compared: `peak_bytes`, of the heap probe; `peak_rss_bytes`, of the plain
    /// probe, with a limit.
    pub metric: String,
    /// The required saving, from 0 to 1; 0 where the goal is a limit.
    pub reduction: f64,
    /// The limit, in bytes, where the goal is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_bytes: Option<u64>,
    /// The best variant among the candidates; absent where none was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Its saving, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<f64>,
    /// Whether the goal was reached; `None` where the baseline or every candidate is missing.
    pub met: Option<bool>,
}

/// One variant under every probe that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The lesson folder's number, such as `8.5.2`.
    pub section: String,
    /// The variant's name; with the language and the interpreter it is unique in a report.
    pub variant: String,
    /// The variant's language.
    pub language: Language,
    /// The version of the interpreter, such as `3.9.18`, where several ran the script and this is not
    /// the first of them, which [`Environment::python`] names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// One line that says what it does.
    #[serde(default)]
    pub about: String,
    /// Runs of one group did the same work.
    pub work_group: String,
    /// Whether the report compares the other variants with this one.
    #[serde(default)]
    pub baseline: bool,
    /// The unit of its own lesson, where it differs from the report's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The requested scale of its own lesson, where it differs from the report's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_requested: Option<u64>,
    /// Whether it maps memory itself, which the recorder does not see: its resident memory is
    /// compared instead of its live heap.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maps_memory: bool,
    /// The median time of one call in nanoseconds, by criterion; only where the lesson has a bench of
    /// the variant's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_ns: Option<f64>,
    /// The scale of the plain, counts and heap probes.
    pub rows: u64,
    /// Proof of the work.
    pub checksum: String,
    /// Time and RSS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<PlainRun>,
    /// stats_alloc's counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<CountsTotals>,
    /// dhat's totals, at their own scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhat: Option<DhatRun>,
    /// The recorder's totals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heap: Option<HeapRun>,
    /// The three counting probes compared at one scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciliation: Option<Reconciliation>,
    /// CPython's own count beside the recorder's; only for scripts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracemalloc: Option<TracemallocRun>,
    /// How its sites grow with the work; only where the lesson enables it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
    /// Marks of the first plain repetition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// Pictures and figures that the lesson handed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl Run {
    /// The variant's name as the first part of file names: `slots`; `list_dict.py` for a script, which often
    /// has the name of the Rust variant that does the same; `list_dict-3.9.18.py` for another
    /// interpreter than the first.
    pub fn file_stem(&self) -> String {
        variant_file_stem(&self.variant, self.language, self.interpreter.as_deref())
    }

    /// How many blocks it allocated: stats_alloc's count, or for CPython, where that is not possible, the
    /// recorder's.
    pub fn allocations(&self) -> Option<u64> {
        let counted = self.counts.as_ref().map(|counts| counts.allocations);
        counted.or_else(|| self.heap.as_ref().map(|heap| heap.total_blocks))
    }

    /// The scale of [`Run::allocations`].
    pub fn allocation_rows(&self) -> u64 {
        let recorded = self.heap.as_ref().filter(|_| self.counts.is_none());
        recorded.map_or(self.rows, |heap| heap.rows)
    }

    /// The scale of the heap figures where it is not that of the others.
    pub fn other_heap_rows(&self) -> Option<u64> {
        self.heap.as_ref().map(|heap| heap.rows).filter(|&rows| rows != self.rows)
    }
}

/// As [`Run::file_stem`], for a run that is not there yet.
pub fn variant_file_stem(variant: &str, language: Language, interpreter: Option<&str>) -> String {
    match (language, interpreter) {
        (Language::Rust, _) => variant.to_owned(),
        (Language::Python, None) => format!("{variant}.py"),
        (Language::Python, Some(version)) => format!("{variant}-{version}.py"),
    }
}

/// All plain repetitions of a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainRun {
    /// How many repetitions were kept.
    pub repetitions: u32,
    /// One wall time per repetition.
    pub wall_ns: Vec<u64>,
    /// The median of the children's own `VmHWM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// The highest sampled `RssAnon`; the kernel keeps no peak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_anon_bytes: Option<u64>,
    /// The highest sampled `RssFile` plus `RssShmem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_file_bytes: Option<u64>,
    /// `VmRSS` when the region opened: the cost of the process itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_rss_bytes: Option<u64>,
    /// The median part of `peak_rss_bytes` that belongs to processes which the variant started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children_peak_rss_bytes: Option<u64>,
}

/// dhat's totals and the scale they were taken at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhatRun {
    /// Fewer than the run's own, because dhat costs microseconds per allocation.
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
    /// The variant's language.
    pub language: Language,
    /// As [`Run::interpreter`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// The probe.
    pub probe: Probe,
    /// What happened.
    pub cause: String,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The last lines of its standard error.
    pub stderr_tail: String,
}

/// A claim of the lecture, and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimVerdict {
    /// The lesson folder's number.
    pub section: String,
    /// The sentence, in the report's language.
    pub text: String,
    /// The claim's number, if it is in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says_bytes: Option<u64>,
    /// The claim's number, if it is a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says_count: Option<u64>,
    /// Whether the claim's and the measured numbers are per row.
    #[serde(default)]
    pub per_row: bool,
    /// The scale of the claim; 0 where it holds at every scale.
    pub says_rows: u64,
    /// What was measured, one entry per language.
    pub measured: Vec<ClaimMeasurement>,
    /// `None` where the claim cannot be judged: measured at another scale, or not measured.
    pub holds: Option<bool>,
    /// The same claim by the other quantity of memory: live heap where resident memory decides, and the
    /// other way round. Absent for a claim of something else, and where that was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_other_quantity: Option<OtherQuantityVerdict>,
    /// The explanation, computed from the measured fields, in the report's language.
    pub why: String,
}

/// A claim judged by the other quantity of memory, in the language that decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherQuantityVerdict {
    /// `peak_bytes` or `peak_rss_bytes`.
    pub metric: String,
    /// Bytes, per row where the claim is; negative only for a difference of two variants.
    pub bytes: i64,
    /// The scale that it was measured at.
    pub rows: u64,
    /// Whether the claim would hold by it; `None` at another scale than the claim's.
    pub holds: Option<bool>,
    /// Whether it is nearer to the lecture's number than the figure that decides.
    pub is_nearer: bool,
}

/// A measured figure of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMeasurement {
    /// The language of the variant.
    pub language: Language,
    /// The variant that was measured.
    pub variant: String,
    /// The field from which it was read.
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
