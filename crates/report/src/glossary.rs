//! The words of the tables and what they mean: one list for pages, terminal and text. The sentences
//! stand in `i18n/{en,zh}/glossary.ftl`.

use crate::{Words, prose};
use std::fmt::Write as _;

/// Which reports have a word in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// Those of a section of the course.
    Lesson,
    /// Those of a program of the reader's own.
    Program,
    /// Both.
    All,
}

use Pages::{All, Lesson, Program};

/// Every word, the pages that have it, and the columns whose heads lead to it (`column-NAME` in the
/// texts).
const WORDS: &[(&str, Pages, &[&str])] = &[
    ("live", All, &["at-peak"]),
    ("peak", All, &["peak-live", "share", "peak", "tool-peak"]),
    ("end", All, &["end-a-row", "end-bytes", "end", "tool-end"]),
    ("block", All, &["peak-blocks", "total-blocks", "tool-blocks"]),
    ("bytes", All, &["total-bytes", "tool-bytes"]),
    ("allocation", All, &["allocations"]),
    ("reallocation", All, &["reallocations"]),
    ("birth", Lesson, &["births"]),
    ("site", All, &["function", "place"]),
    ("lifetime", All, &["mean-lifetime"]),
    ("rss", All, &[]),
    ("rss-anon", Lesson, &["rss-anon"]),
    ("rss-file", Lesson, &["rss-file"]),
    ("wall", All, &["wall", "recorder-wall"]),
    ("variant", Lesson, &["variant"]),
    ("program", Program, &["program"]),
    ("scale", Lesson, &["rows"]),
    ("baseline", Lesson, &["against"]),
    ("checksum", Lesson, &[]),
    ("claim", Lesson, &[]),
    ("probe", Lesson, &[]),
    ("recorder", All, &["slowdown", "heap-bytes"]),
    ("recording", All, &[]),
    ("dhat", Lesson, &["dhat-blocks", "dhat-bytes"]),
    ("stats-alloc", Lesson, &["counts-bytes"]),
    ("tool", Lesson, &["tool"]),
    ("reason", Lesson, &["reason"]),
    ("verdict", Lesson, &["verdict"]),
];

/// A word of the glossary in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GlossaryEntry {
    /// The id of its place on a page.
    pub(crate) anchor: String,
    /// The word.
    pub(crate) name: String,
    /// One or two sentences.
    pub(crate) meaning: String,
}

/// The words of these pages in the order of reading; `All` lists every word.
pub(crate) fn list_entries(pages: Pages, words: &Words) -> Vec<GlossaryEntry> {
    let has = |of: Pages| pages == All || of == All || of == pages;
    WORDS.iter().filter(|(_, of, _)| has(*of)).map(|(word, _, _)| entry(word, words)).collect()
}

fn entry(word: &str, words: &Words) -> GlossaryEntry {
    GlossaryEntry {
        anchor: format!("word-{word}"),
        name: words.get(&format!("glossary-{word}")),
        meaning: words.get(&format!("glossary-{word}-means")),
    }
}

/// The word that a column's head leads to.
pub(crate) fn find_column(column: &str, words: &Words) -> Option<GlossaryEntry> {
    let (word, _, _) = WORDS.iter().find(|(_, _, columns)| columns.contains(&column))?;
    Some(entry(word, words))
}

/// The glossary for a terminal, in lines of at most `width` columns.
pub fn render_terminal(words: &Words, width: usize) -> String {
    let mut lines = Vec::new();
    for entry in list_entries(All, words) {
        lines.push(entry.name);
        lines.extend(
            prose::wrap(&entry.meaning, width.saturating_sub(4)).iter().map(|line| format!("    {line}")),
        );
    }
    lines.join("\n")
}

/// The glossary as a Markdown text, a heading per word.
pub fn render_markdown(words: &Words) -> String {
    let mut out = format!("# {}\n\n{}\n", words.get("glossary-heading"), words.get("glossary-file-lead"));
    for entry in list_entries(All, words) {
        let _ = write!(out, "\n## {}\n\n{}\n", entry.name, entry.meaning);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use std::collections::BTreeSet;

    #[test]
    fn a_word_has_a_name_and_sentences_and_stands_once() {
        let mut seen = BTreeSet::new();
        let columns: Vec<&str> = WORDS.iter().flat_map(|(_, _, columns)| columns.iter().copied()).collect();
        assert_eq!(columns.iter().collect::<BTreeSet<_>>().len(), columns.len(), "a column of two words");
        for (lang, end) in [(Lang::En, '.'), (Lang::Zh, '。')] {
            for entry in list_entries(All, &Words::new(lang)) {
                assert!(seen.insert((lang.tag(), entry.name.clone())), "{} stands twice", entry.name);
                assert!(!entry.name.starts_with("glossary-"), "{} has no name", entry.anchor);
                let sentences = entry.meaning.matches(end).count();
                assert!(entry.meaning.ends_with(end) && (1..=2).contains(&sentences), "{}", entry.meaning);
            }
        }
    }

    #[test]
    fn the_terminal_keeps_its_width() {
        for lang in [Lang::En, Lang::Zh] {
            let text = render_terminal(&Words::new(lang), 80);
            assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{text}");
        }
    }
}
