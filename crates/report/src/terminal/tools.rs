//! The reconciler on the terminal: a row per tool, and under it why its figures differ from the
//! recorder's.

use crate::{Words, prose, reconcile};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use heaplab_record::Report;

/// The indent of a row's reason.
const INDENT: usize = 4;

/// The last of the runs that every tool measured, in lines of `width` columns; the page has the
/// others. Empty where no probes were reconciled.
pub fn render_tools(report: &Report, words: &Words, width: usize) -> String {
    let Some((run, of)) = reconcile::select_runs(report).pop() else { return String::new() };
    let rows = reconcile::tool_rows(of, words);
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let heads = std::iter::once("tool").chain(reconcile::COLUMNS);
    table.set_header(heads.map(|key| words.get(&format!("column-{key}")).replace('|', "\n")));
    for row in &rows {
        let figures = row.cells.iter().map(|cell| cell.short.clone());
        table.add_row(std::iter::once(prose::strip_controls(&row.tool)).chain(figures));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    let head = lines.len().saturating_sub(rows.len());
    let mut out =
        prose::wrap(&reconcile::render_caption(run, of, prose::unit_of_run(run, report), words), width);
    out.extend(lines.iter().take(head).map(|line| format!("  {line}")));
    for (line, row) in lines.iter().skip(head).zip(&rows) {
        let sign = match row.is_explained {
            Some(true) => "✓",
            Some(false) => "–",
            None => " ",
        };
        out.push(format!("{sign} {line}"));
        let reason = prose::wrap(&row.reason, width.saturating_sub(INDENT));
        out.extend(reason.into_iter().map(|line| format!("{}{line}", " ".repeat(INDENT))));
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use unicode_width::UnicodeWidthStr as _;

    #[test]
    fn it_fits_the_terminal_and_says_why() {
        for lang in [Lang::En, Lang::Zh] {
            let (words, report) = (Words::new(lang), fixture::report(lang));
            for width in [80, 120] {
                let shown = render_tools(&report, &words, width);
                assert!(shown.lines().all(|line| line.width() <= width), "{width}:\n{shown}");
                assert!(shown.contains("✓ dhat") && shown.contains("valgrind"), "{shown}");
            }
            assert_eq!(render_tools(&fixture::empty_report(), &words, 80), "");
        }
    }
}
