//! Instructions by function: the sentences and cells that the terminal, the page and the Markdown
//! share.

use crate::{Words, format, instructions, prose};
use heaplab_profile::callgrind::MAX_CALLERS;
use heaplab_record::{Cell, CpuFunction, CpuReport, SourceLine};

/// Functions that a file lists.
pub(crate) const MOST_FUNCTIONS: usize = 30;

const COLUMNS: [&str; 5] = ["function", "calls", "inclusive", "exclusive", "share"];

/// What is most expensive, computed from the figures.
pub(crate) fn describe_hottest(report: &CpuReport, words: &Words) -> Option<String> {
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

pub(crate) fn own_instructions(line: &SourceLine) -> u64 {
    match line.figures.get(1) {
        Some(Cell::Count(count)) => *count,
        _ => 0,
    }
}

/// How it was counted, what the columns mean, and what is missing.
pub(crate) fn cpu_notes(report: &CpuReport, words: &Words) -> Vec<String> {
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

pub(crate) fn omitted_functions_note(report: &CpuReport, shown: usize, words: &Words) -> Option<String> {
    let more = report.functions.len().saturating_sub(shown);
    (more > 0).then(|| words.say("cpu-left-out", &[("count", &format::count(more as u64))]))
}

pub(crate) fn render_cells(function: &CpuFunction, report: &CpuReport) -> [String; 5] {
    let share = function.exclusive_instructions as f64 / report.program_instructions.max(1) as f64;
    [
        prose::strip_controls(&function.name),
        format::count(function.calls),
        format::count(function.inclusive_instructions),
        format::count(function.exclusive_instructions),
        format::percent(share),
    ]
}

pub(crate) fn column_heads(words: &Words) -> [String; 5] {
    COLUMNS.map(|key| words.get(&format!("cpu-column-{key}")))
}

#[cfg(test)]
mod tests;
