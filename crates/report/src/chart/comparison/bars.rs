//! What `comparison.svg` shows: a group of bars per variant, one bar per interpreter that ran it.

use crate::interpreters::{self, Interpreter};
use crate::{Words, format, prose};
use heaplab_analysis::baseline::{
    BaselineComparison, ComparedQuantity, compare_with_baseline, find_baseline, is_same_variant,
};
use heaplab_analysis::prediction;
use heaplab_analysis::scale::requested_rows;
use heaplab_record::{Language, Report, Run};

/// Height of a row with one bar, in pixels.
const SINGLE: i32 = 30;
/// Height of each bar, with its gap, where a variant has several.
const STACKED: i32 = 18;
/// Space between groups of several bars.
const BETWEEN_GROUPS: i32 = 10;

/// A row of the chart.
pub(super) enum ChartRow<'a> {
    /// The number of a lesson's folder, as a heading, with its scale where the folders' scales differ.
    Folder(String),
    /// A variant, with a bar for each interpreter that ran it; a Rust variant has one.
    Group(Vec<VariantBar<'a>>),
}

impl ChartRow<'_> {
    /// In pixels.
    pub(super) fn height(&self) -> i32 {
        match self {
            ChartRow::Folder(_) => SINGLE,
            ChartRow::Group(bars) if bars.len() <= 1 => SINGLE,
            ChartRow::Group(bars) => STACKED * bars.len() as i32 + BETWEEN_GROUPS,
        }
    }
}

/// One bar.
pub(super) struct VariantBar<'a> {
    pub(super) run: &'a Run,
    pub(super) peak: Option<u64>,
    /// The baseline of a Rust run; the peak of the run itself where it is the baseline.
    pub(super) rust_baseline: Option<u64>,
    /// The index of its interpreter in [`interpreters::list_interpreters`]; `None` for Rust.
    pub(super) interpreter: Option<usize>,
    /// The version, where several interpreters ran.
    pub(super) version: Option<&'a str>,
    pub(super) says: String,
}

/// The compared figure: peak live heap. Peak RSS for CPython, where nothing can record it, and for a
/// variant that maps memory past the recorder.
pub(super) fn compared_peak(run: &Run) -> Option<u64> {
    if run.maps_memory {
        return run.plain.as_ref()?.peak_rss_bytes;
    }
    prediction::measured_peak_bytes(run)
}

/// Whether it is CPython with heap figures.
pub(super) fn is_recorded_python(run: &Run) -> bool {
    run.language == Language::Python && run.heap.is_some()
}

/// Lesson folders in the order of their numbers; variants as in the report.
pub(super) fn chart_rows<'a>(report: &'a Report, words: &Words) -> Vec<ChartRow<'a>> {
    let known = interpreters::list_interpreters(report);
    let mut folders: Vec<&str> = Vec::new();
    for run in &report.runs {
        if !folders.contains(&run.section.as_str()) {
            folders.push(&run.section);
        }
    }
    folders.sort_by_key(|folder| interpreters::version_key(folder));
    let mut rows = Vec::new();
    for folder in &folders {
        if folders.len() > 1 {
            rows.push(ChartRow::Folder(prose::name_lesson(folder, report, words)));
        }
        let mut groups: Vec<Vec<VariantBar<'a>>> = Vec::new();
        for run in report.runs.iter().filter(|run| run.section == **folder) {
            let bar = build_bar(run, &known, report, words);
            let is_same =
                |of: &VariantBar<'_>| of.run.variant == run.variant && of.run.language == run.language;
            match groups.iter_mut().find(|group| group.first().is_some_and(is_same)) {
                Some(group) => group.push(bar),
                None => groups.push(vec![bar]),
            }
        }
        for mut group in groups {
            group.sort_by_key(|bar| bar.interpreter);
            rows.push(ChartRow::Group(group));
        }
    }
    rows
}

fn build_bar<'a>(
    run: &'a Run,
    known: &[Interpreter<'_>],
    report: &'a Report,
    words: &Words,
) -> VariantBar<'a> {
    let baseline = find_baseline(run, &report.runs);
    let is_baseline = baseline.is_some_and(|baseline| is_same_variant(run, baseline));
    let mut parts = vec![compared_peak(run).map_or_else(|| words.get("chart-not-measured"), format::bytes)];
    let is_resident = run.language == Language::Python && run.heap.is_none();
    let is_marked = run.maps_memory || is_resident && report.runs.iter().any(is_recorded_python);
    if is_marked && compared_peak(run).is_some() {
        parts.push(words.get("chart-resident"));
    }
    let rows = run.heap.as_ref().map_or(run.rows, |heap| heap.rows);
    if rows != requested_rows(run, report) {
        let unit = prose::unit_of_run(run, report);
        parts.push(words.say("chart-rows", &[("rows", &format::scale(rows)), ("unit", unit)]));
    }
    if is_baseline {
        parts.push(words.get("chart-baseline"));
    } else if let Some(BaselineComparison::Change { quantity, per_row, part, is_noise, .. }) =
        compare_with_baseline(run, baseline)
    {
        let saving = match is_noise {
            true => words.get("chart-noise"),
            false => describe_saving(part, per_row, words),
        };
        // The bar of the baseline is its live heap, so its resident memory has to be named.
        let is_other = quantity == ComparedQuantity::ResidentMemory && run.maps_memory;
        let theirs = baseline.and_then(|run| run.plain.as_ref()?.peak_rss_bytes).filter(|_| is_other);
        parts.push(match theirs {
            Some(bytes) => {
                words.say("chart-against-rss", &[("saving", &saving), ("theirs", &format::bytes(bytes))])
            }
            None => saving,
        });
    }
    let place = |one: &Interpreter<'_>| one.label == run.interpreter.as_deref();
    VariantBar {
        run,
        peak: compared_peak(run),
        rust_baseline: baseline.filter(|_| run.language == Language::Rust).and_then(compared_peak),
        interpreter: known.iter().position(place).filter(|_| run.language == Language::Python),
        version: interpreters::version_to_show(run, report),
        says: parts.join(" · "),
    }
}

/// `saves 98.2 %`, `170.0 % more`, `as much`; per row where the scales differ.
fn describe_saving(part: f64, per_row: bool, words: &Words) -> String {
    let percent = format::percent((part - 1.0).abs());
    let said = match part {
        part if part < 1.0 => words.say("saving", &[("percent", &percent)]),
        part if part > 1.0 => words.say("chart-more", &[("percent", &percent)]),
        _ => words.get("chart-same"),
    };
    if per_row { words.say("chart-per-row", &[("saving", &said)]) } else { said }
}
