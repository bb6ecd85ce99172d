//! `summary.md` of a homework submission.

use super::{TaskLimits, describe_findings, describe_points, sanitize_text, total_sentence};
use crate::Words;
use crate::markdown::{code_span, escape_text, table_head, table_row};
use heaplab_record::HomeworkResult;
use std::fmt::Write as _;

/// The file. `wanted` has the limits of each task; `has_python` says that there is `curves.svg`.
pub fn render_summary(
    result: &HomeworkResult,
    wanted: &[TaskLimits],
    has_python: bool,
    words: &Words,
) -> String {
    let (name, id) = (sanitize_text(&result.name), sanitize_text(&result.id));
    let title = words.say("homework-title", &[("name", &name), ("id", &id)]);
    let mut out = format!("# {}\n\n{}\n\n", escape_text(&title), escape_text(&total_sentence(result, words)));
    out += &table_head(
        &["task", "points", "said"].map(|key| words.get(&format!("homework-column-{key}"))),
        1..1,
    );
    for (task, wanted) in result.tasks.iter().zip(wanted) {
        let said = describe_findings(task, wanted, words).join(&words.get("homework-joint"));
        out += &table_row(&[
            code_span(&task.task),
            escape_text(&describe_points(task, words)),
            escape_text(&said),
        ]);
    }
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "\n{}\n\n{}\n",
        escape_text(&words.get("homework-note-self")),
        escape_text(&words.get("homework-note-time"))
    );
    let both = has_python.then_some(("homework-heading-both", "curves.svg"));
    let pictures = std::iter::once(("homework-heading-curve", "curve.svg"))
        .chain(both)
        .chain([("homework-heading-flamegraph", "flamegraph.svg")]);
    for (key, file) in pictures {
        let heading = escape_text(&words.get(key));
        let _ = write!(out, "\n## {heading}\n\n![{heading}]({file})\n");
    }
    let _ = write!(out, "\n## {}\n\n", escape_text(&words.get("homework-heading-source")));
    out += &table_head(&[words.get("homework-column-file"), "SHA-256".to_owned()], 1..1);
    for file in &result.sources {
        out += &table_row(&[code_span(&sanitize_text(&file.name)), code_span(&file.sha256)]);
    }
    out
}
