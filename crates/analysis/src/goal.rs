//! Whether a section reached its goal.

use heaplab_record::{GoalSpec, Language, Run};

/// Smaller than a part of a byte at any measured scale: `1 - 0.9` is not a tenth in binary.
const ROUNDING: f64 = 1e-12;

/// The best candidate against the goal.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalVerdict {
    /// The candidate with the lowest peak.
    pub variant: String,
    /// What it saves of the baseline's peak, as a part; `None` where the goal is a limit.
    pub reached: Option<f64>,
    /// Whether the goal is met.
    pub met: bool,
}

/// Why there is no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoalHindrance {
    /// Only peak live heap is compared.
    UnknownMetric(String),
    /// The baseline was not measured.
    NoBaseline,
    /// None of these candidates was measured.
    NoCandidate(Vec<String>),
    /// These candidates did other work than the baseline, or at other rows.
    NotComparable(Vec<String>),
    /// None of these candidates has a peak RSS.
    NoRss(Vec<String>),
}

/// Compares the best candidate's peak live heap with the baseline's, or its peak RSS with the
/// goal's limit. For the former, a candidate counts if it did the baseline's work at the baseline's
/// rows.
///
/// # Errors
/// If there is nothing to judge by.
pub fn judge_goal(spec: &GoalSpec, runs: &[Run]) -> Result<GoalVerdict, GoalHindrance> {
    if let Some(limit) = spec.under_bytes {
        let measured = spec.among.iter().filter_map(|name| Some((name, peak_rss_bytes(runs, name)?)));
        let (name, peak) =
            measured.min_by_key(|(_, peak)| *peak).ok_or_else(|| GoalHindrance::NoRss(spec.among.clone()))?;
        return Ok(GoalVerdict { variant: name.clone(), reached: None, met: peak < limit });
    }
    if spec.metric != "peak_bytes" {
        return Err(GoalHindrance::UnknownMetric(spec.metric.clone()));
    }
    let (baseline, from) = find_rust_peak(runs, &spec.baseline).ok_or(GoalHindrance::NoBaseline)?;
    let measured: Vec<(&Run, u64)> =
        spec.among.iter().filter_map(|name| find_rust_peak(runs, name)).collect();
    if measured.is_empty() {
        return Err(GoalHindrance::NoCandidate(spec.among.clone()));
    }
    let is_comparable =
        |run: &Run| run.work_group == baseline.work_group && run.rows == baseline.rows && from > 0;
    let comparable = measured.iter().filter(|(run, _)| is_comparable(run));
    let Some((run, peak)) = comparable.min_by_key(|(_, peak)| *peak) else {
        let names = measured.iter().map(|(run, _)| run.variant.clone()).collect();
        return Err(GoalHindrance::NotComparable(names));
    };
    let reached = 1.0 - *peak as f64 / from as f64;
    let met = reached >= spec.reduction - ROUNDING;
    Ok(GoalVerdict { variant: run.variant.clone(), reached: Some(reached), met })
}

/// A Rust run and its peak live heap, where the heap probe measured one.
pub fn find_rust_peak<'a>(runs: &'a [Run], variant: &str) -> Option<(&'a Run, u64)> {
    let run = find_rust_run(runs, variant)?;
    Some((run, run.heap.as_ref()?.peak_bytes))
}

/// The peak RSS of a Rust run, where the plain probe measured one.
pub fn peak_rss_bytes(runs: &[Run], variant: &str) -> Option<u64> {
    find_rust_run(runs, variant)?.plain.as_ref()?.peak_rss_bytes
}

fn find_rust_run<'a>(runs: &'a [Run], variant: &str) -> Option<&'a Run> {
    runs.iter().find(|run| run.language == Language::Rust && run.variant == variant)
}
