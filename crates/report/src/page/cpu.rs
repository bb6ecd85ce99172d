//! `report.html` of `cargo xtask profile --cpu`.

use super::{flamegraph_document, inline_svg};
use crate::cpu::{
    MOST_FUNCTIONS, column_heads, cpu_notes, describe_hottest, omitted_functions_note, own_instructions,
    render_cells,
};
use crate::{RenderError, Words, environment, format, instructions, table};
use askama::Template;
use heaplab_record::{CpuReport, SourceListing};

/// One file with every picture in it.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_cpu_page(
    report: &CpuReport,
    flamegraph_svg: &str,
    words: &Words,
) -> Result<String, RenderError> {
    let fact = |key: &str, value: String, note: String| [words.get(key), value, note];
    let tool = &report.tool;
    let page = CpuPage {
        words,
        title: words.say("cpu-title", &[("program", &report.program)]),
        report,
        top: describe_hottest(report, words),
        facts: vec![
            fact("cpu-fact-program", format::count(report.program_instructions), String::new()),
            fact("cpu-fact-process", format::count(report.process_instructions), String::new()),
            [
                words.say("cpu-fact-wall", &[("tool", tool)]),
                format::nanoseconds(report.tool_wall_ns as f64),
                words.get("cpu-fact-wall-note"),
            ],
        ],
        notes: cpu_notes(report, words),
        document: flamegraph_document(flamegraph_svg),
        height: inline_svg::view_box_size(flamegraph_svg)
            .map_or(480.0, |(_, height)| height.ceil().clamp(80.0, 2000.0)),
        heads: column_heads(words),
        functions: report
            .functions
            .iter()
            .take(MOST_FUNCTIONS)
            .map(|one| render_cells(one, report))
            .collect(),
        left_out: omitted_functions_note(report, MOST_FUNCTIONS, words),
        sources: report.sources.iter().map(|source| DrawnSource::from_source(source, words)).collect(),
        environment: environment::machine_rows(&report.environment, words),
    };
    page.render().map_err(|error| RenderError::page("report.html", error))
}

#[derive(Template)]
#[template(path = "cpu.html")]
struct CpuPage<'a> {
    words: &'a Words,
    report: &'a CpuReport,
    title: String,
    top: Option<String>,
    /// What, how much, and a note.
    facts: Vec<[String; 3]>,
    notes: Vec<String>,
    document: String,
    height: f64,
    heads: [String; 5],
    functions: Vec<[String; 5]>,
    left_out: Option<String>,
    sources: Vec<DrawnSource>,
    environment: Vec<(String, String)>,
}

/// A file's lines, written out.
struct DrawnSource {
    path: String,
    columns: Vec<String>,
    lines: Vec<DrawnLine>,
}

struct DrawnLine {
    number: u32,
    code: String,
    figures: Vec<String>,
    /// How strongly it is coloured, in percent.
    heat: u32,
    /// Whether lines before it were left out.
    gap: bool,
}

impl DrawnSource {
    fn from_source(source: &SourceListing, words: &Words) -> DrawnSource {
        let hottest = instructions::find_hottest_line(source).map_or(0, own_instructions).max(1);
        let mut last = None;
        let lines = source.lines.iter().map(|line| DrawnLine {
            number: line.number,
            code: line.code.clone(),
            figures: line.figures.iter().map(|cell| table::format_cell(cell, words).short).collect(),
            heat: u32::try_from(own_instructions(line) * 60 / hottest).unwrap_or(0),
            gap: last.replace(line.number).is_some_and(|last: u32| last + 1 < line.number),
        });
        DrawnSource {
            path: source.path.clone(),
            lines: lines.collect(),
            columns: source.columns.iter().map(|column| words.lang().pick(column).to_owned()).collect(),
        }
    }
}

impl CpuPage<'_> {
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }
}
