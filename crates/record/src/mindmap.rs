//! The course on one page: what a lesson's `mind-map.toml` asks for, and what became of it in its `report.json`.

use crate::{Language, Text};
use serde::{Deserialize, Serialize};

/// `mind-map.toml`: stages in the order of the lecture, each leading to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MindMapSpec {
    /// What the picture is called.
    pub title: Text,
    /// In order.
    pub stage: Vec<MindStageSpec>,
}

/// What stands side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MindStageSpec {
    /// From above to below.
    pub node: Vec<MindNodeSpec>,
}

/// A node, and which figure of which section's report it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MindNodeSpec {
    /// What it is about.
    pub title: Text,
    /// The section of the lecture whose report is read, such as `8.5`.
    pub section: String,
    /// The variant whose figure it is.
    pub variant: String,
    /// What that is written in.
    #[serde(default = "rust")]
    pub language: Language,
    /// Which figure.
    pub figure: MindFigure,
    /// The variant that a saving or a ratio is taken against.
    #[serde(default)]
    pub against: Option<String>,
    /// What the figure says, in words behind it.
    pub says: Text,
}

const fn rust() -> Language {
    Language::Rust
}

/// A figure of a run. Bytes are of the heap probe unless it says RSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MindFigure {
    /// Live bytes at the peak.
    PeakBytes,
    /// Live bytes at the end, by rows.
    EndBytesARow,
    /// `VmHWM` of the plain run.
    PeakRssBytes,
    /// `RssAnon` at its highest: what is left of a mapping's file pages.
    PeakRssAnonBytes,
    /// How much less is live at the peak than in `against`, from 0 to 1, by rows.
    PeakSaving,
    /// How much less is live at the end than in `against`, from 0 to 1, by rows.
    EndSaving,
    /// The largest share in the first table of shares that the variant hands over: of a function, from 0 to 1.
    FunctionShare,
    /// The largest share in the first source of shares that the variant hands over: of a line, from 0 to 1.
    LineShare,
}

/// A mind map as it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MindMap {
    /// What it is called.
    pub title: Text,
    /// In order, the nodes of each from above to below.
    pub stages: Vec<Vec<MindNode>>,
}

/// A node of a mind map with this machine's own figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MindNode {
    /// What it is about.
    pub title: Text,
    /// The section of the lecture.
    pub section: String,
    /// The variant.
    pub variant: String,
    /// What that is written in.
    pub language: Language,
    /// Which figure.
    pub figure: MindFigure,
    /// What the figure says, in words behind it.
    pub says: Text,
    /// The figure itself, in bytes, as a part of 1, or as a multiple; absent where it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The scale of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The page of the section's report, from this report's folder; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}
