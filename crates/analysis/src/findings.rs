//! Our own findings against the figures of a run.

use crate::claims::find_attached_figure;
use heaplab_record::{Cell, Figure, FindingSpec, Run};

/// A finding that no figure can show.
#[derive(Debug, thiserror::Error)]
#[error("the finding \u{201c}{text}\u{201d} has {count} of `more_than` and `exactly`: write one of them")]
pub struct FindingError {
    text: String,
    count: usize,
}

/// Checks that every finding has one condition.
///
/// # Errors
/// For the first that has none, or two.
pub fn check_findings(specs: &[FindingSpec]) -> Result<(), FindingError> {
    let conditions = |spec: &FindingSpec| spec.more_than.iter().chain(&spec.exactly).count();
    match specs.iter().find(|spec| conditions(spec) != 1) {
        Some(spec) => Err(FindingError { text: spec.text.en.clone(), count: conditions(spec) }),
        None => Ok(()),
    }
}

/// The run of the finding's variant and the figure that it handed over.
pub fn read_finding<'a>(spec: &FindingSpec, runs: &'a [Run]) -> Option<(&'a Run, &'a Figure)> {
    let is_it = |run: &&Run| run.language == spec.language && run.variant == spec.variant;
    let run = runs.iter().find(is_it)?;
    Some((run, find_attached_figure(run, &spec.figure)?))
}

/// Whether the figure shows what the finding says; `None` for a figure that is neither bytes nor a
/// count.
pub fn is_shown(spec: &FindingSpec, figure: &Figure) -> Option<bool> {
    let value = match figure.value {
        Cell::Bytes(value) | Cell::Count(value) => value,
        _ => return None,
    };
    Some(
        spec.more_than.is_none_or(|least| value > least) && spec.exactly.is_none_or(|wanted| value == wanted),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_record::{Language, Text};

    fn finding(more_than: Option<u64>, exactly: Option<u64>) -> FindingSpec {
        FindingSpec {
            text: Text::new("pages count", "页也算"),
            language: Language::Python,
            variant: "mapped".to_owned(),
            figure: "pages".to_owned(),
            more_than,
            exactly,
        }
    }

    #[test]
    fn a_finding_has_one_condition() {
        assert!(check_findings(&[finding(Some(0), None), finding(None, Some(0))]).is_ok());
        for wrong in [finding(None, None), finding(Some(0), Some(1))] {
            let error = check_findings(&[finding(Some(0), None), wrong]).unwrap_err().to_string();
            assert!(error.contains("pages count") && error.contains("write one of them"), "{error}");
        }
    }

    #[test]
    fn the_figure_shows_it_or_not() {
        let figure = |value| Figure { name: "pages".to_owned(), title: Text::new("pages", "页"), value };
        let more = |value| is_shown(&finding(Some(0), None), &figure(value));
        assert_eq!((more(Cell::Bytes(1)), more(Cell::Bytes(0))), (Some(true), Some(false)));
        let exactly = |value| is_shown(&finding(None, Some(0)), &figure(value));
        assert_eq!((exactly(Cell::Count(0)), exactly(Cell::Count(1))), (Some(true), Some(false)));
        assert_eq!(more(Cell::Share(0.5)), None);
    }
}
