//! Data that a lesson hands over and that the report draws: a lesson's only way to a picture of its own.
//!
//! Every picture has a `name`, the stem of its files in the report's folder (`leak` becomes `leak.svg` and `leak.png`): lower-case
//! letters, digits and `-`. Pictures of one kind and one name from several variants become one, where the kind allows it.

mod chart;
mod graph;
mod regions;
mod source;
mod stacks;

pub use chart::{Axis, AxisUnit, Chart, Marker, Series, Step, StepChart, StepSeries};
pub use graph::{Graph, GraphEdge, GraphNode, Strength};
pub use regions::{MemoryRegions, MemoryRow, MemorySpan, MemoryState};
pub use source::{SourceLine, SourceListing};
pub use stacks::FoldedStacks;

use crate::Text;
use serde::{Deserialize, Serialize};

/// One thing to draw. Later sections add kinds here; the report decides how each looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Attachment {
    /// Rows and columns. Tables of one title and one set of columns are shown as one table, a row a variant.
    Table(Table),
    /// Counts after each line of a program.
    Steps(StepChart),
    /// Lines or dots over two axes. Charts of one name are shown as one, with the series of every variant.
    Chart(Chart),
    /// What lines hold as the work goes on: the runner's own, where it judges growth. It stands beside what stays.
    Growth(Chart),
    /// Who refers to whom.
    Graph(Graph),
    /// What stands where in memory.
    Regions(MemoryRegions),
    /// A program's source with figures beside each line.
    Source(SourceListing),
    /// Where a program spent its time: a flamegraph.
    Stacks(FoldedStacks),
    /// One number that a claim may be held against.
    Figure(Figure),
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What `claims.toml` calls it.
    pub name: String,
    /// What it says.
    pub title: Text,
    /// The number.
    pub value: Cell,
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
    /// Words in both languages.
    Words(Text),
    /// A plain number.
    Count(u64),
    /// Bytes.
    Bytes(u64),
    /// Nanoseconds, with a fraction where they are means.
    Nanoseconds(f64),
    /// A share, 1 for the whole.
    Share(f64),
    /// What the heap probe found live at the end, for each unit of work: a figure that only the report has.
    LiveBytesARow,
}
