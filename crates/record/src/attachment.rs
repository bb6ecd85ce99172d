//! Data that a lesson hands over and that the report draws: a lesson's only way to a picture of its own.

use crate::Text;
use serde::{Deserialize, Serialize};

/// One thing to draw. Later sections add kinds here; the report decides how each looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Attachment {
    /// Rows and columns. Tables of one title and one set of columns are shown as one table, a row a variant.
    Table(Table),
}

/// A small table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The caption.
    pub title: Text,
    /// The head of each column.
    pub columns: Vec<Text>,
    /// As many cells a row as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell; the unit decides how the figure is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Cell {
    /// Words.
    Text(String),
    /// A plain number.
    Count(u64),
    /// Bytes.
    Bytes(u64),
    /// Nanoseconds, with a fraction where they are means.
    Nanoseconds(f64),
}
