//! The table of versions in `summary.md`.

use super::{code_span, escape_text, table_head, table_row};
use crate::Words;
use crate::versions::{VersionCell, VersionTable};
use std::fmt::Write as _;

/// A cell has its figure and, in brackets, the change; the largest ones are bold.
pub(super) fn render_versions(table: &VersionTable, words: &Words) -> String {
    let mut out = format!("{}\n\n", escape_text(&words.get("lead-versions")));
    out.push_str(&table_head(&table.columns, 2..table.columns.len()));
    for row in &table.rows {
        let named = [code_span(&row.variant), escape_text(&row.quantity)];
        out.push_str(&table_row(
            &named.into_iter().chain(row.cells.iter().map(render_cell)).collect::<Vec<_>>(),
        ));
    }
    out.push('\n');
    for sentence in &table.sentences {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "- {}", escape_text(sentence));
    }
    out
}

fn render_cell(cell: &VersionCell) -> String {
    let written = match cell.change {
        Some(_) => escape_text(&format!("{} ({})", cell.figure, cell.change_with_mark())),
        None => escape_text(&cell.figure),
    };
    if cell.is_largest { format!("**{written}**") } else { written }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::version_table;
    use crate::{Lang, fixture};

    #[test]
    fn every_row_has_a_cell_per_version_and_the_largest_changes_are_bold() {
        let words = Words::new(Lang::En);
        let table = version_table(&fixture::report_of_versions(Lang::En, 2), &words).unwrap();
        let made = render_versions(&table, &words);
        let rows: Vec<&str> = made.lines().filter(|line| line.starts_with('|')).collect();
        assert!(rows.iter().all(|row| row.matches('|').count() == 6), "{made}");
        assert!(made.contains("**183 B (-26.2%\u{a0}◀)**"), "{made}");
    }
}
