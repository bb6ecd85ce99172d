//! Markdown that renders on GitHub: files of a report's folder, and what their writers share.

mod bench;
mod cpu;
mod difference;
mod summary;
mod tool_results;
mod versions;

pub use bench::render_bench_markdown;
pub use cpu::render_cpu_summary;
pub use difference::render_difference;
pub use summary::{DrawnPictures, render_summary};

use std::ops::Range;

/// The head of a table. The columns of `figures` are aligned to the right.
pub(crate) fn table_head(columns: &[String], figures: Range<usize>) -> String {
    let escaped: Vec<String> = columns.iter().map(|column| escape_text(column)).collect();
    let rule: Vec<String> = (0..columns.len())
        .map(|index| if figures.contains(&index) { "---:" } else { "---" }.to_owned())
        .collect();
    table_row(&escaped) + &table_row(&rule)
}

pub(crate) fn table_row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Escapes a text so that nothing in it is markup, and a table cell stays one cell.
pub(crate) fn escape_text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for char in plain.chars() {
        match char {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '*' | '`' | '[' | ']' | '_' | '#' | '~' | '$' => out.extend(['\\', char]),
            _ => out.push(char),
        }
    }
    out
}

/// A name as a code span. A backtick inside would end it, a bar would end the cell.
pub(crate) fn code_span(name: &str) -> String {
    format!("`{}`", name.replace(['`', '\n'], "'").replace('|', "\\|"))
}

/// The text between fences, which nothing in it can close.
pub(crate) fn fence(text: &str) -> String {
    let fence = "`".repeat(longest_backtick_run(text).max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// The length of the longest run of backticks: a fence around the text has to be longer.
fn longest_backtick_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or(0)
}
