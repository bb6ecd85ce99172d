//! The output of `cargo xtask bench gradebook`: one line per kind of submission, and the rate.

use super::status_name;
use crate::{Words, format};
use heaplab_record::{GradedClass, GradedKind};
use unicode_width::UnicodeWidthStr as _;

const COLUMNS: [&str; 5] = ["kind", "count", "wanted", "came-out", "otherwise"];

/// For a terminal.
pub fn class_table(class: &GradedClass, words: &Words) -> String {
    let mut rows = vec![table_heads(words)];
    rows.extend(class.kinds.iter().map(|kind| kind_cells(kind, words)));
    let mut widths = [0; 4];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let set = |row: &[String; 5]| {
        let fixed = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{} ", " ".repeat(width - cell.width())));
        format!("{}{}", fixed.collect::<String>(), row[4]).trim_end().to_owned()
    };
    let lines: Vec<String> = rows.iter().map(set).collect();
    format!("{}\n\n{}\n", lines.join("\n"), summarize_class(class, words))
}

/// The same as Markdown.
pub fn class_markdown(class: &GradedClass, words: &Words) -> String {
    let line = |row: [String; 5]| format!("| {} |\n", row.join(" | "));
    let mut text = format!("# {}\n\n{}\n\n", words.get("class-title"), summarize_class(class, words));
    text += &line(table_heads(words));
    text += "|---|--:|---|---|---|\n";
    class.kinds.iter().for_each(|kind| text += &line(kind_cells(kind, words)));
    text
}

/// A sentence with the totals.
fn summarize_class(class: &GradedClass, words: &Words) -> String {
    let seconds = class.wall_ns as f64 / 1e9;
    let rate = format!("{:.1}", f64::from(class.submissions) * 60.0 / seconds.max(1e-3));
    let (all, hostile) = (class.submissions.to_string(), class.hostile.to_string());
    let lost = class.lost.len().to_string();
    let unlike: u32 = class.kinds.iter().map(|kind| kind.count - kind.as_expected).sum();
    let (unlike, time) = (unlike.to_string(), format::nanoseconds(class.wall_ns as f64));
    let cores = class.environment.cores.to_string();
    words.say(
        "class-sentence",
        &[
            ("all", &all),
            ("hostile", &hostile),
            ("lost", &lost),
            ("unlike", &unlike),
            ("time", &time),
            ("rate", &rate),
            ("cores", &cores),
        ],
    )
}

fn table_heads(words: &Words) -> [String; 5] {
    COLUMNS.map(|key| words.get(&format!("class-{key}")))
}

fn kind_cells(kind: &GradedKind, words: &Words) -> [String; 5] {
    let sort = words.get(if kind.hostile { "class-hostile" } else { "class-honest" });
    let reason = kind.reason.as_ref().map(|reason| format!(" {reason}")).unwrap_or_default();
    [
        format!("{} ({sort})", kind.kind),
        kind.count.to_string(),
        format!("{}{reason}", status_name(kind.status)),
        format!("{} / {}", kind.as_expected, kind.count),
        kind.otherwise.join("; "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use heaplab_record::{Environment, GRADED_CLASS_SCHEMA, VerdictStatus};

    fn class() -> GradedClass {
        let kind = |kind: &str, hostile, status, count, as_expected, otherwise: &[&str]| GradedKind {
            kind: kind.to_owned(),
            hostile,
            status,
            reason: hostile.then(|| "bad_archive".to_owned()),
            count,
            as_expected,
            otherwise: otherwise.iter().map(|&one| one.to_owned()).collect(),
        };
        GradedClass {
            schema: GRADED_CLASS_SCHEMA.to_owned(),
            created_at: String::new(),
            environment: Environment { cores: 2, ..Environment::default() },
            seed: 1,
            submissions: 30,
            hostile: 10,
            lost: Vec::new(),
            wall_ns: 60_000_000_000,
            kinds: vec![
                kind("solved", false, VerdictStatus::Pass, 20, 20, &[]),
                kind("zip_bomb", true, VerdictStatus::Error, 10, 9, &["b0007.zip: fail too_few_points"]),
            ],
        }
    }

    #[test]
    fn what_came_out_otherwise_is_named_and_counted() {
        let words = Words::new(Lang::En);
        let table = class_table(&class(), &words);
        assert!(
            table.contains("error bad_archive")
                && table.contains("9 / 10")
                && table.contains("b0007.zip: fail"),
            "{table}"
        );
        assert!(table.contains("30 submissions, 10 of them hostile: 0 lost, 1 otherwise"), "{table}");
        assert!(table.contains("30.0 a minute on 2 cores"), "{table}");
        let other = GradedClass { wall_ns: 30_000_000_000, lost: vec!["b1".to_owned()], ..class() };
        assert!(
            summarize_class(&other, &words).contains("1 lost")
                && summarize_class(&other, &words).contains("60.0 a minute")
        );
        let markdown = class_markdown(&class(), &Words::new(Lang::Zh));
        assert!(
            markdown.contains("| zip_bomb（恶意）") || markdown.contains("zip_bomb (恶意)"),
            "{markdown}"
        );
    }
}
