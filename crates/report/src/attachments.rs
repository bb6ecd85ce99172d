//! What lessons hand over, as tables of a page: tables of one title and one set of columns become one, so that variants
//! can be read side by side.

use crate::{Words, figures, format, growth, prose};
use heaplab_record::{Attachment, Cell, Report, Run, Text};

/// One table to show, all of it already written.
pub(crate) struct Merged {
    /// The caption.
    pub(crate) title: String,
    /// Heads, the variant first.
    pub(crate) columns: Vec<String>,
    /// As many cells a row as there are heads.
    pub(crate) rows: Vec<Vec<Written>>,
}

impl Merged {
    /// Whether a column holds words: these stand on the left, their head too.
    pub(crate) fn is_text(&self, column: &usize) -> bool {
        self.rows.iter().all(|row| row.get(*column).is_some_and(|cell| !cell.is_figure))
    }
}

/// A cell as text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    /// For people.
    pub(crate) short: String,
    /// Every digit, where the short form has fewer.
    pub(crate) exact: Option<String>,
    /// Figures stand on the right.
    pub(crate) is_figure: bool,
}

/// The figures of a report, then every table in the order in which the first of its kind came.
pub(crate) fn tables(report: &Report, words: &Words) -> Vec<Merged> {
    let mut merged: Vec<((&Text, &[Text]), Merged)> = Vec::new();
    let figures = figures(report, words);
    for run in &report.runs {
        for attachment in &run.attachments {
            let Attachment::Table(table) = attachment else { continue };
            let key = (&table.title, table.columns.as_slice());
            let rows = table.rows.iter().map(|row| {
                let own = row.iter().map(|cell| match cell {
                    Cell::LiveBytesARow => live_bytes_a_row(run),
                    cell => written(cell, words),
                });
                std::iter::once(variant(run)).chain(own).collect()
            });
            match merged.iter_mut().find(|(known, _)| *known == key) {
                Some((_, table)) => table.rows.extend(rows),
                None => {
                    let lang = words.lang();
                    let own = table.columns.iter().map(|column| lang.of(column).to_owned());
                    let columns = std::iter::once(prose::head("column-variant", words)).chain(own).collect();
                    let title = lang.of(&table.title).to_owned();
                    merged.push((key, Merged { title, columns, rows: rows.collect() }));
                }
            }
        }
    }
    let merged = merged.into_iter().map(|(_, table)| table);
    figures.into_iter().chain(growth::tables(report, words)).chain(merged).collect()
}

/// Every figure that was handed over, a row each.
pub(crate) fn figures(report: &Report, words: &Words) -> Option<Merged> {
    let lang = words.lang();
    let rows: Vec<Vec<Written>> = report
        .runs
        .iter()
        .flat_map(|run| run.attachments.iter().map(move |attachment| (run, attachment)))
        .filter_map(|(run, attachment)| match attachment {
            Attachment::Figure(figure) => Some(vec![
                word(who(run, words)),
                word(lang.of(&figure.title).to_owned()),
                written(&figure.value, words),
            ]),
            _ => None,
        })
        .collect();
    let columns = ["column-variant", "column-what", "column-value"].map(|key| prose::head(key, words));
    let title = words.get("heading-figures");
    (!rows.is_empty()).then_some(Merged { title, columns: columns.into(), rows })
}

/// Live bytes when the region closed, a row; absent without the heap probe.
pub(crate) fn live_bytes_a_row(run: &Run) -> Written {
    let each = run.heap.as_ref().and_then(|heap| {
        Some((
            figures::bytes_a_row(heap.end_bytes, heap.rows)?,
            format!("{} B", format::count(heap.end_bytes)),
        ))
    });
    match each {
        Some((short, exact)) => Written { short, exact: Some(exact), is_figure: true },
        None => Written { short: "–".to_owned(), exact: None, is_figure: true },
    }
}

/// `ledger · CPython`: a script often has the name of a Rust variant.
pub(crate) fn who(run: &Run, words: &Words) -> String {
    format!("{} · {}", run.variant, prose::language(run.language, words))
}

fn variant(run: &Run) -> Written {
    word(run.variant.clone())
}

fn word(text: String) -> Written {
    Written { short: text, exact: None, is_figure: false }
}

pub(crate) fn written(cell: &Cell, words: &Words) -> Written {
    let (short, exact) = match cell {
        Cell::Text(text) => return word(text.clone()),
        Cell::Words(text) => return word(words.lang().of(text).to_owned()),
        Cell::Count(count) => (format::count(*count), None),
        Cell::Bytes(bytes) => (format::bytes(*bytes), Some(format!("{} B", format::count(*bytes)))),
        Cell::Nanoseconds(ns) => (format::nanoseconds(*ns), None),
        // Only a table of a run has that figure.
        Cell::LiveBytesARow => ("–".to_owned(), None),
        Cell::Share(share) => (format!("{:.1} %", share * 100.0), None),
    };
    Written { short, exact, is_figure: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn equal_tables_become_one() {
        let mut report = fixture::report(Lang::En);
        let merged = tables(&report, &Words::new(Lang::En));
        assert_eq!(merged.len(), 1);
        assert_eq!(merged[0].columns.len(), 5);
        let first: Vec<&str> = merged[0].rows.iter().map(|row| row[0].short.as_str()).collect();
        assert_eq!(first, ["slots", "slots", "packed", "packed"]);
        // 12,345,678 / 2 bytes over 10,000,000 rows.
        assert_eq!(merged[0].rows[2][1].short, "0.62 B");
        let Attachment::Table(table) = &mut report.runs[8].attachments[0] else { unreachable!() };
        table.columns[0].en.push('x');
        assert_eq!(tables(&report, &Words::new(Lang::En)).len(), 2);
    }

    #[test]
    fn figures_are_a_table_of_their_own() {
        let report = fixture::pictures::report(Lang::Zh);
        let merged = tables(&report, &Words::new(Lang::Zh));
        let rows: Vec<Vec<&str>> =
            merged[0].rows.iter().map(|row| row.iter().map(|cell| cell.short.as_str()).collect()).collect();
        let title = "let 之后的强引用计数";
        assert_eq!(rows, [["ledger · Rust", title, "2"], ["ledger · CPython", title, "3"]]);
        assert!(figures(&fixture::report(Lang::En), &Words::new(Lang::En)).is_none());
    }

    #[test]
    fn without_the_heap_probe_there_is_no_figure() {
        assert_eq!(live_bytes_a_row(&fixture::bare("8.5", "x")).short, "–");
    }
}
