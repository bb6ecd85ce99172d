//! The primer for people who come from Python: what the two programs of a word print, line beside
//! line, and the text that explains it.

mod outputs;
mod text;

pub use outputs::{OutputPair, PrimerRun, RefusedProgram};
pub use text::{PrimerError, PrimerSection, fill_tables, find_stale_words, read_sections};

use crate::{Words, prose};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};

/// The words with the questions that they answer, in lines of at most `width` columns.
pub fn render_list(sections: &[PrimerSection], words: &Words, width: usize) -> String {
    let mut lines = Vec::new();
    for section in sections {
        lines.push(section.word.clone());
        lines.extend(prose::wrap(&section.question, width - 4).iter().map(|line| format!("    {line}")));
    }
    lines.push(String::new());
    lines.extend(prose::wrap(&words.get("primer-next"), width));
    lines.join("\n")
}

/// A word's question, what its programs print, and the explanation, in lines of at most `width`
/// columns.
pub fn render_terminal(section: &PrimerSection, run: &PrimerRun, words: &Words, width: usize) -> String {
    let mut parts = vec![section.title.clone(), prose::wrap(&section.question, width).join("\n")];
    parts.push(render_outputs(run, words, width));
    if let Some(refused) = &run.refused {
        let said = prose::strip_controls(refused.message.trim_end());
        let lead = words.say("primer-refused", &[("file", &refused.file)]);
        parts.push(format!("{}\n{said}", prose::wrap(&lead, width).join("\n")));
    }
    parts.push(text::plain_text(&section.explanation, width));
    parts.join("\n\n")
}

/// The outputs side by side. A line that both print alike has a sign of its own.
fn render_outputs(run: &PrimerRun, words: &Words, width: usize) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(run.heads(words));
    for pair in &run.pairs {
        table.add_row(pair.cells().map(|cell| prose::strip_controls(&cell)));
    }
    for column in [1, 2] {
        if let Some(figures) = table.column_mut(column) {
            figures.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
