//! `report.html`: one file that asks nobody for anything. Pictures and flamegraphs are inside it, styles too, and a
//! content security policy holds it to that.

mod attached;
mod flamegraph;
mod headline;
mod panels;
mod runs;
mod script;

use crate::attachments::{self, Written};
use crate::{
    Flames, Picture, RenderError, Words, environment, format, inline_svg, notes, predict, program, prose,
    reconcile, sites, source,
};
use askama::Template;
use attached::Attached;
use flamegraph::{Flamegraph, Leaking};
use headline::Headline;
use heaplab_record::{Report, Source};
pub(crate) use panels::document;
use panels::{Claim, Failed, Reconciled, Tools};
use runs::Section;

/// The pictures that a page shows, as SVG files.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    /// Peaks by variant; empty for a program of the student's own, which is compared with nothing.
    pub comparison_svg: String,
    /// RSS over time, where a run was long enough for a curve.
    pub curve_svg: Option<String>,
    /// Live bytes over the allocation clock, where something was recorded.
    pub live_svg: Option<String>,
    /// A variant's flamegraphs.
    pub flames: Vec<Flames>,
    /// What the lessons handed over.
    pub attached: Vec<Picture>,
    /// What stays, by variant.
    pub leaks: Vec<crate::Leaks>,
    /// A variant and its own source with its bytes.
    pub sources: Vec<(String, Source)>,
}

/// The whole page.
///
/// # Errors
/// If the template cannot be filled in.
pub fn page(report: &Report, pictures: &Pictures, words: &Words) -> Result<String, RenderError> {
    let drawn = |svg: &str, prefix: &str| inline_svg::inline(svg, prefix);
    let is_lesson = report.lesson.is_some();
    let page = Page {
        words,
        title: words.lang().of(&report.title).to_owned(),
        report,
        headline: Headline::of(report, words),
        comparison: Some(&pictures.comparison_svg)
            .filter(|svg| !svg.is_empty())
            .map(|svg| drawn(svg, "comparison-")),
        live: pictures.live_svg.as_deref().map(|svg| drawn(svg, "live-")),
        curve: pictures.curve_svg.as_deref().map(|svg| drawn(svg, "curve-")),
        sections: if is_lesson { runs::sections(report, words) } else { Vec::new() },
        processes: if is_lesson { Vec::new() } else { program::processes(report) },
        notes: if is_lesson { notes::on_the_table(report, words) } else { program::notes(report, words) },
        rule: notes::rule_example(&report.runs, words),
        claims: report.claims.iter().map(|claim| Claim::of(claim, &report.unit, words)).collect(),
        predictions: predict::told(report, words),
        mind_map: Attached::mind_map(&pictures.attached),
        attached: Attached::all(&pictures.attached),
        tables: attachments::tables(report, words),
        listings: source::listings(report, words),
        leaks: Leaking::all(&pictures.leaks),
        flamegraphs: Flamegraph::all(pictures, report, words),
        stacks: flamegraph::stacks(report, words),
        sources: script::sources(),
        reconciled: Reconciled::all(report, words),
        tools: Tools::all(report, words),
        failed: report.failed.iter().map(|failure| Failed::of(failure, words)).collect(),
        environment: environment::lines(report, words),
    };
    page.render().map_err(|error| RenderError::page("report.html", error))
}

/// What a quantity that was not measured is written as.
const NOT_MEASURED: &str = "–";

fn bytes(bytes: Option<u64>) -> Written {
    figure(bytes.map(format::bytes), bytes.map(format::count))
}

/// Small print only under a figure that is there.
fn figure(short: Option<String>, small: Option<String>) -> Written {
    let exact = small.filter(|_| short.is_some());
    Written { short: short.unwrap_or_else(|| NOT_MEASURED.to_owned()), exact, is_figure: true }
}

/// What the template is filled with.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    words: &'a Words,
    report: &'a Report,
    title: String,
    headline: Headline,
    comparison: Option<String>,
    live: Option<String>,
    curve: Option<String>,
    sections: Vec<Section>,
    processes: Vec<program::Process>,
    notes: Vec<String>,
    rule: Option<String>,
    claims: Vec<Claim>,
    predictions: Vec<predict::Told>,
    mind_map: Option<Attached<'a>>,
    attached: Vec<Attached<'a>>,
    tables: Vec<attachments::Merged>,
    listings: Vec<source::Listing>,
    leaks: Vec<Leaking>,
    flamegraphs: Vec<Flamegraph>,
    stacks: Vec<Flames>,
    sources: String,
    reconciled: Vec<Reconciled>,
    tools: Vec<Tools>,
    failed: Vec<Failed>,
    environment: Vec<(String, String)>,
}

impl Page<'_> {
    /// A message.
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A message with one argument.
    fn w1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.words.say(key, &[(name, &value.to_string())])
    }

    /// A place in a flamegraph; four digits are a hundredth of a pixel.
    fn place(&self, percent: &f64) -> String {
        let written = format!("{percent:.4}");
        written.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// A column's head.
    fn head(&self, key: &str) -> String {
        prose::head(&format!("column-{key}"), self.words)
    }
}

#[cfg(test)]
mod tests;
