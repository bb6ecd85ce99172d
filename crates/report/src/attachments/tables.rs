//! Tables that lessons hand over. Tables with the same title and columns become one, so that
//! variants can be compared.

use super::shown::{ShownAttachment, shown_attachments};
use crate::table::{MergedTable, TableCell, format_cell, text_cell};
use crate::{Words, format, growth, prose};
use heaplab_record::{Attachment, Cell, Report, Run, Text};

/// The table of figures, then every other table in the order of its first appearance.
pub(crate) fn build_tables(report: &Report, words: &Words) -> Vec<MergedTable> {
    let mut merged: Vec<((&Text, &[Text]), MergedTable)> = Vec::new();
    let figures = figure_table(report, words);
    for shown in shown_attachments(report) {
        let Attachment::Table(table) = shown.attachment else { continue };
        let key = (&table.title, table.columns.as_slice());
        let rows = table.rows.iter().map(|row| {
            let own = row.iter().map(|cell| match cell {
                Cell::LiveBytesARow => live_bytes_per_row_cell(shown.run),
                cell => format_cell(cell, words),
            });
            std::iter::once(variant_cell(&shown)).chain(own).collect()
        });
        match merged.iter_mut().find(|(known, _)| *known == key) {
            Some((_, table)) => table.rows.extend(rows),
            None => {
                let lang = words.lang();
                let own = table.columns.iter().map(|column| lang.pick(column).to_owned());
                let columns =
                    std::iter::once(prose::column_head("column-variant", words)).chain(own).collect();
                let title = lang.pick(&table.title).to_owned();
                merged.push((key, MergedTable { title, columns, rows: rows.collect() }));
            }
        }
    }
    let merged = merged.into_iter().map(|(_, table)| table);
    figures.into_iter().chain(growth::growth_tables(report, words)).chain(merged).collect()
}

/// One row per figure that a lesson handed over; `None` without any.
pub(crate) fn figure_table(report: &Report, words: &Words) -> Option<MergedTable> {
    let lang = words.lang();
    let rows: Vec<Vec<TableCell>> = shown_attachments(report)
        .iter()
        .filter_map(|shown| match shown.attachment {
            Attachment::Figure(figure) => Some(vec![
                text_cell(owner_label(shown, words)),
                text_cell(lang.pick(&figure.title).to_owned()),
                format_cell(&figure.value, words),
            ]),
            _ => None,
        })
        .collect();
    let columns = ["column-variant", "column-what", "column-value"].map(|key| prose::column_head(key, words));
    let title = words.get("heading-figures");
    (!rows.is_empty()).then_some(MergedTable { title, columns: columns.into(), rows })
}

/// Live bytes per row when the region closed; a dash without the heap probe.
pub(crate) fn live_bytes_per_row_cell(run: &Run) -> TableCell {
    let each = run.heap.as_ref().and_then(|heap| {
        Some((
            format::bytes_per_row(heap.end_bytes, heap.rows)?,
            format!("{} B", format::count(heap.end_bytes)),
        ))
    });
    match each {
        Some((short, exact)) => TableCell { short, exact: Some(exact), is_figure: true },
        None => TableCell { short: "–".to_owned(), exact: None, is_figure: true },
    }
}

/// `ledger · CPython`: a script often has the same name as a Rust variant.
pub(crate) fn run_label(run: &Run, words: &Words) -> String {
    format!("{} · {}", run.variant, prose::language_of_run(run, words))
}

/// The same with every version that handed it over: `ledger · CPython 3.11.7, 3.9.18`.
fn owner_label(shown: &ShownAttachment<'_>, words: &Words) -> String {
    match shown.versions_label() {
        None => run_label(shown.run, words),
        Some(versions) => {
            let language = prose::language_name(shown.run.language, words);
            format!("{} · {language} {versions}", shown.run.variant)
        }
    }
}

/// The variant, with the versions where several interpreters ran: `ledger · 3.11.7, 3.9.18`.
fn variant_cell(shown: &ShownAttachment<'_>) -> TableCell {
    let variant = &shown.run.variant;
    text_cell(shown.versions_label().map_or_else(|| variant.clone(), |of| format!("{variant} · {of}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn equal_tables_become_one() {
        let mut report = fixture::report(Lang::En);
        let merged = build_tables(&report, &Words::new(Lang::En));
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].columns.len(), 5);
        let first: Vec<&str> = merged[0].rows.iter().map(|row| row[0].short.as_str()).collect();
        assert_eq!(first, ["slots", "slots", "packed", "packed"]);
        // 12,345,678 / 2 bytes over 10,000,000 rows.
        assert_eq!(merged[0].rows[2][1].short, "0.62 B");
        let Attachment::Table(table) = &mut report.runs[8].attachments[0] else { unreachable!() };
        table.columns[0].en.push('x');
        assert_eq!(build_tables(&report, &Words::new(Lang::En)).len(), 2);
    }

    #[test]
    fn figures_are_a_table_of_their_own() {
        let report = fixture::pictures::report(Lang::Zh);
        let merged = build_tables(&report, &Words::new(Lang::Zh));
        let rows: Vec<Vec<&str>> =
            merged[0].rows.iter().map(|row| row.iter().map(|cell| cell.short.as_str()).collect()).collect();
        let title = "let 之后的强引用计数";
        assert_eq!(rows, [["ledger · Rust", title, "2"], ["ledger · CPython", title, "3"]]);
        assert!(figure_table(&fixture::report(Lang::En), &Words::new(Lang::En)).is_none());
    }

    #[test]
    fn without_the_heap_probe_there_is_no_figure() {
        assert_eq!(live_bytes_per_row_cell(&fixture::bare("8.5", "x")).short, "–");
    }
}
