//! What the two programs of a word print, line beside line.

use crate::Words;
use crate::markdown::{escape_text, table_head, table_row};
use std::fmt::Write as _;

/// Shown where a program does not print a line.
const NOT_PRINTED: &str = "–";

/// One run of a word's two programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimerRun {
    /// The word, such as `rc`.
    pub word: String,
    /// The interpreter's version, such as `3.11.7`.
    pub python_version: String,
    /// The lines, in the order of the Rust program; what only Python prints stands last.
    pub pairs: Vec<OutputPair>,
    /// A program that does not compile, if the word has one.
    pub refused: Option<RefusedProgram>,
}

/// A program that the compiler refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedProgram {
    /// Its path in the primer's folder.
    pub file: String,
    /// What the compiler says.
    pub message: String,
}

/// A line of the outputs, which have the form `label: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPair {
    /// What the line is about; the same in both languages.
    pub label: String,
    /// The value of the Rust program, if it prints the line.
    pub rust: Option<String>,
    /// The value of the Python program, if it prints the line.
    pub python: Option<String>,
}

impl OutputPair {
    /// Pairs the lines of the two outputs by their labels.
    pub fn from_outputs(rust: &str, python: &str) -> Vec<OutputPair> {
        let (rust, python) = (split_lines(rust), split_lines(python));
        let find = |lines: &[(String, String)], label: &str| {
            lines.iter().find(|(known, _)| known == label).map(|(_, value)| value.clone())
        };
        let own = rust.iter().map(|(label, value)| OutputPair {
            label: label.clone(),
            rust: Some(value.clone()),
            python: find(&python, label),
        });
        let only_python = python.iter().filter(|(label, _)| find(&rust, label).is_none());
        let only_python = only_python.map(|(label, value)| OutputPair {
            label: label.clone(),
            rust: None,
            python: Some(value.clone()),
        });
        own.chain(only_python).collect()
    }

    /// Whether both languages print the same.
    pub fn agrees(&self) -> bool {
        self.rust == self.python
    }

    /// Label, the two values, and whether they are equal.
    pub(super) fn cells(&self) -> [String; 4] {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| NOT_PRINTED.to_owned());
        let sign = if self.agrees() { "=" } else { "≠" };
        [self.label.clone(), value(&self.rust), value(&self.python), sign.to_owned()]
    }
}

/// Labels and values. A line without a colon is a label without a value.
fn split_lines(output: &str) -> Vec<(String, String)> {
    let split = |line: &str| {
        let (label, value) = line.split_once(':').unwrap_or((line, ""));
        (label.trim().to_owned(), value.trim().to_owned())
    };
    output.lines().filter(|line| !line.trim().is_empty()).map(split).collect()
}

impl PrimerRun {
    /// The heads of the table of lines.
    pub(super) fn heads(&self, words: &Words) -> [String; 4] {
        let python = words.say("primer-python", &[("version", &self.python_version)]);
        [words.get("primer-line"), words.get("language-rust"), python, words.get("primer-agrees")]
    }

    /// The table of lines for a Markdown text, and what the compiler refuses.
    pub(super) fn render_markdown(&self, words: &Words) -> String {
        let mut out = table_head(&self.heads(words), 1..3);
        for pair in &self.pairs {
            out += &table_row(&pair.cells().map(|cell| escape_text(&cell)));
        }
        if let Some(refused) = &self.refused {
            let file = format!("[`{0}`]({0})", refused.file);
            let lead = words.say("primer-refused", &[("file", &file)]);
            let _ = write!(out, "\n{lead}\n\n```text\n{}\n```\n", refused.message.trim_end());
        }
        out
    }
}
