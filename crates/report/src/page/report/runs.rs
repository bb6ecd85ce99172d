//! The table of runs, with short and exact figures.

use super::{NOT_MEASURED, bytes_cell, figure_cell};
use crate::against::{Against, describe_against};
use crate::attachments::tables;
use crate::table::TableCell;
use crate::{Words, cost, format, prose, wall};
use heaplab_record::{Language, Report, Run};

/// The runs of one lesson folder.
pub(super) struct RunSection {
    pub(super) number: String,
    pub(super) rows: Vec<RunRow>,
}

/// One row of the table of runs.
pub(super) struct RunRow {
    pub(super) variant: String,
    pub(super) about: String,
    pub(super) baseline: bool,
    pub(super) python: bool,
    pub(super) language: String,
    pub(super) rows: TableCell,
    pub(super) peak: TableCell,
    /// The peak as a percentage of the largest one.
    pub(super) bar: Option<String>,
    /// Live bytes per row at the end, anonymous and file RSS, allocations, wall time, the
    /// recorder's cost.
    pub(super) figures: Vec<TableCell>,
    /// How it stands to its baseline; `None` without one.
    pub(super) against: Option<Against>,
}

/// Runs by lesson folder, in the order of the report.
pub(super) fn build_sections(report: &Report, words: &Words) -> Vec<RunSection> {
    let most = report.runs.iter().filter_map(peak_bytes).max().unwrap_or(0);
    let mut sections: Vec<RunSection> = Vec::new();
    for run in &report.runs {
        let row = build_row(run, report, most, words);
        match sections.iter_mut().find(|section| section.number == run.section) {
            Some(section) => section.rows.push(row),
            None => sections.push(RunSection { number: run.section.clone(), rows: vec![row] }),
        }
    }
    sections
}

fn build_row(run: &Run, report: &Report, most: u64, words: &Words) -> RunRow {
    let plain = run.plain.as_ref();
    let one = prose::unit_singular(prose::unit_of_run(run, report), words);
    let each =
        run.allocations().and_then(|allocations| format::count_per_row(allocations, run.allocation_rows()));
    let slowdown = wall::timed_slowdown(run);
    RunRow {
        variant: run.variant.clone(),
        about: run.about.clone(),
        baseline: run.baseline,
        python: run.language == Language::Python,
        language: prose::language_of_run(run, words),
        rows: figure_cell(Some(format::scale(run.rows)), Some(format::count(run.rows))),
        peak: figure_cell(
            run.heap.as_ref().map(|heap| format::bytes_within(heap.peak_bytes, heap.peak_error_bytes)),
            peak_bytes(run).map(format::count),
        ),
        bar: peak_bytes(run)
            .filter(|_| most > 0)
            .map(|peak| format!("{:.2}", peak as f64 / most as f64 * 100.0)),
        figures: vec![
            tables::live_bytes_per_row_cell(run),
            bytes_cell(plain.and_then(|plain| plain.peak_rss_anon_bytes)),
            bytes_cell(plain.and_then(|plain| plain.peak_rss_file_bytes)),
            figure_cell(
                run.allocations().map(format::count),
                each.map(|each| words.say("each-row", &[("each", &each), ("one", &one)])),
            ),
            figure_cell(wall::format_wall(run, words), wall::format_repetitions(run)),
            TableCell {
                short: slowdown.map_or_else(|| NOT_MEASURED.to_owned(), |slowdown| format!("×{slowdown:.2}")),
                exact: run.heap.as_ref().and_then(|heap| cost::describe_memory_cost(heap, words)),
                is_figure: true,
            },
        ],
        against: describe_against(run, &report.runs, words),
    }
}

fn peak_bytes(run: &Run) -> Option<u64> {
    Some(run.heap.as_ref()?.peak_bytes)
}
