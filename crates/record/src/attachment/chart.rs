//! Charts: counts a step, and lines or dots over two axes.

use crate::Text;
use serde::{Deserialize, Serialize};

/// Counts after each line of a program: a reference count's way up and down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepChart {
    /// The stem of its files.
    pub name: String,
    /// The caption.
    pub title: Text,
    /// What is counted: references.
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
    /// What it did; computed from the counts before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
}

/// One count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSeries {
    /// What is counted: `strong`.
    pub name: Text,
    /// One value a step; none where there is nothing to ask any more.
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
    /// From below to above.
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
    /// Powers of two or ten at equal distances, instead of equal differences.
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

/// Points of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What they show; where it is empty, the variant's name stands for it.
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
    /// Held until the next point.
    Stairs,
    /// Dots.
    Dots,
}
