//! Tables with formatted cells, for the page and for the Markdown summary.

use crate::{Words, format};
use heaplab_record::Cell;

/// A table whose cells are formatted.
pub(crate) struct MergedTable {
    /// The caption.
    pub(crate) title: String,
    /// Column heads, the variant first.
    pub(crate) columns: Vec<String>,
    /// Each row has as many cells as there are heads.
    pub(crate) rows: Vec<Vec<TableCell>>,
}

impl MergedTable {
    /// Whether a column holds text. Text and its head are aligned to the left.
    pub(crate) fn is_text(&self, column: &usize) -> bool {
        self.rows.iter().all(|row| row.get(*column).is_some_and(|cell| !cell.is_figure))
    }
}

/// A formatted cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableCell {
    /// The figure rounded for reading.
    pub(crate) short: String,
    /// Every digit, where the short form leaves some out.
    pub(crate) exact: Option<String>,
    /// Figures are aligned to the right.
    pub(crate) is_figure: bool,
}

pub(crate) fn text_cell(text: String) -> TableCell {
    TableCell { short: text, exact: None, is_figure: false }
}

pub(crate) fn figure_cell(text: String) -> TableCell {
    TableCell { short: text, exact: None, is_figure: true }
}

pub(crate) fn format_cell(cell: &Cell, words: &Words) -> TableCell {
    let (short, exact) = match cell {
        Cell::Text(text) => return text_cell(text.clone()),
        Cell::Words(text) => return text_cell(words.lang().pick(text).to_owned()),
        Cell::Count(count) => (format::count(*count), None),
        Cell::Bytes(bytes) => (format::bytes(*bytes), Some(format!("{} B", format::count(*bytes)))),
        Cell::Nanoseconds(ns) => (format::nanoseconds(*ns), None),
        // Only a table of a run has that figure.
        Cell::LiveBytesARow => ("–".to_owned(), None),
        Cell::Share(share) => (format!("{:.1} %", share * 100.0), None),
    };
    TableCell { short, exact, is_figure: true }
}
