//! Predictions against what was measured.

pub use crate::forgotten_rules::{ForgottenRule, RuleFigures};
use crate::forgotten_rules::{rules_that_add, rules_that_spare};
use crate::scale::requested_rows;
use heaplab_record::{Language, Prediction, Report, Run};

/// A prediction this near, as a share of the measured peak, is right: allocations are exact, people
/// are not.
const NEAR_SHARE: f64 = 0.1;
/// More rules than this nobody keeps in mind.
const MOST_RULES: usize = 3;

/// What became of a prediction.
#[derive(Clone, Debug, PartialEq)]
pub enum PredictionOutcome<'a> {
    /// The variant was not measured.
    NotMeasured,
    /// The variant ran at another scale than was asked for.
    OtherRows {
        /// Its rows.
        rows: u64,
        /// The rows that were asked for.
        asked: u64,
    },
    /// It was compared.
    Compared {
        /// The variant's run.
        run: &'a Run,
        /// Its measured peak.
        peak_bytes: u64,
        /// Whether the prediction was near.
        is_near: bool,
        /// The rules that were missed, the one that accounts for the most bytes first. Empty for a
        /// near prediction.
        rules: Vec<ForgottenRule>,
    },
}

/// Compares a prediction with the peak of its variant.
pub fn judge_prediction<'a>(prediction: &Prediction, report: &'a Report) -> PredictionOutcome<'a> {
    let is_same = |run: &&Run| run.variant == prediction.variant && run.language == prediction.language;
    let run = report.runs.iter().find(is_same);
    let Some((run, peak_bytes)) = run.and_then(|run| Some((run, measured_peak_bytes(run)?))) else {
        return PredictionOutcome::NotMeasured;
    };
    let asked = requested_rows(run, report);
    if run.rows != asked {
        return PredictionOutcome::OtherRows { rows: run.rows, asked };
    }
    let predicted = prediction.peak_bytes;
    let is_near = (predicted as f64 - peak_bytes as f64).abs() <= NEAR_SHARE * peak_bytes as f64;
    let rules = if is_near { Vec::new() } else { find_missed_rules(predicted, peak_bytes, run) };
    PredictionOutcome::Compared { run, peak_bytes, is_near, rules }
}

/// The quantity that is predicted: peak live heap; peak RSS for CPython where nothing can record it.
pub fn measured_peak_bytes(run: &Run) -> Option<u64> {
    match (&run.heap, run.language) {
        (Some(heap), _) => Some(heap.peak_bytes),
        (None, Language::Rust) => None,
        (None, Language::Python) => run.plain.as_ref()?.peak_rss_bytes,
    }
}

fn find_missed_rules(predicted: u64, peak_bytes: u64, run: &Run) -> Vec<ForgottenRule> {
    let missed = predicted.abs_diff(peak_bytes);
    let mut rules: Vec<ForgottenRule> = if predicted < peak_bytes {
        // What adds less than a hundredth of the miss explains nothing of it.
        rules_that_add(run).into_iter().filter(|rule| rule.bytes * 100 >= missed).collect()
    } else {
        rules_that_spare(run, predicted)
    };
    rules.retain(|rule| rule.bytes > 0);
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.bytes));
    rules.truncate(MOST_RULES);
    rules
}
