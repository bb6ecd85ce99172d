//! The course on one page: `mind-map.toml` of a lesson, and the map with measured figures in its
//! `report.json`.

use crate::{Language, Text};
use serde::{Deserialize, Serialize};

/// `mind-map.toml`: stages in the order of the lecture, each leading to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MindMapSpec {
    /// The title of the picture.
    pub title: Text,
    /// In order.
    pub stage: Vec<MindStageSpec>,
}

/// Nodes of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MindStageSpec {
    /// From top to bottom.
    pub node: Vec<MindNodeSpec>,
}

/// A node, and which figure of which section's report it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MindNodeSpec {
    /// Its title.
    pub title: Text,
    /// The section of the lecture whose report is read, such as `8.5`.
    pub section: String,
    /// The variant whose figure is shown.
    pub variant: String,
    /// The variant's language.
    #[serde(default = "rust")]
    pub language: Language,
    /// Which figure.
    pub figure: MindFigure,
    /// The variant that a saving or a ratio is compared with.
    #[serde(default)]
    pub against: Option<String>,
    /// The words behind the figure.
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
    /// Live bytes at the end, per row.
    EndBytesARow,
    /// `VmHWM` of the plain run.
    PeakRssBytes,
    /// `RssAnon` at its highest: what is left of a mapping's file pages.
    PeakRssAnonBytes,
    /// How much less is live at the peak than in `against`, per row, from 0 to 1.
    PeakSaving,
    /// How much less is live at the end than in `against`, per row, from 0 to 1.
    EndSaving,
    /// The largest share of a function, from 0 to 1, in the first table of shares that the variant
    /// hands over.
    FunctionShare,
    /// The largest share of a line, from 0 to 1, in the first source listing that the variant hands
    /// over.
    LineShare,
}

/// A mind map with figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MindMap {
    /// The title.
    pub title: Text,
    /// In order, the nodes of each from top to bottom.
    pub stages: Vec<Vec<MindNode>>,
}

/// A node with the figure measured on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MindNode {
    /// Its title.
    pub title: Text,
    /// The section of the lecture.
    pub section: String,
    /// The variant.
    pub variant: String,
    /// The variant's language.
    pub language: Language,
    /// Which figure.
    pub figure: MindFigure,
    /// The words behind the figure.
    pub says: Text,
    /// The figure itself, in bytes, as a part of 1, or as a multiple; absent where it was not
    /// measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The scale of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The page of the section's report, from this report's folder; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}
