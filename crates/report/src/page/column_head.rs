//! The head of a column, which leads to its word in the page's glossary.

use crate::glossary::{self, GlossaryEntry};
use crate::{Words, prose};
use askama::filters::{Escaper as _, Html, HtmlSafe};
use std::fmt;

/// A head as HTML: a link to its word, or the plain text where the glossary has none.
pub(super) struct ColumnHead {
    text: String,
    entry: Option<GlossaryEntry>,
    /// Whether the link has the sentence as its title. Tables that stand on a page many times do
    /// without, and the page's script takes the sentence from the glossary.
    has_title: bool,
}

impl ColumnHead {
    pub(super) fn new(column: &str, has_title: bool, words: &Words) -> ColumnHead {
        let text = prose::column_head(&format!("column-{column}"), words);
        ColumnHead { text, entry: glossary::find_column(column, words), has_title }
    }
}

impl fmt::Display for ColumnHead {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(entry) = &self.entry else { return Html.write_escaped_str(&mut *to, &self.text) };
        write!(to, "<a href=\"#{}\"", entry.anchor)?;
        if self.has_title {
            to.write_str(" title=\"")?;
            Html.write_escaped_str(&mut *to, &entry.meaning)?;
            to.write_str("\"")?;
        }
        to.write_str(">")?;
        Html.write_escaped_str(&mut *to, &self.text)?;
        to.write_str("</a>")
    }
}

/// `Display` escapes the texts.
impl HtmlSafe for ColumnHead {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn a_head_leads_to_its_word() {
        let words = Words::new(Lang::En);
        let head = ColumnHead::new("rss-anon", true, &words).to_string();
        assert!(head.starts_with("<a href=\"#word-rss-anon\" title=\"Resident pages"), "{head}");
        assert!(head.ends_with(">RSS anon</a>"), "{head}");
        let short = ColumnHead::new("rss-anon", false, &words).to_string();
        assert_eq!(short, "<a href=\"#word-rss-anon\">RSS anon</a>");
        assert_eq!(ColumnHead::new("why", true, &words).to_string(), "why");
    }
}
