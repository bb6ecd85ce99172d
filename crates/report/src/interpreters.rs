//! Which interpreters ran the Python variants of a report.

use heaplab_record::{Language, Report, Run};

/// An interpreter of CPython that ran at least one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter<'a> {
    /// [`Run::interpreter`] of its runs: `None` for the first one.
    pub(crate) label: Option<&'a str>,
    /// Such as `3.11.7`.
    pub(crate) version: &'a str,
}

/// The interpreters from the oldest version to the newest.
pub(crate) fn list_interpreters(report: &Report) -> Vec<Interpreter<'_>> {
    let mut found: Vec<Interpreter<'_>> = Vec::new();
    for run in report.runs.iter().filter(|run| run.language == Language::Python) {
        let label = run.interpreter.as_deref();
        if found.iter().all(|known| known.label != label) {
            found.push(Interpreter { label, version: label.unwrap_or_else(|| first_version(report)) });
        }
    }
    found.sort_by_key(|interpreter| version_key(interpreter.version));
    found
}

/// Whether a name of a Python variant needs its version, because another interpreter ran it too.
pub(crate) fn ran_several(report: &Report) -> bool {
    report.runs.iter().any(|run| run.interpreter.is_some())
}

/// The version of the interpreter that ran it; `None` for Rust, and where only one interpreter ran.
pub(crate) fn version_to_show<'a>(run: &'a Run, report: &'a Report) -> Option<&'a str> {
    let is_needed = run.language == Language::Python && ran_several(report);
    is_needed.then(|| run.interpreter.as_deref().unwrap_or_else(|| first_version(report)))
}

/// The parts of a version as numbers, so that 3.9 comes before 3.13.
pub(crate) fn version_key(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

/// The last word of `Python 3.11.7`.
fn first_version(report: &Report) -> &str {
    let named = report.environment.python.as_deref().unwrap_or_default();
    named.rsplit(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn the_oldest_interpreter_comes_first_and_one_alone_is_not_named() {
        let mut report = fixture::report(Lang::En);
        assert_eq!(list_interpreters(&report), [Interpreter { label: None, version: "3.11.2" }]);
        let python = report.runs.iter().position(|run| run.language == Language::Python).unwrap();
        assert_eq!(version_to_show(&report.runs[python], &report), None);
        let newer = Run { interpreter: Some("3.9.18".to_owned()), ..report.runs[python].clone() };
        report.runs.insert(0, newer);
        let versions: Vec<&str> = list_interpreters(&report).iter().map(|one| one.version).collect();
        assert_eq!(versions, ["3.9.18", "3.11.2"]);
        assert_eq!(version_to_show(&report.runs[0], &report), Some("3.9.18"));
        assert_eq!(version_to_show(&report.runs[python + 1], &report), Some("3.11.2"));
        assert_eq!(version_to_show(&report.runs[1], &report), None, "Rust has no interpreter");
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        assert!(version_key("3.9.18") < version_key("3.13.0"));
        assert!(version_key("3.13") < version_key("3.13.0"));
    }
}
