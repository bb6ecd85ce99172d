//! Charts: counts per step, and lines or dots over two axes.

use crate::Text;
use serde::{Deserialize, Serialize};

/// Counts after each line of a program, such as a reference count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepChart {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// What is counted, such as references.
    pub counts: Text,
    /// In the order of running.
    pub steps: Vec<Step>,
    /// What was counted after each step.
    pub series: Vec<StepSeries>,
}

/// One line of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The code as it stands in the source.
    pub code: String,
    /// What the line did, computed from the counts before and after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
}

/// One count after every step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSeries {
    /// What is counted: `strong`.
    pub name: Text,
    /// One value per step; `None` where the counted object no longer exists.
    pub values: Vec<Option<u64>>,
}

/// Lines or dots over two axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// What is drawn.
    pub series: Vec<Series>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// What it shows.
    pub label: Text,
    /// How its figures are written.
    pub unit: AxisUnit,
    /// Whether the axis is logarithmic.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub logarithmic: bool,
}

/// How a figure of an axis is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisUnit {
    /// A plain number.
    #[default]
    Count,
    /// Bytes.
    Bytes,
    /// Nanoseconds.
    Nanoseconds,
    /// A share, 1 for the whole.
    Share,
}

/// One line or set of dots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The name in the legend; where it is empty, the variant's name is used.
    pub name: String,
    /// How they are drawn.
    pub marker: Marker,
    /// `[x, y]`, in the order of drawing.
    pub points: Vec<[f64; 2]>,
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marker {
    /// Joined by straight lines.
    #[default]
    Line,
    /// Constant until the next point.
    Stairs,
    /// Dots.
    Dots,
}
