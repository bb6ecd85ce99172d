//! Whom a run is compared with, and how it stands: the one rule that the terminal, the Markdown and the page share.

use crate::format;
use heaplab_record::{Language, Run};

/// The run that `run` is held against: the marked one of its own lesson folder, or of the report where the folder has none,
/// that did the same work, in its own language. Python scripts carry no mark, so theirs is the script that is named like the Rust baseline.
pub fn find_baseline<'a>(run: &Run, runs: &'a [Run]) -> Option<&'a Run> {
    let near = |other: &&Run| other.section == run.section;
    let marked = |other: &&Run| {
        other.baseline && other.language == Language::Rust && other.work_group == run.work_group
    };
    let of_rust = runs.iter().filter(near).find(marked).or_else(|| runs.iter().find(marked))?;
    let namesake = |other: &&Run| {
        other.language == run.language && other.variant == of_rust.variant && other.section == of_rust.section
    };
    runs.iter().find(namesake)
}

/// How a run stands to its baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BaselineComparison {
    /// It is the baseline.
    IsBaseline,
    /// The change in percent; `per_row` where the two ran at different scales.
    Change { change: String, per_row: bool, part: f64 },
}

/// Compares peak live heap, or peak RSS where neither has a heap probe. `None` where there is nothing to compare: a peak
/// of one kind is never held against a peak of the other.
pub(crate) fn compare_with_baseline(run: &Run, baseline: Option<&Run>) -> Option<BaselineComparison> {
    let baseline = baseline?;
    let (mine, theirs) = match (&run.heap, &baseline.heap) {
        (Some(mine), Some(theirs)) => (mine.peak_bytes, theirs.peak_bytes),
        (None, None) => (run.plain.as_ref()?.peak_rss_bytes?, baseline.plain.as_ref()?.peak_rss_bytes?),
        _ => return None,
    };
    if is_same_variant(run, baseline) {
        return Some(BaselineComparison::IsBaseline);
    }
    let per_row = run.rows != baseline.rows;
    let (value, of) = if per_row {
        // Cross-multiplied, so that a few bytes a row keep their digits.
        (widen(mine) * widen(baseline.rows), widen(theirs) * widen(run.rows))
    } else {
        (widen(mine), widen(theirs))
    };
    let shrink = (value.max(of) / widen(u64::MAX)) + 1;
    let change = format::change((value / shrink) as u64, (of / shrink) as u64)?;
    Some(BaselineComparison::Change { change, per_row, part: value as f64 / of as f64 })
}

/// Whether two entries are of one variant.
pub(crate) fn is_same_variant(one: &Run, other: &Run) -> bool {
    one.section == other.section && one.variant == other.variant && one.language == other.language
}

fn widen(value: u64) -> u128 {
    u128::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn python_is_held_against_the_script_of_the_same_name() {
        let runs = fixture::runs();
        let slots_list = runs.iter().find(|run| run.variant == "slots_list").expect("in the fixture");
        let baseline = find_baseline(slots_list, &runs).expect("there is python's list_dict");
        assert_eq!((baseline.variant.as_str(), baseline.language), ("list_dict", Language::Python));
        // 8.5.1 has no Python list.
        assert_eq!(find_baseline(&runs[4], &runs), None);
        assert_eq!(find_baseline(&runs[1], &runs).map(|run| run.variant.as_str()), Some("list"));
    }

    #[test]
    fn other_work_is_held_against_nothing() {
        let mut runs = fixture::runs();
        runs[1].work_group = "other work".to_owned();
        assert_eq!(find_baseline(&runs[1], &runs), None);
    }

    #[test]
    fn a_folder_without_a_mark_is_held_against_the_reports() {
        let mut runs = fixture::runs();
        runs.iter_mut().filter(|run| run.section == "8.5.1").for_each(|run| run.baseline = false);
        for run in &runs {
            let baseline = find_baseline(run, &runs).expect("every run has one now");
            assert_eq!((baseline.variant.as_str(), baseline.language), ("list_dict", run.language));
        }
    }

    #[test]
    fn other_rows_are_compared_per_row() {
        let mut whole = fixture::rust("8.5.2", "list_dict", 2_000, 1, 1);
        let mut half = fixture::rust("8.5.2", "json", 2_000, 1, 1);
        whole.rows = 100;
        half.rows = 50;
        let expected = BaselineComparison::Change { change: "+100.0%".to_owned(), per_row: true, part: 2.0 };
        assert_eq!(compare_with_baseline(&half, Some(&whole)), Some(expected));
        assert_eq!(compare_with_baseline(&whole, Some(&whole)), Some(BaselineComparison::IsBaseline));
    }

    #[test]
    fn heap_is_never_held_against_rss() {
        let whole = fixture::rust("8.5.2", "list_dict", 2_000, 1, 1);
        let python = fixture::python("8.5.2", "list_dict", 2_000, 1);
        assert_eq!(compare_with_baseline(&python, Some(&whole)), None);
    }
}
