//! Data that a lesson hands over and that the report draws. This is a lesson's only way to have a
//! picture of its own.
//!
//! Every picture has a `name`, the stem of its files in the report's folder (`leak` becomes
//! `leak.svg` and `leak.png`): lower-case letters, digits and `-`. Pictures of one kind and one
//! name from several variants become one, where the kind allows it.

mod chart;
mod data;
mod graph;
mod regions;
mod source;
mod stacks;
mod tool;

pub use chart::{Axis, AxisUnit, Chart, Marker, Series, Step, StepChart, StepSeries};
pub use data::{
    AllocatorRun, ArenaTotals, BlockSize, BlockSizes, CallSample, Calls, Churn, CollectionRun, Collections,
    CountedObject, Family, FamilyChild, Footprint, LessonData, PythonAllocators,
};
pub use graph::{Graph, GraphEdge, GraphNode, Strength};
pub use regions::{MemoryRegions, MemoryRow, MemorySpan, MemoryState};
pub use source::{SourceLine, SourceListing};
pub use stacks::FoldedStacks;
pub use tool::{ToolFile, ToolOutput};

use crate::Text;
use serde::{Deserialize, Serialize};

/// One thing to draw. The report decides how each kind looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Attachment {
    /// Rows and columns. Tables of one title and one set of columns are shown as one table, with a
    /// row per variant.
    Table(Table),
    /// Counts after each line of a program.
    Steps(StepChart),
    /// Lines or dots over two axes. Charts of one name are shown as one, with the series of every
    /// variant.
    Chart(Chart),
    /// Bytes held per line as the work continues; made by the runner where it classifies growth.
    Growth(Chart),
    /// Objects and their references.
    Graph(Graph),
    /// The layout of memory.
    Regions(MemoryRegions),
    /// A program's source with figures beside each line.
    Source(SourceListing),
    /// A flamegraph of what was counted.
    Stacks(FoldedStacks),
    /// One number, which a claim can refer to.
    Figure(Figure),
    /// A file that a tool wrote: a picture in the page, or a link.
    File(ToolFile),
    /// What a tool printed.
    Output(ToolOutput),
    /// Figures that the report words and draws. The runner replaces them when it reads a record.
    Data(LessonData),
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its name in `claims.toml`.
    pub name: String,
    /// The caption.
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
    /// Each row has one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell; the unit decides how the figure is formatted.
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
    /// The heap probe's live bytes at the end per unit of work, which only the report knows.
    LiveBytesARow,
}
