//! What a measurement of a section prints under its table.

use crate::cli::LessonOptions;
use crate::exit::ExitReason;
use crate::publish::report_link;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_record::Report;
use heaplab_report::{Words, terminal as lines};
use std::path::Path;

/// Prints what stands under the table. `Err` is what the command ends with: a variant failed, or
/// the goal is missed.
pub(super) fn print_outcome(
    report: &Report,
    place: &Path,
    terminal: &Terminal,
    words: &Words,
    options: &LessonOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    let (width, color) = (Terminal::width_columns(), Terminal::has_color());
    let grown = heaplab_report::growth::summarize_growth(report, words).join("\n");
    if !grown.is_empty() {
        terminal.print_result(&format!("\n{grown}"));
    }
    for part in [
        lines::render_predictions(report, words, width),
        lines::render_notes(report, words, width),
        lines::render_versions(report, words, width),
        lines::render_tools(report, words, width),
        lines::render_claims(&report.claims, words, width, color),
        lines::render_findings(&report.findings, words, width, color),
    ] {
        if !part.trim().is_empty() {
            terminal.print_result(&format!("\n{part}"));
        }
    }
    if let Some(goal) = &report.goal {
        terminal.print_result(&format!("\n{}", lines::render_goal(goal, &report.runs, words, color)));
    }
    report_link::print_location(&place.join("report.html"), "report-is-at", options.open, terminal, words)?;
    report_link::print_picture_locations(place, &heaplab_report::picture_stems(report), terminal, words);
    if !report.failed.is_empty() {
        let names: Vec<String> = report
            .failed
            .iter()
            .map(|failure| format!("{} ({})", failure.variant, failure.probe.name()))
            .collect();
        return Err(
            ExitReason::CheckFailed(format!("failed: {}; the report says how", names.join(", "))).into()
        );
    }
    match report.goal.as_ref().and_then(|goal| goal.met) {
        Some(false) => Err(ExitReason::CheckFailed("the goal is missed".into()).into()),
        _ => Ok(()),
    }
}
