//! What a lesson says about itself before anything is run.

use serde::{Deserialize, Serialize};

/// The schema name of [`Manifest`].
pub const MANIFEST_SCHEMA: &str = "heaplab/manifest/v1";

/// What `LESSON --heaplab-list` prints: the variants that can be run, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// What the scale counts, in the plural: rows, requests, calls, bytes.
    pub unit: String,
    /// The scale of a run that names none.
    pub default_scale: u64,
    /// In the order in which the lesson wants them read.
    pub variants: Vec<Variant>,
    /// Options of the lesson's own that the runner forwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<LessonOption>,
    /// Whether something has to be there before a variant runs: `LESSON --heaplab-prepare` makes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prepares: bool,
}

/// The variable that hands [`Prepared::what`] to every variant, in Rust and in Python.
pub const PREPARED_VARIABLE: &str = "HEAPLAB_PREPARED";

/// What `LESSON --heaplab-prepare [--rows N]` prints: a process of its own, so that making an input is in no variant's figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedInput {
    /// The scale that it was made for: what was asked for, or what the input itself says.
    pub rows: u64,
    /// What the variants are told, such as the path of a file.
    pub what: String,
}

/// One way to do a lesson's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The function's name; unique for its language in a section.
    pub name: String,
    /// A Python variant is the script `python/NAME.py` of the lesson's folder.
    pub language: Language,
    /// Variants of one work group return the same checksum at the same scale.
    pub work_group: String,
    /// Whether the others of the lesson are compared with this one.
    #[serde(default)]
    pub baseline: bool,
    /// How many threads allocate; counts and peaks are exact for 1.
    pub threads: u32,
    /// One line that says what the variant does.
    #[serde(default)]
    pub about: String,
}

/// An option that a lesson takes besides the scale, such as `--log FILE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonOption {
    /// With its dashes: `--log`.
    pub name: String,
    /// What it takes, such as `FILE`; absent for a switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// One line of help.
    pub about: String,
}

/// What a variant is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Compiled with the lesson.
    Rust,
    /// A script for CPython 3.
    Python,
}

/// One way to measure a variant. What each may be asked, and may not, stands in ARCHITECTURE.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    /// The system's allocator, untouched: time and RSS.
    Plain,
    /// stats_alloc: how many allocations, of how many bytes.
    Counts,
    /// dhat: sites, peak and end at a reduced scale.
    Dhat,
    /// heaplab's recorder: live, peak and end at full scale.
    Heap,
}

impl Probe {
    /// Every probe.
    pub const ALL: [Probe; 4] = [Probe::Plain, Probe::Counts, Probe::Dhat, Probe::Heap];

    /// The word that `HEAPLAB_PROBE` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Probe::Plain => "plain",
            Probe::Counts => "counts",
            Probe::Dhat => "dhat",
            Probe::Heap => "heap",
        }
    }
}

/// A text in both languages of the course.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Text {
    /// English first.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Text {
        Text { en: en.into(), zh: zh.into() }
    }
}
