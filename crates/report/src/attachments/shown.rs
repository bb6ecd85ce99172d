//! Which attachments a report shows. Where several interpreters ran a script, what another one handed
//! over again is left out, and what is shown names every version that said it.

use crate::interpreters;
use heaplab_record::{Attachment, Cell, Report, Run};

/// An attachment of a run.
pub(crate) struct ShownAttachment<'a> {
    pub(crate) run: &'a Run,
    pub(crate) attachment: &'a Attachment,
    /// The interpreters that handed it over; empty for Rust, and where only one interpreter ran.
    pub(crate) versions: Vec<&'a str>,
}

impl ShownAttachment<'_> {
    /// `3.11.7, 3.9.18`; `None` without versions.
    pub(crate) fn versions_label(&self) -> Option<String> {
        (!self.versions.is_empty()).then(|| self.versions.join(", "))
    }
}

/// The attachments in the order of the runs; those of one variant from the oldest version on.
pub(crate) fn shown_attachments(report: &Report) -> Vec<ShownAttachment<'_>> {
    let mut shown: Vec<ShownAttachment<'_>> = Vec::new();
    for run in &report.runs {
        let version = interpreters::version_to_show(run, report);
        for attachment in &run.attachments {
            let same = |other: &&mut ShownAttachment<'_>| {
                version.is_some()
                    && other.run.interpreter != run.interpreter
                    && (&other.run.section, &other.run.variant) == (&run.section, &run.variant)
                    && says_the_same(other.attachment, attachment)
            };
            match (shown.iter_mut().find(same), version) {
                (Some(known), Some(version)) => {
                    known.versions.push(version);
                    known.versions.sort_by_key(|version| interpreters::version_key(version));
                }
                _ => shown.push(ShownAttachment { run, attachment, versions: version.into_iter().collect() }),
            }
        }
    }
    shown.sort_by_cached_key(|one| {
        let is_variant = |run: &Run| {
            (&run.section, &run.variant, run.language)
                == (&one.run.section, &one.run.variant, one.run.language)
        };
        let version = one.versions.first().map(|version| interpreters::version_key(version));
        (report.runs.iter().position(is_variant), version)
    });
    shown
}

/// A cell that is filled in from the run is another one in each run.
fn says_the_same(one: &Attachment, other: &Attachment) -> bool {
    let is_of_run = |attachment: &Attachment| match attachment {
        Attachment::Table(table) => table.rows.iter().flatten().any(|cell| *cell == Cell::LiveBytesARow),
        _ => false,
    };
    one == other && !is_of_run(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use heaplab_record::{Figure, Language, Table, Text};

    fn figure(count: u64) -> Attachment {
        let title = Text::new("references", "引用数");
        Attachment::Figure(Figure { name: "refs".to_owned(), title, value: Cell::Count(count) })
    }

    fn run(version: Option<&str>, attachment: Attachment) -> Run {
        Run {
            language: Language::Python,
            interpreter: version.map(str::to_owned),
            attachments: vec![attachment],
            ..fixture::bare("8.1", "ledger")
        }
    }

    fn labels(runs: Vec<Run>) -> Vec<Option<String>> {
        let report = Report { runs, ..fixture::report(Lang::En) };
        shown_attachments(&report).iter().map(ShownAttachment::versions_label).collect()
    }

    #[test]
    fn the_same_of_another_version_is_shown_once_with_both() {
        let runs = vec![run(None, figure(2)), run(Some("3.9.18"), figure(2)), run(Some("3.13.0"), figure(1))];
        assert_eq!(labels(runs), [Some("3.9.18, 3.11.2".to_owned()), Some("3.13.0".to_owned())]);
    }

    #[test]
    fn older_versions_come_first_and_variants_stay_in_their_order() {
        let other = Run { variant: "cycles".to_owned(), ..run(None, figure(9)) };
        let runs =
            vec![other, run(None, figure(2)), run(Some("3.13.0"), figure(1)), run(Some("3.9.18"), figure(3))];
        let expected = ["3.11.2", "3.9.18", "3.11.2", "3.13.0"].map(|version| Some(version.to_owned()));
        assert_eq!(labels(runs), expected);
    }

    #[test]
    fn one_interpreter_is_not_named() {
        assert_eq!(labels(vec![run(None, figure(2))]), [None]);
    }

    #[test]
    fn one_run_may_hand_over_the_same_twice() {
        let mut twice = run(None, figure(2));
        twice.attachments.push(figure(2));
        assert_eq!(labels(vec![twice, run(Some("3.9.18"), figure(3))]).len(), 3);
    }

    #[test]
    fn a_cell_that_the_run_fills_in_is_never_the_same() {
        let table = || {
            let rows = vec![vec![Cell::LiveBytesARow]];
            Attachment::Table(Table { title: Text::new("a", "a"), columns: vec![Text::new("b", "b")], rows })
        };
        assert_eq!(labels(vec![run(None, table()), run(Some("3.9.18"), table())]).len(), 2);
    }
}
