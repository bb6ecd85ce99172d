//! The primer's README: a section per word, with a mark between which its programs' outputs stand.
//!
//! ```text
//! ## Rc: several owners
//!
//! The question.
//!
//! <!-- primer rc -->
//! …
//! <!-- /primer -->
//!
//! The explanation.
//! ```

use super::PrimerRun;
use crate::{Words, prose};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

const OPEN: &str = "<!-- primer ";
const CLOSE: &str = "<!-- /primer -->";

/// A word's section of the README.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimerSection {
    /// The word, which is also the name of its programs.
    pub word: String,
    /// The heading.
    pub title: String,
    /// What somebody from Python asks, without markup.
    pub question: String,
    /// What stands in the README for the programs' outputs.
    pub table: String,
    /// The Markdown behind the outputs.
    pub explanation: String,
}

/// A README that cannot be read as a primer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct PrimerError {
    /// The number of the line.
    pub line: usize,
    /// What is wrong with it, and the next step.
    pub why: String,
}

impl PrimerSection {
    /// The labels that the explanation names in bullets such as `` - `owners during a call`: … ``.
    pub fn explained_labels(&self) -> Vec<&str> {
        let bullets = self.explanation.lines().filter_map(|line| line.strip_prefix("- `"));
        bullets.filter_map(|bullet| bullet.split_once('`')).map(|(label, _)| label).collect()
    }
}

/// The sections that have a mark, in the order of the text.
///
/// # Errors
/// If a mark is not closed, or has no question before it.
pub fn read_sections(markdown: &str) -> Result<Vec<PrimerSection>, PrimerError> {
    let mut sections = Vec::new();
    let mut line = 1;
    for section in markdown.split("\n## ") {
        if let Some((before, marked)) = section.split_once(OPEN) {
            let at = line + before.matches('\n').count();
            let wrong = |why: &str| PrimerError { line: at, why: why.to_owned() };
            let (word, inside) = marked.split_once(" -->").ok_or_else(|| wrong("the mark has no word"))?;
            let (table, explanation) = inside
                .split_once(CLOSE)
                .ok_or_else(|| wrong("the mark has no `<!-- /primer -->` behind it"))?;
            let (title, question) = before.split_once("\n\n").unwrap_or((before, ""));
            let question = question.split("\n\n").next().unwrap_or("");
            if question.trim().is_empty() {
                return Err(wrong("no question stands between the heading and the mark"));
            }
            sections.push(PrimerSection {
                word: word.to_owned(),
                title: plain_text(title.trim(), usize::MAX),
                question: plain_text(question, usize::MAX),
                table: table.trim_matches('\n').to_owned(),
                explanation: explanation.trim().to_owned(),
            });
        }
        line += section.matches('\n').count() + 1;
    }
    Ok(sections)
}

/// The README with these outputs between its marks. A mark of another word stays as it is.
///
/// # Errors
/// As [`read_sections`].
pub fn fill_tables(markdown: &str, runs: &[PrimerRun], words: &Words) -> Result<String, PrimerError> {
    read_sections(markdown)?;
    let mut out = markdown.to_owned();
    for run in runs {
        let mark = format!("{OPEN}{} -->", run.word);
        let Some(start) = out.find(&mark).map(|at| at + mark.len()) else { continue };
        let Some(end) = out[start..].find(CLOSE).map(|length| start + length) else { continue };
        out.replace_range(start..end, &format!("\n{}", run.render_markdown(words)));
    }
    Ok(out)
}

/// The words whose outputs in one text are not those of another. Of the compiler's message only the
/// errors are compared, and CPython's column only where both texts are of one minor version: what
/// differs from Rust may differ between versions.
///
/// # Errors
/// As [`read_sections`].
pub fn find_stale_words(text: &str, renewed: &str) -> Result<Vec<String>, PrimerError> {
    let (old, new) = (read_sections(text)?, read_sections(renewed)?);
    let pairs = old.into_iter().zip(new);
    let is_stale = |(old, new): &(PrimerSection, PrimerSection)| {
        let with_python = minor_version(&old.table) == minor_version(&new.table);
        comparable_lines(&old.table, with_python) != comparable_lines(&new.table, with_python)
    };
    Ok(pairs.filter(is_stale).map(|(section, _)| section.word).collect())
}

/// `CPython 3.11` in the head of a table.
fn minor_version(table: &str) -> Option<&str> {
    let head = table.lines().next()?.split('|').map(str::trim).find(|cell| cell.starts_with("CPython"))?;
    head.rsplit_once('.').map(|(minor, _)| minor)
}

fn comparable_lines(table: &str, with_python: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        match cells[..] {
            [label, rust, python, sign] if line.starts_with('|') => {
                let python = if with_python || sign == "=" { python } else { "" };
                lines.push([label, rust, python, sign].join("|"));
            }
            _ if line.starts_with("error") => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

/// Markdown as lines of at most `width` columns: paragraphs, bullets, and code as it is.
pub(super) fn plain_text(markdown: &str, width: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    let (mut text, mut is_code, mut is_bullet) = (String::new(), false, false);
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Item) => is_bullet = true,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                is_code = true
            }
            Event::Text(more) | Event::Code(more) => text.push_str(&more),
            // Chinese lines are joined without a blank.
            Event::SoftBreak => text.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock | TagEnd::Heading(_)) => {
                let block = std::mem::take(&mut text);
                if is_code {
                    parts.push(block.trim_end().to_owned());
                } else if !block.is_empty() {
                    parts.push(wrap_block(&block, is_bullet, width));
                }
                (is_code, is_bullet) = (false, false);
            }
            _ => {}
        }
    }
    parts.join("\n\n").replace("\n\n· ", "\n· ")
}

fn wrap_block(text: &str, is_bullet: bool, width: usize) -> String {
    let text = prose::close_wide_gaps(text);
    match is_bullet {
        true => format!("· {}", prose::wrap(&text, width.saturating_sub(2)).join("\n  ")),
        false => prose::wrap(&text, width).join("\n"),
    }
}
