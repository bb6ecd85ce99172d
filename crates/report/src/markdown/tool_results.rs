//! What other tools made while a lesson ran, as Markdown.

use super::{code_span, escape_text, fence};
use crate::{Words, tool_results};
use heaplab_record::Report;
use std::fmt::Write as _;

/// Pictures and links by their names in the report's folder, printed text between
/// fences.
pub(super) fn render_tool_results(report: &Report, words: &Words) -> String {
    let mut out = String::new();
    for (view, (_, file)) in
        tool_results::file_views(report, &[], words).iter().zip(tool_results::tool_files(report))
    {
        let (title, mark) = (escape_text(&view.title), if file.is_picture() { "!" } else { "" });
        let (source, command) = (escape_text(&view.source), code_span(&view.command));
        let _ = write!(out, "\n## {title}\n\n{mark}[{title}]({})\n\n{source}: {command}\n", view.file);
    }
    for view in tool_results::output_views(report, words) {
        let (title, source) = (escape_text(&view.title), escape_text(&view.source));
        let fenced = fence(&format!("$ {}\n{}", view.command, view.text));
        let _ = write!(out, "\n## {title}\n\n{source}\n\n{fenced}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn the_summary_has_them_by_their_names() {
        let made = render_tool_results(&tool_results::tests::report(Lang::En), &Words::new(Lang::En));
        assert!(made.contains("![Its own &lt;picture>](leak.png)"), "{made}");
        assert!(made.contains("\n[Its own &lt;picture>](memray.html)"), "{made}");
        assert!(made.contains("````text\n$ python3 -m timeit pass\n"), "{made}");
    }
}
