//! The table of runs: every figure written, the exact one under the short.

use super::{NOT_MEASURED, bytes, figure};
use crate::against::{self, Standing};
use crate::attachments::{self, Written};
use crate::{Words, cost, figures, format, notes, prose};
use heaplab_record::{Language, Report, Run};

/// The runs of one lesson folder.
pub(super) struct Section {
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
    pub(super) rows: Written,
    pub(super) peak: Written,
    /// The peak's part of the largest peak in the table, in percent.
    pub(super) bar: Option<String>,
    /// Live at the end a row, RSS anonymous and file, allocations, wall time, the recorder's cost.
    pub(super) figures: Vec<Written>,
    /// The change and whether it is a saving; absent without a baseline.
    pub(super) against: Option<(String, bool)>,
}

/// Runs by folder, in the order of the report.
pub(super) fn sections(report: &Report, words: &Words) -> Vec<Section> {
    let most = report.runs.iter().filter_map(peak).max().unwrap_or(0);
    let mut sections: Vec<Section> = Vec::new();
    for run in &report.runs {
        let row = run_row(run, report, most, words);
        match sections.iter_mut().find(|section| section.number == run.section) {
            Some(section) => section.rows.push(row),
            None => sections.push(Section { number: run.section.clone(), rows: vec![row] }),
        }
    }
    sections
}

fn run_row(run: &Run, report: &Report, most: u64, words: &Words) -> RunRow {
    let plain = run.plain.as_ref();
    let against = match against::standing(run, against::baseline_of(run, &report.runs)) {
        None => None,
        Some(Standing::Itself) => Some((words.get("baseline"), false)),
        Some(Standing::Change { change, per_row, part }) => {
            Some((format!("{change}{}", if per_row { notes::PER_ROW_MARK } else { "" }), part < 1.0))
        }
    };
    let one = prose::one(prose::unit(run, report), words);
    let each = run.counts.as_ref().and_then(|counts| figures::each_row(counts.allocations, run.rows));
    let wall = plain.and_then(|plain| format::median(&plain.wall_ns));
    let slowdown = run.heap.as_ref().and_then(|heap| heap.slowdown);
    RunRow {
        variant: run.variant.clone(),
        about: run.about.clone(),
        baseline: run.baseline,
        python: run.language == Language::Python,
        language: prose::language(run.language, words),
        rows: figure(Some(format::scale(run.rows)), Some(format::count(run.rows))),
        peak: bytes(run.heap.as_ref().map(|heap| heap.peak_bytes)),
        bar: peak(run).filter(|_| most > 0).map(|peak| format!("{:.2}", peak as f64 / most as f64 * 100.0)),
        figures: vec![
            attachments::live_bytes_a_row(run),
            bytes(plain.and_then(|plain| plain.peak_rss_anon_bytes)),
            bytes(plain.and_then(|plain| plain.peak_rss_file_bytes)),
            figure(
                run.counts.as_ref().map(|counts| format::count(counts.allocations)),
                each.map(|each| words.say("each-row", &[("each", &each), ("one", &one)])),
            ),
            figure(wall.map(format::nanoseconds), plain.map(|plain| format!("×{}", plain.repetitions))),
            Written {
                short: slowdown.map_or_else(|| NOT_MEASURED.to_owned(), |slowdown| format!("×{slowdown:.2}")),
                exact: run.heap.as_ref().and_then(|heap| cost::memory(heap, words)),
                is_figure: true,
            },
        ],
        against,
    }
}

fn peak(run: &Run) -> Option<u64> {
    Some(run.heap.as_ref()?.peak_bytes)
}
