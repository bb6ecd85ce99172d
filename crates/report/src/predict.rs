//! Prediction against measure, and the rules that a missed prediction missed. A rule is named only where the run's own figures
//! show it, with the bytes that they show; one that explains nothing of the miss is not named.

mod rules;

use crate::{Words, format, prose};
use heaplab_record::{Language, Prediction, Report, Run};
use rules::ForgottenRule;

/// Nearer than this is right: allocations are exact, people are not.
const NEAR_SHARE: f64 = 0.1;
/// More rules than this nobody keeps in mind.
const MOST_RULES: usize = 3;

/// One prediction, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredictionVerdict {
    /// The variant with its language.
    pub who: String,
    /// What was said, in bytes as people write them.
    pub said: String,
    /// What was measured; absent where nothing was, or at another scale.
    pub was: Option<String>,
    /// Whether it was near; `None` where it cannot be held against anything.
    pub is_near: Option<bool>,
    /// What to say of it, and of the rules that were missed.
    pub sentences: Vec<String>,
}

/// Every prediction of a report, in the order of its runs.
pub fn judge_predictions(report: &Report, words: &Words) -> Vec<PredictionVerdict> {
    report.predictions.iter().map(|prediction| judge_prediction(prediction, report, words)).collect()
}

fn judge_prediction(prediction: &Prediction, report: &Report, words: &Words) -> PredictionVerdict {
    let same = |run: &&Run| run.variant == prediction.variant && run.language == prediction.language;
    let run = report.runs.iter().find(same);
    let who = prose::variant_name(prediction.language, &prediction.variant, words);
    let said = format::bytes(prediction.peak_bytes);
    let measured = run.and_then(|run| Some((run, measured_peak_bytes(run)?)));
    let untold = |key: &str, rows: u64| {
        let (asked, rows) = (format::count(report.rows_requested), format::count(rows));
        let sentence = words.say(key, &[("asked", &asked), ("rows", &rows)]);
        PredictionVerdict {
            who: who.clone(),
            said: said.clone(),
            was: None,
            is_near: None,
            sentences: vec![sentence],
        }
    };
    let Some((run, peak)) = measured else { return untold("predict-not-measured", 0) };
    if run.rows != report.rows_requested {
        return untold("predict-other-rows", run.rows);
    }
    let is_near = is_near(prediction.peak_bytes, peak);
    let mut sentences = vec![explain_outcome(prediction.peak_bytes, peak, is_near, words)];
    if !is_near {
        sentences.extend(explain_miss(prediction.peak_bytes, peak, run, report, words));
    }
    PredictionVerdict { who, said, was: Some(format::bytes(peak)), is_near: Some(is_near), sentences }
}

/// What is predicted: peak live heap; of CPython, which has no heap probe, peak RSS.
fn measured_peak_bytes(run: &Run) -> Option<u64> {
    match run.language {
        Language::Rust => Some(run.heap.as_ref()?.peak_bytes),
        Language::Python => run.plain.as_ref()?.peak_rss_bytes,
    }
}

fn is_near(said: u64, peak: u64) -> bool {
    (said as f64 - peak as f64).abs() <= NEAR_SHARE * peak as f64
}

fn explain_outcome(said: u64, peak: u64, is_near: bool, words: &Words) -> String {
    let said_text = format::bytes(said);
    let arguments = |times: f64| {
        [
            ("said", said_text.clone()),
            ("was", format::bytes(peak)),
            ("times", crate::figures::ratio(times)),
            ("off", format::percent((said as f64 / peak.max(1) as f64 - 1.0).abs())),
        ]
    };
    let (key, times) = match (is_near, said < peak) {
        (true, _) => ("predict-near", 1.0),
        (false, true) => ("predict-low", peak as f64 / said.max(1) as f64),
        (false, false) => ("predict-high", said as f64 / peak.max(1) as f64),
    };
    let arguments = arguments(times);
    let arguments: Vec<(&str, &str)> =
        arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.say(key, &arguments)
}

/// The rules that the figures show, what accounts for the most first.
fn explain_miss(said: u64, peak: u64, run: &Run, report: &Report, words: &Words) -> Vec<String> {
    let missed = said.abs_diff(peak);
    let mut shown: Vec<ForgottenRule> = match said < peak {
        // What adds a hundredth of the miss explains nothing of it.
        true => rules::rules_that_add(run).into_iter().filter(|rule| rule.bytes * 100 >= missed).collect(),
        false => rules::rules_that_spare(run, said),
    };
    shown.retain(|rule| rule.bytes > 0);
    shown.sort_by_key(|rule| std::cmp::Reverse(rule.bytes));
    shown.truncate(MOST_RULES);
    if shown.is_empty() {
        return vec![words.get("predict-no-rule")];
    }
    let unit = prose::unit_singular(prose::unit_of_run(run, report), words);
    shown.iter().map(|rule| rule.explain_rule(&unit, words)).collect()
}

/// The measured peaks of a report: whose, at which rows, bytes.
pub fn list_measured_peaks(report: &Report, words: &Words) -> Vec<(String, u64, u64)> {
    let peak = |run: &Run| {
        Some((prose::variant_name(run.language, &run.variant, words), run.rows, measured_peak_bytes(run)?))
    };
    report.runs.iter().filter_map(peak).collect()
}

/// What a peak was and is.
pub fn explain_change(who: &str, before: u64, now: u64, words: &Words) -> String {
    let change = format::change(now, before).unwrap_or_default();
    let (before, now) = (format::bytes(before), format::bytes(now));
    words.say("predict-changed", &[("who", who), ("before", &before), ("now", &now), ("change", &change)])
}

/// As lines for a terminal: the verdict behind its sign, the sentences under it. Empty without predictions.
pub fn render_predictions(report: &Report, words: &Words, width: usize) -> String {
    let mut out = Vec::new();
    for told in judge_predictions(report, words) {
        let sign = match told.is_near {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        out.push(format!("{sign} {}", told.who));
        for sentence in &told.sentences {
            let wrapped = prose::wrap(sentence, width.saturating_sub(4));
            out.extend(wrapped.into_iter().map(|line| format!("    {line}")));
        }
    }
    if out.is_empty() {
        String::new()
    } else {
        format!("{}\n{}", words.get("predict-heading"), out.join("\n"))
    }
}

#[cfg(test)]
mod tests;
