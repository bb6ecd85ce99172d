//! The machine and the build, as rows of a table.

use crate::{Words, format};
use heaplab_record::{Environment, Report};

/// Where and with what it was measured. What is not known is left out.
pub(crate) fn environment_rows(report: &Report, words: &Words) -> Vec<(String, String)> {
    let frames = words.get(if report.environment.frame_pointers { "yes" } else { "no" });
    let mut lines = machine_rows(&report.environment, words);
    lines.push((words.get("environment-frame-pointers"), frames));
    if !report.created_at.is_empty() {
        lines.push((words.get("environment-created"), report.created_at.clone()));
    }
    lines
}

/// The machine and the compiler only.
pub(crate) fn machine_rows(of: &Environment, words: &Words) -> Vec<(String, String)> {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let memory = (of.memory_bytes > 0)
        .then(|| format!("{} ({} B)", format::bytes(of.memory_bytes), format::count(of.memory_bytes)));
    let cores = (of.cores > 0).then(|| of.cores.to_string());
    let all = [
        ("environment-os", known(&of.os)),
        ("environment-cpu", known(&of.cpu)),
        ("environment-cores", cores),
        ("environment-memory", memory),
        ("environment-rustc", known(&of.rustc)),
        ("environment-python", of.python.clone()),
        ("environment-commit", known(&of.commit)),
    ];
    all.into_iter().filter_map(|(key, value)| Some((words.get(key), value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn what_is_not_known_is_left_out() {
        let words = Words::new(Lang::En);
        assert_eq!(environment_rows(&fixture::report(Lang::En), &words).len(), 9);
        let left = environment_rows(&fixture::empty_report(), &words);
        assert_eq!(left.len(), 2, "{left:?}");
    }
}
