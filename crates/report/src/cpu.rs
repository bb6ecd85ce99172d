//! `cargo xtask profile --cpu`: its table on the terminal, its page and its summary, and the sentences that say what is most
//! expensive and how that was found.

use crate::page::{flamegraph_document, inline_svg};
use crate::{RenderError, Words, environment, format, instructions, prose, table};
use askama::Template;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use heaplab_profile::callgrind::MAX_CALLERS;
use heaplab_record::{Cell, CpuFunction, CpuReport, SourceLine, SourceListing};
use std::fmt::Write as _;

/// More functions than this nobody reads.
const MOST_FUNCTIONS: usize = 30;
/// On a terminal, fewer.
const MOST_ON_TERMINAL: usize = 10;

const COLUMNS: [&str; 5] = ["function", "calls", "inclusive", "exclusive", "share"];

/// What is most expensive, computed from the figures.
pub fn describe_hottest(report: &CpuReport, words: &Words) -> Option<String> {
    let function = report.functions.first()?;
    let share = |part: u64| format::percent(part as f64 / report.program_instructions.max(1) as f64);
    let own = share(function.exclusive_instructions);
    let tops =
        report.sources.iter().filter_map(|source| Some((source, instructions::find_hottest_line(source)?)));
    let Some((source, line)) = tops.max_by_key(|(_, line)| own_instructions(line)) else {
        return Some(words.say("cpu-top-function", &[("function", &function.name), ("share", &own)]));
    };
    let place = format!("{}:{}", source.path, line.number);
    let arguments = [
        ("function", function.name.as_str()),
        ("share", &own),
        ("place", &place),
        ("line-share", &share(own_instructions(line))),
    ];
    Some(words.say("cpu-top", &arguments))
}

fn own_instructions(line: &SourceLine) -> u64 {
    match line.figures.get(1) {
        Some(Cell::Count(count)) => *count,
        _ => 0,
    }
}

/// How it was counted, what the columns mean, and what is missing.
fn cpu_notes(report: &CpuReport, words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(cause) = &report.failure {
        notes.push(words.say("cpu-failed", &[("cause", cause)]));
    }
    let wall = format::nanoseconds(report.tool_wall_ns as f64);
    notes.push(words.say("cpu-how", &[("tool", &report.tool), ("wall", &wall)]));
    notes.push(words.get("cpu-inclusive"));
    if !report.sources.is_empty() {
        notes.push(words.get("cpu-hits"));
    }
    if report.cut_instructions > 0 {
        let share = report.cut_instructions as f64 / report.process_instructions.max(1) as f64;
        let callers = MAX_CALLERS.to_string();
        notes.push(words.say("cpu-cut", &[("share", &format::percent(share)), ("callers", &callers)]));
    }
    notes
}

fn omitted_functions_note(report: &CpuReport, shown: usize, words: &Words) -> Option<String> {
    let more = report.functions.len().saturating_sub(shown);
    (more > 0).then(|| words.say("cpu-left-out", &[("count", &format::count(more as u64))]))
}

fn render_cells(function: &CpuFunction, report: &CpuReport) -> [String; 5] {
    let share = function.exclusive_instructions as f64 / report.program_instructions.max(1) as f64;
    [
        prose::strip_controls(&function.name),
        format::count(function.calls),
        format::count(function.inclusive_instructions),
        format::count(function.exclusive_instructions),
        format::percent(share),
    ]
}

fn column_heads(words: &Words) -> [String; 5] {
    COLUMNS.map(|key| words.get(&format!("cpu-column-{key}")))
}

/// The functions, and what stands under them.
pub fn render_terminal(report: &CpuReport, words: &Words, width: usize) -> String {
    let mut table = Table::new();
    let fits = u16::try_from(width).unwrap_or(u16::MAX);
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(fits);
    table.set_header(column_heads(words));
    for function in report.functions.iter().take(MOST_ON_TERMINAL) {
        table.add_row(render_cells(function, report));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{table}\n");
    let under = omitted_functions_note(report, MOST_ON_TERMINAL, words)
        .into_iter()
        .chain(describe_hottest(report, words));
    for sentence in under.chain(cpu_notes(report, words)) {
        let _ = write!(text, "\n{}\n", prose::wrap(&sentence, width.min(110)).join("\n"));
    }
    text
}

/// The functions and sentences as Markdown.
pub fn render_summary(report: &CpuReport, words: &Words) -> String {
    let plain = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
    let title = words.say("cpu-title", &[("program", &report.program)]);
    let mut text = format!("# {}\n\n", plain(&title));
    if let Some(sentence) = describe_hottest(report, words) {
        let _ = writeln!(text, "{}\n", plain(&sentence));
    }
    let _ = writeln!(text, "| {} |\n|---|--:|--:|--:|--:|", column_heads(words).join(" | "));
    for function in report.functions.iter().take(MOST_FUNCTIONS) {
        let _ = writeln!(text, "| {} |", render_cells(function, report).map(|cell| plain(&cell)).join(" | "));
    }
    for note in
        omitted_functions_note(report, MOST_FUNCTIONS, words).into_iter().chain(cpu_notes(report, words))
    {
        let _ = write!(text, "\n{}\n", plain(&note));
    }
    text + "\n![](flamegraph.svg)\n"
}

/// One file with every picture in it.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_page(report: &CpuReport, flamegraph_svg: &str, words: &Words) -> Result<String, RenderError> {
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

#[cfg(test)]
mod tests;
