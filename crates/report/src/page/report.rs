//! `report.html`: a report with its pictures, flamegraphs and tables.

mod attached;
mod flamegraph;
mod headline;
mod panels;
mod runs;

use crate::attachments::tables;
use crate::glossary::{self, GlossaryEntry, Pages};
use crate::page::column_head::ColumnHead;
use crate::page::{inline_svg, script};
use crate::table::{MergedTable, TableCell};
use crate::{
    Artifact, FlamegraphSet, Picture, RenderError, Words, environment, format, notes, predict, program,
    prose, reconcile, site_table, source_listing, tool_results, tracemalloc, versions,
};
use askama::Template;
use attached::AttachedPicture;
use flamegraph::{LeakPanel, VariantMemory};
use headline::Headline;
use heaplab_record::{Report, SourceListing};
pub(crate) use panels::flamegraph_document;
use panels::{ClaimPanel, FailurePanel, ReconciledRow, ToolTable};
use runs::RunSection;

/// Pictures of a report, as SVG files.
#[derive(Clone, Debug, Default)]
pub struct PagePictures {
    /// Peaks by variant. Empty for a program of the student's own, which is compared with nothing.
    pub comparison_svg: String,
    /// RSS over time, where a run was long enough for a curve.
    pub curve_svg: Option<String>,
    /// Live bytes over the allocation clock, where something was recorded.
    pub live_svg: Option<String>,
    /// A variant's flamegraphs.
    pub flames: Vec<FlamegraphSet>,
    /// Pictures that lessons handed over.
    pub attached: Vec<Picture>,
    /// The files that other tools left, by their names in the report's folder.
    pub tool_files: Vec<Artifact>,
    /// Flamegraphs of what stays, by variant.
    pub leaks: Vec<crate::VariantLeaks>,
    /// A variant and its source, with the bytes that each line allocated.
    pub sources: Vec<(String, SourceListing)>,
}

/// The page.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_report_page(
    report: &Report,
    pictures: &PagePictures,
    words: &Words,
) -> Result<String, RenderError> {
    let drawn = |svg: &str, prefix: &str| inline_svg::inline_with_prefix(svg, prefix);
    let is_lesson = report.lesson.is_some();
    let page = ReportPage {
        words,
        title: words.lang().pick(&report.title).to_owned(),
        report,
        headline: Headline::from_report(report, words),
        comparison: Some(&pictures.comparison_svg)
            .filter(|svg| !svg.is_empty())
            .map(|svg| drawn(svg, "comparison-")),
        live: pictures.live_svg.as_deref().map(|svg| drawn(svg, "live-")),
        curve: pictures.curve_svg.as_deref().map(|svg| drawn(svg, "curve-")),
        sections: if is_lesson { runs::build_sections(report, words) } else { Vec::new() },
        processes: if is_lesson { Vec::new() } else { program::process_rows(report, words) },
        notes: if is_lesson {
            notes::table_notes(report, words)
        } else {
            program::program_notes(report, words)
        },
        versions: versions::version_table(report, words),
        rule: notes::rule_example_note(&report.runs, words),
        claims: report
            .claims
            .iter()
            .map(|claim| {
                ClaimPanel::from_verdict(claim, prose::unit_of_lesson(&claim.section, report), words)
            })
            .collect(),
        predictions: predict::explain_predictions(report, words),
        mind_map: AttachedPicture::find_mind_map(&pictures.attached),
        attached: AttachedPicture::from_pictures(&pictures.attached),
        tables: tables::build_tables(report, words),
        listings: source_listing::source_listings(report, words),
        tool_files: tool_results::file_views(report, &pictures.tool_files, words),
        tool_outputs: tool_results::output_views(report, words),
        leaks: LeakPanel::from_leaks(&pictures.leaks),
        flamegraphs: VariantMemory::from_pictures(pictures, report, words),
        stacks: flamegraph::lesson_stacks(report, words),
        sources: script::script_policy(),
        reconciled: ReconciledRow::from_report(report, words),
        tools: ToolTable::from_report(report, words),
        traced: tracemalloc::traced_rows(report, words),
        traced_note: tracemalloc::tracemalloc_note(&report.runs, words),
        failed: report.failed.iter().map(|failure| FailurePanel::from_failure(failure, words)).collect(),
        environment: environment::environment_rows(report, words),
        glossary: glossary::list_entries(if is_lesson { Pages::Lesson } else { Pages::Program }, words),
    };
    page.render().map_err(|error| RenderError::page("report.html", error))
}

/// Shown for a quantity that was not measured.
const NOT_MEASURED: &str = "–";

fn bytes_cell(bytes: Option<u64>) -> TableCell {
    figure_cell(bytes.map(format::bytes), bytes.map(format::count))
}

/// A cell that has small print only if it has a figure.
fn figure_cell(short: Option<String>, small: Option<String>) -> TableCell {
    let exact = small.filter(|_| short.is_some());
    TableCell { short: short.unwrap_or_else(|| NOT_MEASURED.to_owned()), exact, is_figure: true }
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    words: &'a Words,
    report: &'a Report,
    title: String,
    headline: Headline,
    comparison: Option<String>,
    live: Option<String>,
    curve: Option<String>,
    sections: Vec<RunSection>,
    processes: Vec<program::ProcessRow>,
    notes: Vec<String>,
    versions: Option<versions::VersionTable>,
    rule: Option<String>,
    claims: Vec<ClaimPanel>,
    predictions: Vec<predict::PredictionVerdict>,
    mind_map: Option<AttachedPicture<'a>>,
    attached: Vec<AttachedPicture<'a>>,
    tables: Vec<MergedTable>,
    listings: Vec<source_listing::ListingView>,
    tool_files: Vec<tool_results::ToolFileView>,
    tool_outputs: Vec<tool_results::ToolOutputView>,
    leaks: Vec<LeakPanel>,
    flamegraphs: Vec<VariantMemory>,
    stacks: Vec<FlamegraphSet>,
    sources: String,
    reconciled: Vec<ReconciledRow>,
    tools: Vec<ToolTable>,
    traced: Vec<tracemalloc::TracedRow>,
    traced_note: Option<String>,
    failed: Vec<FailurePanel>,
    environment: Vec<(String, String)>,
    glossary: Vec<GlossaryEntry>,
}

impl ReportPage<'_> {
    /// A message by its key.
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A message with one argument.
    fn w1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.words.say(key, &[(name, &value.to_string())])
    }

    /// A position in a flamegraph, in percent; four decimals are a hundredth of a pixel.
    fn place(&self, percent: &f64) -> String {
        let written = format!("{percent:.4}");
        written.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// A column's head, with its word's sentence as the title.
    fn head(&self, key: &str) -> ColumnHead {
        ColumnHead::new(key, true, self.words)
    }

    /// The same for a table that stands on the page many times.
    fn short_head(&self, key: &str) -> ColumnHead {
        ColumnHead::new(key, false, self.words)
    }
}

#[cfg(test)]
mod tests;
