//! The table of versions on the terminal.

use crate::versions::{VersionRow, version_table};
use crate::{Words, prose};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use heaplab_record::Report;

/// What a version changes, in lines of `width` columns; empty where fewer than two interpreters ran. A
/// figure and its change stand in two lines where one is too narrow.
pub fn render_versions(report: &Report, words: &Words, width: usize) -> String {
    let Some(of) = version_table(report, words) else { return String::new() };
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(&of.columns);
    for row in &of.rows {
        table.add_row(render_cells(row));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if index > 1 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = vec![words.get("heading-versions")];
    out.extend(table.lines().map(|line| line.trim_end().to_owned()));
    out.extend(of.sentences.iter().flat_map(|sentence| prose::wrap(sentence, width)));
    out.join("\n")
}

/// The name stands in the first row of its variant only.
fn render_cells(row: &VersionRow) -> Vec<String> {
    let name = if row.opens_variant { prose::strip_controls(&row.variant) } else { String::new() };
    let figures = row.cells.iter().map(|cell| match cell.change {
        Some(_) => format!("{} {}", cell.figure.replace(' ', "\u{a0}"), cell.change_with_mark()),
        None => cell.figure.clone(),
    });
    [name, row.quantity.clone()].into_iter().chain(figures).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use unicode_width::UnicodeWidthStr as _;

    #[test]
    fn it_fits_the_terminal_with_two_to_five_versions() {
        for (others, lang) in (1..5).flat_map(|others| [(others, Lang::En), (others, Lang::Zh)]) {
            let report = fixture::report_of_versions(lang, others);
            for width in [80, 120] {
                let shown = render_versions(&report, &Words::new(lang), width);
                assert!(shown.lines().all(|line| line.width() <= width), "{width}:\n{shown}");
                assert!(
                    shown.contains("3.11.2") && shown.contains("3.9.18") && shown.contains('◀'),
                    "{shown}"
                );
            }
        }
        assert_eq!(render_versions(&fixture::report(Lang::En), &Words::new(Lang::En), 80), "");
    }

    #[test]
    fn a_figure_stands_beside_its_change() {
        let report = fixture::report_of_versions(Lang::En, 2);
        let shown = render_versions(&report, &Words::new(Lang::En), 120);
        let live = shown.lines().find(|line| line.starts_with("list_dict")).unwrap();
        assert!(live.contains("248 B") && live.contains("183\u{a0}B -26.2%\u{a0}◀"), "{shown}");
    }
}
