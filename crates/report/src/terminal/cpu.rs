//! `cargo xtask profile --cpu` on the terminal.

use crate::cpu::{column_heads, cpu_notes, describe_hottest, omitted_functions_note, render_cells};
use crate::{Words, prose};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use heaplab_record::CpuReport;
use std::fmt::Write as _;

/// Functions that are listed.
const MOST_FUNCTIONS: usize = 10;

/// The functions, and the notes under them.
pub fn render_cpu(report: &CpuReport, words: &Words, width: usize) -> String {
    let mut table = Table::new();
    let fits = u16::try_from(width).unwrap_or(u16::MAX);
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(fits);
    table.set_header(column_heads(words));
    for function in report.functions.iter().take(MOST_FUNCTIONS) {
        table.add_row(render_cells(function, report));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{table}\n");
    let under = omitted_functions_note(report, MOST_FUNCTIONS, words)
        .into_iter()
        .chain(describe_hottest(report, words));
    for sentence in under.chain(cpu_notes(report, words)) {
        let _ = write!(text, "\n{}\n", prose::wrap(&sentence, width.min(110)).join("\n"));
    }
    text
}
