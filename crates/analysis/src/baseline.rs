//! Which run a run is compared with, and how it stands: the rule that the terminal, the Markdown,
//! the page and the pictures share.

use heaplab_record::{Language, Run};

/// The run that `run` is compared with: the marked one of its own lesson folder, or of the report
/// where the folder has none, that did the same work, in its own language. Python scripts carry no
/// mark: theirs is the script with the name of the Rust baseline.
pub fn find_baseline<'a>(run: &Run, runs: &'a [Run]) -> Option<&'a Run> {
    let near = |other: &&Run| other.section == run.section;
    let marked = |other: &&Run| {
        other.baseline && other.language == Language::Rust && other.work_group == run.work_group
    };
    let of_rust = runs.iter().filter(near).find(marked).or_else(|| runs.iter().find(marked))?;
    let namesake = |other: &&Run| {
        other.language == run.language
            && other.interpreter == run.interpreter
            && other.variant == of_rust.variant
            && other.section == of_rust.section
    };
    runs.iter().find(namesake)
}

/// How a run stands to its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BaselineComparison {
    /// It is the baseline.
    IsBaseline,
    /// It has another figure.
    Change {
        /// The figures to compare, per row where `per_row` is set.
        change: RelativeChange,
        /// Whether the two ran at different scales.
        per_row: bool,
        /// The run's figure as a part of the baseline's.
        part: f64,
    },
}

/// A figure and that of its baseline, which is not 0. Only their ratio has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelativeChange {
    /// The run's.
    pub value: u64,
    /// The baseline's.
    pub baseline: u64,
}

/// Compares peak live heap, or peak RSS where neither has a heap probe. `None` where there is
/// nothing to compare: a peak of one kind is never compared with a peak of the other.
pub fn compare_with_baseline(run: &Run, baseline: Option<&Run>) -> Option<BaselineComparison> {
    let baseline = baseline?;
    let rss = |run: &Run| Some((run.plain.as_ref()?.peak_rss_bytes?, run.rows));
    let ((mine, my_rows), (theirs, their_rows)) = match (&run.heap, &baseline.heap) {
        (Some(mine), Some(theirs)) => ((mine.peak_bytes, mine.rows), (theirs.peak_bytes, theirs.rows)),
        (None, None) => (rss(run)?, rss(baseline)?),
        _ => return None,
    };
    if is_same_variant(run, baseline) {
        return Some(BaselineComparison::IsBaseline);
    }
    let per_row = my_rows != their_rows;
    // Cross-multiplied, so that a few bytes per row keep their digits.
    let factors = if per_row { (their_rows, my_rows) } else { (1, 1) };
    let value = u128::from(mine) * u128::from(factors.0);
    let of = u128::from(theirs) * u128::from(factors.1);
    let shrink = (value.max(of) / u128::from(u64::MAX)) + 1;
    let change = RelativeChange { value: (value / shrink) as u64, baseline: (of / shrink) as u64 };
    let part = value as f64 / of as f64;
    (change.baseline > 0).then_some(BaselineComparison::Change { change, per_row, part })
}

/// Whether two runs are of one variant.
pub fn is_same_variant(one: &Run, other: &Run) -> bool {
    one.section == other.section
        && one.variant == other.variant
        && one.language == other.language
        && one.interpreter == other.interpreter
}
