//! Predictions against what was measured, in words.

mod rules;

use crate::{Words, format, prose};
use heaplab_analysis::prediction::{PredictionOutcome, judge_prediction, measured_peak_bytes};
use heaplab_record::{Prediction, Report, Run};

/// A prediction beside its measurement, worded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredictionVerdict {
    /// The variant with its language.
    pub who: String,
    /// The prediction, such as `640 MB`.
    pub predicted: String,
    /// The measurement; absent where there is none, or at another scale.
    pub measured: Option<String>,
    /// Whether the prediction was near; `None` where it cannot be compared.
    pub is_near: Option<bool>,
    /// What to say of it, and of the rules that were missed.
    pub sentences: Vec<String>,
}

/// Every prediction of a report, in the order of its runs.
pub fn explain_predictions(report: &Report, words: &Words) -> Vec<PredictionVerdict> {
    report.predictions.iter().map(|prediction| explain_prediction(prediction, report, words)).collect()
}

fn explain_prediction(prediction: &Prediction, report: &Report, words: &Words) -> PredictionVerdict {
    let predicted_bytes = prediction.peak_bytes;
    let not_compared = |key: &str, asked: u64, rows: u64| {
        let (asked, rows) = (format::count(asked), format::count(rows));
        (None, None, vec![words.say(key, &[("asked", &asked), ("rows", &rows)])])
    };
    let (measured, is_near, sentences) = match judge_prediction(prediction, report) {
        PredictionOutcome::NotMeasured => not_compared("predict-not-measured", 0, 0),
        PredictionOutcome::OtherRows { rows, asked } => not_compared("predict-other-rows", asked, rows),
        PredictionOutcome::Compared { run, peak_bytes, is_near, rules } => {
            let mut sentences = vec![explain_outcome(predicted_bytes, peak_bytes, is_near, words)];
            let unit = prose::unit_singular(prose::unit_of_run(run, report), words);
            sentences.extend(rules.iter().map(|rule| rules::explain_rule(rule, &unit, words)));
            if !is_near && rules.is_empty() {
                sentences.push(words.get("predict-no-rule"));
            }
            (Some(format::bytes(peak_bytes)), Some(is_near), sentences)
        }
    };
    let who = prose::variant_name(prediction.language, &prediction.variant, words);
    PredictionVerdict { who, predicted: format::bytes(predicted_bytes), measured, is_near, sentences }
}

fn explain_outcome(predicted: u64, peak: u64, is_near: bool, words: &Words) -> String {
    let (key, times) = match (is_near, predicted < peak) {
        (true, _) => ("predict-near", 1.0),
        (false, true) => ("predict-low", peak as f64 / predicted.max(1) as f64),
        (false, false) => ("predict-high", predicted as f64 / peak.max(1) as f64),
    };
    words.say(
        key,
        &[
            ("said", &format::bytes(predicted)),
            ("was", &format::bytes(peak)),
            ("times", &format::ratio(times)),
            ("off", &format::percent((predicted as f64 / peak.max(1) as f64 - 1.0).abs())),
        ],
    )
}

/// The measured peaks of a report: the variant, its rows, its bytes.
pub fn list_measured_peaks(report: &Report, words: &Words) -> Vec<(String, u64, u64)> {
    let peak = |run: &Run| Some((prose::run_name(run, words), run.rows, measured_peak_bytes(run)?));
    report.runs.iter().filter_map(peak).collect()
}

/// What a peak was and what it is now.
pub fn explain_change(who: &str, before: u64, now: u64, words: &Words) -> String {
    let change = format::change(now, before).unwrap_or_default();
    let (before, now) = (format::bytes(before), format::bytes(now));
    words.say("predict-changed", &[("who", who), ("before", &before), ("now", &now), ("change", &change)])
}

#[cfg(test)]
mod tests;
