//! How a lesson describes itself before anything is run.

use serde::{Deserialize, Serialize};

/// The schema name of [`Manifest`].
pub const MANIFEST_SCHEMA: &str = "heaplab/manifest/v1";

/// What `LESSON --heaplab-list` prints: the variants, and how to run them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// The unit of the scale, in the plural: rows, requests, calls, bytes.
    pub unit: String,
    /// The scale if none is given.
    pub default_scale: u64,
    /// The scale of `--quick`, where a hundredth of the default would be too small to show the
    /// lesson's effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick_scale: Option<u64>,
    /// In the order of the lesson's table.
    pub variants: Vec<Variant>,
    /// The lesson's own options, which the runner forwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<LessonOption>,
    /// Whether a variant needs an input that `LESSON --heaplab-prepare` makes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prepares: bool,
}

/// The variable that hands [`PreparedInput::what`] to every variant, in Rust and in Python.
pub const PREPARED_VARIABLE: &str = "HEAPLAB_PREPARED";

/// What `LESSON --heaplab-prepare [--rows N]` prints. Making the input is a process of its own, so
/// that it is in no variant's figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedInput {
    /// The scale of the input: the requested one, or that of the input itself.
    pub rows: u64,
    /// What the variants receive, such as the path of a file.
    pub what: String,
}

/// One way to do a lesson's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The function's name, unique for its language in a section.
    pub name: String,
    /// A Python variant is the script `python/NAME.py` of the lesson's folder.
    pub language: Language,
    /// Variants of one work group return the same checksum at the same scale.
    pub work_group: String,
    /// Whether the other variants of the lesson are compared with this one.
    #[serde(default)]
    pub baseline: bool,
    /// How many threads allocate; counts and peaks are exact for 1.
    pub threads: u32,
    /// Whether it maps memory itself, past the functions that the recorder sees.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maps_memory: bool,
    /// One line that says what the variant does.
    #[serde(default)]
    pub about: String,
}

/// An option of a lesson besides the scale, such as `--log FILE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonOption {
    /// With its dashes: `--log`.
    pub name: String,
    /// The name of its value, such as `FILE`; absent for a switch.
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

/// A text in both languages of the course.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Text {
    /// Takes English first.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Text {
        Text { en: en.into(), zh: zh.into() }
    }
}
