//! Fills figures of the gallery's reports into the lessons' texts, so that no figure is typed by
//! hand or out of date. Marks in Markdown say which figure stands where. They are comments, which
//! no reader sees:
//!
//! - `<!--= 8.5.2 list_dict peak_bytes -->2.44 GB<!--/-->`: one figure, in the middle of a
//!   sentence; `figure.rs` lists its keys;
//! - `<!-- gallery -->` … `<!-- /gallery -->`: where it was measured, the lesson's table and its
//!   pictures.

mod block;
mod figure;

use crate::Words;
use crate::attachments::pictures::as_picture_mut;
use heaplab_record::{Attachment, Report};
use std::collections::BTreeMap;

/// Reports by the lecture's section, `8.5`.
pub type GalleryReports = BTreeMap<String, Report>;

/// The text that is filled in.
#[derive(Clone, Copy, Debug)]
pub struct TextPlace<'a> {
    /// The lesson's number, `8.5.2`; `None` for texts of the whole course.
    pub section: Option<&'a str>,
    /// The lesson's word for what it counts, if the text's language has one; else the report's
    /// word is used.
    pub unit: Option<&'a str>,
    /// The path from the text's folder to the gallery, such as `../../reports/gallery`.
    pub gallery: &'a str,
    /// The lesson's pictures there, without their endings.
    pub pictures: &'a [String],
}

/// A mark that cannot be filled in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct GalleryError {
    /// The line of the mark, from 1.
    pub line: usize,
    /// What is wrong, and what a mark may say.
    pub why: String,
}

const FIGURE: (&str, &str) = ("<!--=", "<!--/-->");
const BLOCK: (&str, &str) = ("<!-- gallery -->", "<!-- /gallery -->");

/// The text with the current figures in its marks.
///
/// # Errors
/// For a mark that is not closed, or that names what the reports do not have.
pub fn fill_marks(
    text: &str,
    place: TextPlace<'_>,
    reports: &GalleryReports,
    words: &Words,
) -> Result<String, GalleryError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, kind)) = next_mark(rest) {
        let line = 1 + text[..text.len() - rest.len() + at].matches('\n').count();
        let wrong = |why: String| GalleryError { line, why };
        let (before, marked) = rest.split_at(at);
        let unclosed = || wrong(format!("`{}` has no `{}` behind it", kind.0, kind.1));
        let (inside, after) = marked.split_once(kind.1).ok_or_else(unclosed)?;
        out.push_str(before);
        if kind == FIGURE {
            let (mark, _) = inside.split_once("-->").ok_or_else(unclosed)?;
            let asked = mark.strip_prefix(FIGURE.0).unwrap_or(mark).trim();
            let figure = figure::format_figure(asked, reports, words).map_err(wrong)?;
            out.push_str(&format!("{mark}-->{figure}{}", FIGURE.1));
        } else {
            let block = block::render_block(place, reports, words).map_err(wrong)?;
            out.push_str(&format!("{}\n{block}{}", BLOCK.0, BLOCK.1));
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// The first mark of a text and its kind. A mark after a backquote is an example and stays as it
/// is.
fn next_mark(text: &str) -> Option<(usize, (&'static str, &'static str))> {
    let used = |at: &usize| !text[..*at].ends_with('`');
    let first = |kind: (&'static str, &'static str)| {
        let at = text.match_indices(kind.0).map(|(at, _)| at).find(used)?;
        Some((at, kind))
    };
    [FIGURE, BLOCK].into_iter().filter_map(first).min()
}

/// A report as the gallery stores it: with the figures that texts may name, without call stacks
/// and drawings.
pub fn strip_details(report: &Report) -> Report {
    let mut kept = report.clone();
    kept.classifier = None;
    for run in &mut kept.runs {
        run.attachments.retain(is_kept_in_gallery);
        run.attachments.iter_mut().for_each(clear_data);
        (run.reconciliation, run.growth) = (None, None);
        run.phases.clear();
        if let Some(heap) = &mut run.heap {
            heap.sites.clear();
        }
    }
    kept
}

/// Whether an attachment stays in the gallery. What tools left differs in every run, and their files
/// are not kept.
fn is_kept_in_gallery(attachment: &Attachment) -> bool {
    !matches!(
        attachment,
        Attachment::Table(_) | Attachment::Stacks(_) | Attachment::File(_) | Attachment::Output(_)
    )
}

/// Removes the data of a picture or a source. Names and titles stay, because texts say what the
/// pictures show.
fn clear_data(attachment: &mut Attachment) {
    if let Some(picture) = as_picture_mut(attachment) {
        picture.clear_data();
    } else if let Attachment::Source(source) = attachment {
        source.lines.clear();
    }
}

/// The lecture's section of a lesson: `8.5` of `8.5.2`.
fn lecture_section(section: &str) -> String {
    section.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn reports() -> GalleryReports {
        BTreeMap::from([("8.5".to_owned(), fixture::report(Lang::En))])
    }

    fn filled(text: &str, reports: &GalleryReports) -> Result<String, GalleryError> {
        let pictures = ["comparison".to_owned()];
        let place = TextPlace {
            section: Some("8.5.2"),
            unit: None,
            gallery: "../../reports/gallery",
            pictures: &pictures,
        };
        fill_marks(text, place, reports, &Words::new(Lang::En))
    }

    #[test]
    fn a_figure_follows_its_measurement_and_the_mark_stays() {
        let text = "It held <!--= 8.5.2 list_dict peak_bytes -->nothing<!--/--> at once.\n";
        let mut reports = reports();
        let first = filled(text, &reports).unwrap();
        assert!(first.starts_with("It held <!--= 8.5.2 list_dict peak_bytes -->"), "{first}");
        assert!(!first.contains("nothing") && first.ends_with("<!--/--> at once.\n"), "{first}");
        assert_eq!(filled(&first, &reports).unwrap(), first, "once more changes nothing");
        let runs = &mut reports.get_mut("8.5").unwrap().runs;
        runs.iter_mut().filter_map(|run| run.heap.as_mut()).for_each(|heap| heap.peak_bytes = 12_345_678);
        let then = filled(&first, &reports).unwrap();
        assert!(then.contains("-->12.3 MB<!--/-->"), "{then}");
    }

    #[test]
    fn the_block_has_the_lessons_own_runs_and_pictures() {
        let text = "# T\n\n<!-- gallery -->\nold\n<!-- /gallery -->\n\nend\n";
        let once = filled(text, &reports()).unwrap();
        assert!(once.contains("list_dict") && !once.contains("old"), "{once}");
        assert!(!once.contains("chunked"), "a run of 8.5.1: {once}");
        assert!(once.contains("../../reports/gallery/8.5/comparison.svg"), "{once}");
        assert_eq!(filled(&once, &reports()).unwrap(), once);
    }

    #[test]
    fn a_lessons_own_word_for_its_rows_stands_in_the_tables_head() {
        let text = "<!-- gallery -->\n<!-- /gallery -->\n";
        let head = |unit| {
            let place = TextPlace { section: Some("8.5.2"), unit, gallery: "", pictures: &[] };
            fill_marks(text, place, &reports(), &Words::new(Lang::Zh)).unwrap()
        };
        assert!(head(Some("次访问")).contains("| 每次访问 |"));
        assert!(head(None).contains("| 每行 |"));
    }

    #[test]
    fn a_mark_in_code_is_left_alone() {
        let text = "`<!--= 8.9 x y --><!--/-->` and `<!-- gallery -->`\n";
        assert_eq!(filled(text, &reports()).unwrap(), text);
    }

    #[test]
    fn a_mark_that_cannot_be_filled_names_its_line() {
        for (text, line, why) in [
            ("a\n<!--= 8.5.2 list_dict peak_bytes -->", 2, "no `<!--/-->`"),
            ("<!--= 8.9 x peak_bytes -->1<!--/-->", 1, "8.9"),
            ("\n\n<!--= 8.5.2 no_such peak_bytes -->1<!--/-->", 3, "no_such"),
            ("<!--= 8.5.2 list_dict girth -->1<!--/-->", 1, "girth"),
            ("<!-- gallery -->", 1, "no `<!-- /gallery -->`"),
        ] {
            let error = filled(text, &reports()).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn what_is_kept_says_the_same_figures() {
        let whole = fixture::report(Lang::En);
        let kept = strip_details(&whole);
        assert!(kept.runs.iter().all(|run| run.heap.as_ref().is_none_or(|heap| heap.sites.is_empty())));
        let text = "<!--= 8.5.2 list_dict peak_bytes -->?<!--/-->";
        let of = |report| filled(text, &BTreeMap::from([("8.5".to_owned(), report)])).unwrap();
        assert_eq!(of(kept), of(whole));
    }
}
