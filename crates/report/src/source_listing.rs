//! Source that a lesson attaches: every line with its figures, coloured by the first of them.

use crate::attachments::tables::run_label;
use crate::table::{TableCell, format_cell};
use crate::{Words, prose};
use heaplab_record::{Attachment, Cell, Report, SourceLine, SourceListing};

/// Steps of colour; the style sheet has a background for each but the first.
const HEATS: f64 = 5.0;

/// A listing whose cells are already written.
pub(crate) struct ListingView {
    /// The caption.
    pub(crate) title: String,
    /// The file, and the variant of the figures.
    pub(crate) path: String,
    /// The heads: line, code, then the figures.
    pub(crate) columns: Vec<String>,
    /// In the file's order.
    pub(crate) lines: Vec<ListedLine>,
}

/// One line.
pub(crate) struct ListedLine {
    pub(crate) number: u32,
    pub(crate) code: String,
    /// One per head; empty cells where nothing happened.
    pub(crate) figures: Vec<TableCell>,
    /// From 0, nothing, to 5, most of all.
    pub(crate) heat: u8,
    /// Whether lines before it are left out.
    pub(crate) after_gap: bool,
}

/// Every listing of a report.
pub(crate) fn source_listings(report: &Report, words: &Words) -> Vec<ListingView> {
    let mut listings = Vec::new();
    for run in &report.runs {
        for attachment in &run.attachments {
            let Attachment::Source(source) = attachment else { continue };
            listings.push(build_listing(
                source,
                format!("{} · {}", source.path, run_label(run, words)),
                words,
            ));
        }
    }
    listings
}

/// `path` stands beside the caption.
pub(crate) fn build_listing(source: &SourceListing, path: String, words: &Words) -> ListingView {
    let own = source.columns.iter().map(|column| words.lang().pick(column).to_owned());
    let heads = ["column-line", "column-code"].map(|key| prose::column_head(key, words));
    ListingView {
        title: words.lang().pick(&source.title).to_owned(),
        path,
        columns: heads.into_iter().chain(own).collect(),
        lines: build_lines(&source.lines, source.columns.len(), words),
    }
}

fn build_lines(lines: &[SourceLine], columns: usize, words: &Words) -> Vec<ListedLine> {
    let most = lines.iter().map(first_figure).fold(0.0, f64::max);
    let mut before = None;
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        let nothing = TableCell { short: String::new(), exact: None, is_figure: true };
        let own = line.figures.iter().map(|cell| format_cell(cell, words));
        out.push(ListedLine {
            number: line.number,
            code: prose::strip_controls(&line.code),
            figures: own.chain(std::iter::repeat(nothing)).take(columns).collect(),
            heat: heat_step(first_figure(line), most),
            after_gap: before.is_some_and(|before: u32| line.number > before.saturating_add(1)),
        });
        before = Some(line.number);
    }
    out
}

/// The first figure of a line, by which it is coloured.
fn first_figure(line: &SourceLine) -> f64 {
    let figure = |cell: &Cell| match cell {
        Cell::Count(figure) | Cell::Bytes(figure) => Some(*figure as f64),
        Cell::Nanoseconds(figure) | Cell::Share(figure) => Some(*figure),
        Cell::Text(_) | Cell::Words(_) | Cell::LiveBytesARow => None,
    };
    line.figures.iter().find_map(figure).filter(|figure| figure.is_finite()).unwrap_or(0.0)
}

/// The square root of the share, so that lines far below the largest still differ.
fn heat_step(figure: f64, most: f64) -> u8 {
    if figure <= 0.0 || most <= 0.0 { 0 } else { ((figure / most).sqrt() * HEATS).ceil() as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn listing(report: &Report) -> ListingView {
        source_listings(report, &Words::new(Lang::En)).remove(0)
    }

    #[test]
    fn lines_are_as_hot_as_their_first_figure() {
        let mut report = fixture::pictures::report(Lang::En);
        let heats = |report: &Report| listing(report).lines.iter().map(|line| line.heat).collect::<Vec<_>>();
        assert_eq!(heats(&report), [0, 0, 0, 5, 2]);
        let Attachment::Source(source) = &mut report.runs[0].attachments[2] else { unreachable!() };
        source.lines[4].figures[0] = Cell::Bytes(7_600_000);
        assert_eq!(heats(&report), [0, 0, 0, 3, 5]);
    }

    #[test]
    fn every_line_has_its_cells_and_gaps_are_seen() {
        let listing = listing(&fixture::pictures::report(Lang::En));
        assert_eq!(listing.columns, ["line", "code", "bytes", "blocks"]);
        assert!(listing.lines.iter().all(|line| line.figures.len() == 2));
        let gaps: Vec<bool> = listing.lines.iter().map(|line| line.after_gap).collect();
        assert_eq!(gaps, [false, false, false, false, true]);
        assert_eq!(listing.lines[3].figures[0].short, "1.90 MB");
    }
}
