//! The grades of a class as files: `gradebook.csv` for spreadsheets, `results.json` for
//! Gradescope; `gradebook.html` is in `page`.
//!
//! Everything that a student could have written (a name, an id, a file's name) is treated as
//! hostile, and each format makes it harmless in its own way.

mod class;
mod csv;
mod gradescope;

pub use class::{class_markdown, class_table};
pub use csv::gradebook_csv;
pub use gradescope::gradescope_json;

use crate::{Words, prose};
use heaplab_record::{FlagKind, Gradebook, GradebookEntry, TimeSource, VerdictStatus};

/// All statuses, in the order in which they are listed.
pub const STATUSES: [VerdictStatus; 6] = [
    VerdictStatus::Pass,
    VerdictStatus::Fail,
    VerdictStatus::Unstable,
    VerdictStatus::Timeout,
    VerdictStatus::Oom,
    VerdictStatus::Error,
];

/// The number of entries by status, for the statuses that occur: `31 pass, 2 fail`.
pub fn describe_statuses(book: &Gradebook, words: &Words) -> String {
    let counted = STATUSES.map(|status| (status, count_status(book, status)));
    let said = counted.into_iter().filter(|&(_, count)| count > 0);
    let said: Vec<String> =
        said.map(|(status, count)| format!("{count} {}", status_text(status, words))).collect();
    prose::join_names(&said, words)
}

/// A status in words.
pub fn status_text(status: VerdictStatus, words: &Words) -> String {
    words.get(&format!("gradebook-status-{}", status_name(status)))
}

/// A status as it is named in files.
pub(crate) fn status_name(status: VerdictStatus) -> &'static str {
    match status {
        VerdictStatus::Pass => "pass",
        VerdictStatus::Fail => "fail",
        VerdictStatus::Error => "error",
        VerdictStatus::Unstable => "unstable",
        VerdictStatus::Timeout => "timeout",
        VerdictStatus::Oom => "oom",
    }
}

pub(crate) fn flag_name(kind: FlagKind) -> &'static str {
    match kind {
        FlagKind::Late => "late",
        FlagKind::TimesDisagree => "times_disagree",
        FlagKind::SameSource => "same_source",
        FlagKind::AlikeSource => "alike_source",
        FlagKind::SameId => "same_id",
        FlagKind::ClaimsDiffer => "claims_differ",
        FlagKind::Unfenced => "unfenced",
    }
}

pub(crate) fn source_name(source: TimeSource) -> &'static str {
    match source {
        TimeSource::Git => "git",
        TimeSource::Claimed => "claimed",
        TimeSource::File => "file",
    }
}

pub(crate) fn count_status(book: &Gradebook, status: VerdictStatus) -> usize {
    book.entries.iter().filter(|entry| entry.status == status).count()
}

pub(crate) fn has_flag(entry: &GradebookEntry, kind: FlagKind) -> bool {
    entry.flags.iter().any(|flag| flag.kind == kind)
}

#[cfg(test)]
pub(crate) mod fixture;
