//! `gradebook.csv`, by RFC 4180.
//!
//! A spreadsheet runs a field that begins with one of a few characters as a formula. Every field
//! that a student could have written gets an apostrophe before such a character (OWASP, "CSV
//! Injection", <https://owasp.org/www-community/attacks/CSV_Injection>). Quotes alone do not help:
//! a spreadsheet removes them first.

use super::{flag_name, source_name, status_name};
use crate::homework::sanitize_text;
use heaplab_record::{Gradebook, GradebookEntry};

/// The columns before the tasks.
const BEFORE: [&str; 9] = ["bundle", "id", "name", "status", "points", "score", "of", "bonus", "bonus_of"];
/// The columns after the tasks.
const AFTER: [&str; 8] = [
    "submitted_at",
    "submitted_says",
    "late_seconds",
    "file_time",
    "reasons",
    "flags",
    "source_sha256",
    "graded_at",
];
/// Without it spreadsheets read UTF-8 as the machine's code page, and Chinese names are lost.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// One row per submission, with a column per task. Lists within a field are separated by `;`, and
/// what is unknown is empty.
pub fn gradebook_csv(book: &Gradebook) -> String {
    let tasks = task_columns(book);
    let heads = BEFORE.iter().chain(&tasks).chain(&AFTER).map(|&head| head.to_owned()).collect();
    let rows = book.entries.iter().map(|entry| row_fields(entry, &tasks));
    let text = write_rows(std::iter::once(heads).chain(rows));
    format!("{BYTE_ORDER_MARK}{text}")
}

fn write_rows(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Rows of one length into memory: nothing can fail.
        let _ = writer.write_record(row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// All tasks, in the order of their first occurrence.
fn task_columns(book: &Gradebook) -> Vec<&str> {
    let mut tasks: Vec<&str> = Vec::new();
    for task in book.entries.iter().flat_map(|entry| &entry.tasks) {
        if !tasks.contains(&task.task.as_str()) {
            tasks.push(&task.task);
        }
    }
    tasks
}

fn row_fields(entry: &GradebookEntry, tasks: &[&str]) -> Vec<String> {
    let points = |task: &&str| {
        let found = entry.tasks.iter().find(|of| of.task == **task);
        found.map(|of| of.score.to_string()).unwrap_or_default()
    };
    let mut fields =
        vec![defuse_formula(&entry.bundle), defuse_formula(&entry.id), defuse_formula(&entry.name)];
    fields.push(status_name(entry.status).to_owned());
    fields.extend(
        [entry.points, entry.score, entry.of, entry.bonus, entry.bonus_of].map(|points| points.to_string()),
    );
    fields.extend(tasks.iter().map(points));
    let submitted = entry.submitted.as_ref();
    let reasons: Vec<&str> = entry.reasons.iter().map(|reason| reason.code.as_str()).collect();
    let flags: Vec<&str> = entry.flags.iter().map(|flag| flag_name(flag.kind)).collect();
    fields.extend([
        defuse_formula(submitted.map_or("", |submitted| &submitted.at)),
        submitted.map_or("", |submitted| source_name(submitted.says)).to_owned(),
        entry.late_seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
        entry.file_time.clone().unwrap_or_default(),
        defuse_formula(&reasons.join(";")),
        flags.join(";"),
        defuse_formula(&entry.source_sha256),
        entry.graded_at.clone(),
    ]);
    fields
}

/// Text of a student on one line and not as a formula, also not behind spaces or with full-width
/// characters.
fn defuse_formula(text: &str) -> String {
    let text = sanitize_text(text);
    let first = text.trim_start().chars().next();
    let is_formula =
        first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%'));
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::fixture;

    #[test]
    fn a_line_a_submission() {
        let text = gradebook_csv(&fixture::book());
        let lines: Vec<&str> = text.trim_start_matches(BYTE_ORDER_MARK).split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1 + fixture::book().entries.len());
        assert!(
            lines[0].starts_with(
                "bundle,id,name,status,points,score,of,bonus,bonus_of,required.list,required.generator,"
            ),
            "{}",
            lines[0]
        );
        assert!(
            lines[1].starts_with(
                "s001.zip,s001,李雷,pass,108,96,100,12,20,38,58,12,2026-11-30T08:00:00Z,claimed,-57540,"
            ),
            "{}",
            lines[1]
        );
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "no line break of a name's own");
    }

    #[test]
    fn a_name_is_no_formula() {
        for (written, made) in [
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            ("+1", "'+1"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("  =1", "'  =1"),
            ("\r=1", "'=1"),
            ("＝1", "'＝1"),
            ("a\nb", "a b"),
            ("Ann, \"A\"", "\"Ann, \"\"A\"\"\""),
            ("\u{1b}[2J\u{202e}x", "x"),
            ("李雷", "李雷"),
        ] {
            let row = vec![defuse_formula(written), String::new()];
            assert_eq!(write_rows([row].into_iter()), format!("{made},\r\n"), "{written:?}");
        }
        let mut book = fixture::book();
        for entry in &mut book.entries {
            let evil = "=cmd|'/c calc'!A1";
            (entry.name, entry.id, entry.bundle) = (evil.into(), evil.into(), evil.into());
        }
        let text = gradebook_csv(&book);
        for field in text.trim_start_matches(BYTE_ORDER_MARK).split(['\n', ',']) {
            assert!(!field.starts_with(['=', '@', '+', '\t']), "{field}");
        }
    }
}
