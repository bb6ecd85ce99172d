//! `summary.md` of what is handed in.

use super::{Wanted, findings, harmless, points, total};
use crate::Words;
use crate::summary::{code, head, row, text};
use heaplab_record::HomeworkResult;
use std::fmt::Write as _;

/// The whole file. `wanted` stands beside the tasks.
pub fn summary(result: &HomeworkResult, wanted: &[Wanted], words: &Words) -> String {
    let (name, id) = (harmless(&result.name), harmless(&result.id));
    let title = words.say("homework-title", &[("name", &name), ("id", &id)]);
    let mut out = format!("# {}\n\n{}\n\n", text(&title), text(&total(result, words)));
    out += &head(&["task", "points", "said"].map(|key| words.get(&format!("homework-column-{key}"))), 1..1);
    for (task, wanted) in result.tasks.iter().zip(wanted) {
        let said = findings(task, wanted, words).join(&words.get("homework-joint"));
        out += &row(&[code(&task.task), text(&points(task, words)), text(&said)]);
    }
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "\n{}\n\n{}\n",
        text(&words.get("homework-note-self")),
        text(&words.get("homework-note-time"))
    );
    for (key, file) in
        [("homework-heading-curve", "curve.svg"), ("homework-heading-flamegraph", "flamegraph.svg")]
    {
        let heading = text(&words.get(key));
        let _ = write!(out, "\n## {heading}\n\n![{heading}]({file})\n");
    }
    let _ = write!(out, "\n## {}\n\n", text(&words.get("homework-heading-source")));
    out += &head(&[words.get("homework-column-file"), "SHA-256".to_owned()], 1..1);
    for file in &result.sources {
        out += &row(&[code(&harmless(&file.name)), code(&file.sha256)]);
    }
    out
}
