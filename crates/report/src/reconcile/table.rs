//! The reconciler's table: a row per tool with its figures of one run, and why they are not the
//! recorder's. Every reason is computed from the figures; what no rule accounts for is called not
//! explained, with its amount.

mod resident;

use super::format_grouped;
use crate::table::TableCell;
use crate::{Words, format, prose};
use heaplab_analysis::reconciliation::{
    ToolFigures, expect_outside_tool, expected_by_dhat_rule, outside_tool_figures, recorder_figures,
    resized_bytes, unexplained_gaps,
};
use heaplab_record::{OutsideFigures, OutsideOutcome, OutsideRun, OutsideTool, Reconciliation, Report, Run};

/// The columns of figures.
pub(crate) const COLUMNS: [&str; 4] = ["tool-blocks", "tool-bytes", "tool-peak", "tool-end"];

/// Shown for what a tool does not report.
const NOT_SAID: &str = "–";

/// One tool.
pub(crate) struct ToolRow {
    pub(crate) tool: String,
    /// A cell for each of [`COLUMNS`]; the small print is the difference from the recorder.
    pub(crate) cells: Vec<TableCell>,
    /// Why its figures differ from the recorder's.
    pub(crate) reason: String,
    /// Whether the rules account for every unit; `None` for the recorder itself, and for a tool
    /// that did not run.
    pub(crate) is_explained: Option<bool>,
}

/// The runs that external tools measured too; without any, the first that was reconciled.
pub(crate) fn select_runs(report: &Report) -> Vec<(&Run, &Reconciliation)> {
    let reconciled = || report.runs.iter().filter_map(|run| run.reconciliation.as_ref().map(|of| (run, of)));
    let looked_at: Vec<_> = reconciled().filter(|(_, of)| !of.outside_tools.is_empty()).collect();
    if looked_at.is_empty() { reconciled().take(1).collect() } else { looked_at }
}

/// The variant and the scale of the figures.
pub(crate) fn render_caption(run: &Run, of: &Reconciliation, unit: &str, words: &Words) -> String {
    let rows = format::count(of.rows);
    let caption = words.say("tools-of", &[("variant", &run.variant), ("rows", &rows), ("unit", unit)]);
    match of.outside_tools.is_empty() {
        true => format!("{caption} · {}", words.get("tools-not-asked")),
        false => caption,
    }
}

pub(crate) fn tool_rows(of: &Reconciliation, words: &Words) -> Vec<ToolRow> {
    let mut rows = vec![recorder_row(of, words), stats_alloc_row(of, words), dhat_row(of, words)];
    rows.extend(of.resident.as_ref().map(|resident| resident::resident_row(of, resident, words)));
    rows.extend(of.outside_tools.iter().map(|run| outside_tool_row(of, run, words)));
    rows
}

fn render_cells(figures: ToolFigures, recorded: [u64; 4]) -> Vec<TableCell> {
    let cell = |(index, (figure, recorded)): (usize, (Option<u64>, u64))| {
        let short = match figure {
            None => NOT_SAID.to_owned(),
            Some(blocks) if index == 0 => format::count(blocks),
            Some(bytes) => format::bytes(bytes),
        };
        let gap = figure.map(|figure| i128::from(figure) - i128::from(recorded)).filter(|gap| *gap != 0);
        TableCell { short, exact: gap.map(format_gap), is_figure: true }
    };
    figures.into_iter().zip(recorded).enumerate().map(cell).collect()
}

/// `+90,017`, or with a minus sign of the same width.
pub(crate) fn format_gap(gap: i128) -> String {
    if gap < 0 { format!("−{}", format_grouped(-gap)) } else { format!("+{}", format_grouped(gap)) }
}

fn recorder_row(of: &Reconciliation, words: &Words) -> ToolRow {
    ToolRow {
        tool: words.get("tool-recorder"),
        cells: render_cells(recorder_figures(of).map(Some), recorder_figures(of)),
        reason: words.get("gap-itself"),
        is_explained: None,
    }
}

fn stats_alloc_row(of: &Reconciliation, words: &Words) -> ToolRow {
    let figures = [Some(of.counts_allocations), Some(of.counts_bytes_allocated), None, of.counts_end_bytes];
    let rest = unexplained_gaps(figures, recorder_figures(of).map(i128::from));
    let mut reasons = vec![words.say("gap-counts", &[("grown", &format::bytes(of.heap_grown_bytes))])];
    reasons.extend(explain_unexplained(rest, words));
    build_row(words.get("tool-stats-alloc"), figures, of, reasons, rest, words)
}

fn dhat_row(of: &Reconciliation, words: &Words) -> ToolRow {
    let figures = [
        Some(of.dhat_total_blocks),
        Some(of.dhat_total_bytes),
        Some(of.dhat_peak_bytes),
        Some(of.dhat_end_bytes),
    ];
    let rest = unexplained_gaps(figures, expected_by_dhat_rule(of));
    let mut reasons = vec![explain_reallocations(of, true, words)];
    reasons.extend(explain_unexplained(rest, words));
    build_row(words.get("tool-dhat"), figures, of, reasons, rest, words)
}

/// `has_bytes` is whether the tool adds bytes up over the run.
fn explain_reallocations(of: &Reconciliation, has_bytes: bool, words: &Words) -> String {
    let key = match (of.heap_reallocations, has_bytes) {
        (0, _) => "gap-nothing-grew",
        (_, true) => "gap-reallocations",
        (_, false) => "gap-reallocations-blocks",
    };
    words.say(
        key,
        &[
            ("reallocations", &format::count(of.heap_reallocations)),
            ("resized", &format::bytes(of.heap_reallocated_bytes)),
            ("grown", &format::bytes(of.heap_grown_bytes)),
            ("more", &format_grouped(resized_bytes(of))),
        ],
    )
}

fn outside_tool_row(of: &Reconciliation, run: &OutsideRun, words: &Words) -> ToolRow {
    let name = match run.tool {
        OutsideTool::ValgrindDhat => words.get("tool-valgrind-dhat"),
        OutsideTool::Heaptrack => words.get("tool-heaptrack"),
    };
    let without = |reason| ToolRow {
        tool: name.clone(),
        cells: render_cells([None; 4], recorder_figures(of)),
        reason,
        is_explained: None,
    };
    match &run.outcome {
        OutsideOutcome::NotInstalled => without(words.get("gap-not-installed")),
        OutsideOutcome::Failed { cause } => {
            without(words.say("gap-failed", &[("cause", &prose::strip_controls(cause))]))
        }
        OutsideOutcome::Measured { version, whole, outside } => {
            let tool = format!("{name} ({})", prose::strip_controls(version));
            measured_tool_row(of, tool, whole, outside, words)
        }
    }
}

fn measured_tool_row(
    of: &Reconciliation,
    tool: String,
    whole: &OutsideFigures,
    outside: &OutsideFigures,
    words: &Words,
) -> ToolRow {
    let figures = outside_tool_figures(whole);
    let expected = expect_outside_tool(of, whole, outside);
    let mut reasons =
        vec![words.say("gap-outside", &[("parts", &list_parts(outside_tool_figures(outside), words))])];
    reasons.push(explain_reallocations(of, whole.total_bytes.is_some(), words));
    if expected.below_peak_bytes > 0 {
        reasons.push(words.say("gap-other-moment", &[("bytes", &format_grouped(expected.below_peak_bytes))]));
    }
    let rest = unexplained_gaps(figures, expected.figures);
    reasons.extend(explain_unexplained(rest, words));
    build_row(tool, figures, of, reasons, rest, words)
}

const PARTS: [&str; 4] = ["gap-part-blocks", "gap-part-bytes", "gap-part-peak", "gap-part-end"];

fn list_parts(figures: ToolFigures, words: &Words) -> String {
    let parts: Vec<String> = PARTS
        .iter()
        .zip(figures)
        .filter_map(|(key, figure)| Some(words.say(key, &[("figure", &format::count(figure?))])))
        .collect();
    prose::join_names(&parts, words)
}

fn explain_unexplained(rests: [i128; 4], words: &Words) -> Option<String> {
    let left: Vec<String> = PARTS
        .iter()
        .zip(rests)
        .filter(|(_, rest)| *rest != 0)
        .map(|(key, rest)| words.say(key, &[("figure", &format_gap(rest))]))
        .collect();
    (!left.is_empty()).then(|| words.say("gap-unexplained", &[("parts", &prose::join_names(&left, words))]))
}

fn build_row(
    tool: String,
    figures: ToolFigures,
    of: &Reconciliation,
    reasons: Vec<String>,
    rests: [i128; 4],
    words: &Words,
) -> ToolRow {
    ToolRow {
        tool,
        cells: render_cells(figures, recorder_figures(of)),
        reason: prose::join_sentences(&reasons, words),
        is_explained: Some(rests == [0; 4]),
    }
}

#[cfg(test)]
mod tests;
