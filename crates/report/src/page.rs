//! `report.html`: one file that asks nobody for anything. Pictures and flamegraphs are inside it, styles too, and a
//! content security policy holds it to that.

mod attached;
mod headline;
mod panels;
mod runs;

use crate::attachments::{self, Written};
use crate::{
    Picture, RenderError, Words, environment, format, inline_svg, notes, predict, program, prose, reconcile,
    sites, source,
};
use askama::Template;
use attached::Attached;
use headline::Headline;
use heaplab_record::Report;
pub(crate) use panels::document;
use panels::{Claim, Failed, Flamegraph, Leaking, Reconciled, Tools};
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
    /// A variant's name and its flamegraph.
    pub flamegraphs: Vec<(String, String)>,
    /// What the lessons handed over.
    pub attached: Vec<Picture>,
    /// What stays, by variant.
    pub leaks: Vec<crate::Leaks>,
    /// The name and the flamegraph of stacks that a lesson handed over: time, not bytes.
    pub stacks: Vec<(String, String)>,
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
        flamegraphs: Flamegraph::all(&pictures.flamegraphs, report, words),
        stacks: Flamegraph::all(&pictures.stacks, report, words),
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
    stacks: Vec<Flamegraph>,
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

    /// A column's head.
    fn head(&self, key: &str) -> String {
        prose::head(&format!("column-{key}"), self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, comparison_svg, curve_svg, fixture, flamegraph_svg};
    use heaplab_record::{Curve, CurvePoint, Language};

    /// Pictures as a section's own: drawn, with scripts and ids in them.
    fn pictures(report: &Report, lang: Lang) -> Pictures {
        let words = Words::new(lang);
        let flamegraphs = ["list_dict", "packed"].map(|variant| {
            let folded = format!(
                "main;slots_vs_maps::{variant};HashMap::insert;RawTable::reserve 1840000000\n\
                 main;slots_vs_maps::{variant};alloc::fmt::format;String::with_capacity 640000000\n\
                 main;slots_vs_maps::{variant};Vec::push 160000000\n"
            );
            (variant.to_owned(), flamegraph_svg(&folded, variant, None, &words).expect("it can be drawn"))
        });
        Pictures {
            comparison_svg: comparison_svg(report, &words).expect("it can be drawn"),
            live_svg: None,
            curve_svg: curve_svg(&[curve(2_640_000_000), curve(12_345_678)], &words)
                .expect("it can be drawn"),
            flamegraphs: flamegraphs.to_vec(),
            attached: Vec::new(),
            leaks: Vec::new(),
            stacks: Vec::new(),
        }
    }

    /// A run that fills memory at an even pace.
    fn curve(peak_bytes: u64) -> Curve {
        let point = |step: u64| CurvePoint {
            at_ns: step * 50_000_000,
            rss_anon_bytes: peak_bytes / 100 * step,
            rss_file_bytes: 2_100_000,
        };
        Curve {
            section: "8.5.2".to_owned(),
            variant: format!("takes_{peak_bytes}"),
            language: Language::Rust,
            points: (0..=100).map(point).collect(),
        }
    }

    fn made(report: &Report, lang: Lang) -> String {
        page(report, &pictures(report, lang), &Words::new(lang)).expect("the template can be filled in")
    }

    /// For looking at the page: `HEAPLAB_DUMP_PAGE=DIR` writes it there.
    #[test]
    fn page_of_the_fixture() {
        for lang in [Lang::En, Lang::Zh] {
            let page = made(&fixture::report(lang), lang);
            if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
                let file = std::path::Path::new(&dir).join(format!("{}.html", lang.tag()));
                std::fs::write(file, &page).expect("the folder is there");
            }
            assert!(page.contains(&format!("<html lang=\"{}\"", lang.tag())));
            for needed in
                ["packed", "99.5 %", "2,640,000,048", "5,000,000", "AMD EPYC", "1.75", "out of memory"]
            {
                assert!(page.contains(needed), "{needed}");
            }
        }
    }

    #[test]
    fn a_program_has_its_totals_and_no_columns_of_a_lesson() {
        for lang in [Lang::En, Lang::Zh] {
            let (report, words) = (fixture::program_report(lang), Words::new(lang));
            let svg = flamegraph_svg("leaky::main;leaky::remember 4800000", "leaky", None, &words);
            let flamegraphs = vec![("leaky".to_owned(), svg.expect("it can be drawn"))];
            let pictures = Pictures { flamegraphs, ..Pictures::default() };
            let page = page(&report, &pictures, &words).expect("filled in");
            if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
                let file = std::path::Path::new(&dir).join(format!("program-{}.html", lang.tag()));
                std::fs::write(file, &page).expect("the folder is there");
            }
            for needed in ["6,400,000", "100,002", "leaky --rows 50000", "src/bin/leaky/main.rs:41", "75.0 %"]
            {
                assert!(page.contains(needed), "{needed}");
            }
            for lessons in ["heading-runs", "column-rss-anon", "heading-comparison", "fact-rows", "goal-met"]
            {
                let said = prose::head(lessons, &words);
                assert!(!page.contains(&format!(">{said}<")), "{said}");
            }
        }
    }

    #[test]
    fn a_lessons_sites_stand_under_its_flamegraph() {
        let mut report = fixture::report(Lang::En);
        let sites = fixture::program_report(Lang::En).runs.remove(0).heap.expect("measured").sites;
        let list_dict =
            report.runs.iter_mut().find(|run| run.variant == "list_dict" && run.language == Language::Rust);
        list_dict.and_then(|run| run.heap.as_mut()).expect("measured").sites = sites;
        let page = made(&report, Lang::En);
        let (_, details) = page.split_once("<details").expect("a flamegraph");
        let (details, after) = details.split_once("</details>").expect("it ends");
        assert!(details.contains("leaky::remember") && details.contains("50,000"), "{details}");
        assert!(!after.contains("leaky::remember"), "the other variant has no sites");
    }

    #[test]
    fn nothing_is_fetched() {
        let page = made(&fixture::report(Lang::En), Lang::En);
        assert!(page.contains("Content-Security-Policy\" content=\"default-src 'none'"));
        for loader in ["<link", "<img", "@import", " src=", "url(&", "url(h", "href=\"h", "href=&#34;h"] {
            assert!(!page.contains(loader), "{loader}");
        }
        // inferno's script names addresses in its comments; the page itself has none but namespaces.
        let framed = page.match_indices("srcdoc=\"").map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!(framed.len(), 2);
        let mut own = page.clone();
        for at in framed.into_iter().rev() {
            let start = at + "srcdoc=\"".len();
            let end = start + own[start..].find('"').expect("the attribute ends");
            own.replace_range(start..end, "");
        }
        for (at, _) in own.match_indices("http") {
            let attribute = own[..at].rsplit(' ').next().unwrap_or_default();
            assert!(
                attribute.starts_with("xmlns") || attribute == "<meta" || own[at..].starts_with("http-equiv")
            );
        }
    }

    #[test]
    fn ids_are_unique() {
        let report = fixture::report(Lang::En);
        let clip = "<svg viewBox=\"0 0 9 3\"><clipPath id=\"c\"/><g clip-path=\"url(#c)\"/></svg>";
        let clashing = Pictures {
            comparison_svg: clip.to_owned(),
            curve_svg: Some(clip.to_owned()),
            live_svg: Some(clip.to_owned()),
            ..pictures(&report, Lang::En)
        };
        let page = page(&report, &clashing, &Words::new(Lang::En)).expect("the template can be filled in");
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
        assert!(ids.contains(&"comparison-c") && ids.contains(&"curve-c") && ids.contains(&"live-c"));
        for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.contains(&target), "{target}");
        }
    }

    #[test]
    fn a_name_cannot_become_markup() {
        let evil = "<script>alert(1)</script>\"'";
        let mut report = fixture::report(Lang::En);
        report.runs[0].variant = evil.to_owned();
        report.runs[0].about = evil.to_owned();
        report.title.en = evil.to_owned();
        report.claims[0].text = evil.to_owned();
        report.claims[0].why = evil.to_owned();
        report.failed[0].cause = evil.to_owned();
        report.failed[0].stderr_tail = evil.to_owned();
        report.environment.cpu = evil.to_owned();
        let heap = report.runs[6].heap.get_or_insert_default();
        heap.sites = fixture::program_report(Lang::En).runs.remove(0).heap.expect("measured").sites;
        heap.sites[0].function = evil.to_owned();
        heap.sites[0].location = evil.to_owned();
        let mut pictures = pictures(&report, Lang::En);
        pictures.flamegraphs[0].0 = evil.to_owned();
        let page = page(&report, &pictures, &Words::new(Lang::En)).expect("the template can be filled in");
        assert!(!page.contains("<script"), "no script of the page's own either");
        assert!(page.contains("&#60;script&#62;alert"));
    }

    #[test]
    fn a_frame_cannot_end_its_attribute() {
        let report = fixture::report(Lang::En);
        let mut pictures = pictures(&report, Lang::En);
        pictures.flamegraphs[0].1 =
            "<svg viewBox=\"0 0 1 1\"><script>x=\"</iframe>\"</script></svg>".to_owned();
        let page = page(&report, &pictures, &Words::new(Lang::En)).expect("filled in");
        assert_eq!(page.matches("</iframe>").count(), pictures.flamegraphs.len());
    }

    #[test]
    fn what_was_not_measured_is_no_zero() {
        let mut report = fixture::report(Lang::En);
        report.runs = vec![fixture::bare("8.5.2", "slots")];
        report.claims.clear();
        report.goal = None;
        let page = made(&report, Lang::En);
        let body = &page[page.find("<tbody").expect("a table of runs")..];
        assert!(!body.contains(">0<") && !body.contains(">0 B<"), "{body}");
        assert!(body.contains("–"));
        made(&fixture::empty_report(), Lang::Zh);
    }
}
