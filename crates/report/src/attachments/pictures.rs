//! Pictures of what lessons hand over: a file each in the report's folder, and a figure in the page.

use crate::chart::{canvas, ladder, lines, steps};
use crate::graph::{self, mind_map, regions};
use crate::picture::{ListedPicture, Picture, variant_file};
use crate::{RenderError, Words};
use heaplab_record::{Attachment, Chart, Language, Report, Run};

/// Stems of a report's own files: `comparison.svg`, `VARIANT.flamegraph.svg`.
const TAKEN: [&str; 10] = [
    "comparison",
    "curve",
    "report",
    "summary",
    "diff",
    "flamegraph",
    "diff-old",
    "diff-new",
    ladder::STEM,
    mind_map::STEM,
];

/// Draws the ladder, where the section has one, and everything that the runs of a report hand over.
///
/// # Errors
/// For a name that no file can have or that stands for two pictures: it names the variant and the picture.
pub fn draw_pictures(report: &Report, words: &Words) -> Result<Vec<Picture>, RenderError> {
    let map = report.mind_map.iter().map(|map| Ok(mind_map::mind_map_picture(map, words)));
    let ladder = ladder::draw_ladder(report, words).map(Ok);
    map.chain(ladder).chain(name_pictures(report)?.iter().map(|named| draw_picture(named, words))).collect()
}

/// Draws one chart that no run hands over; its series have names of their own. `who` says whose it is.
///
/// # Errors
/// If plotters cannot draw.
pub fn chart_svg(of: &Chart, who: &str, words: &Words) -> Result<String, RenderError> {
    let mut lines = Vec::new();
    for series in &of.series {
        lines.push(lines::ChartLine {
            name: series.name.clone(),
            marker: series.marker,
            points: &series.points,
        });
    }
    lines::draw_chart(of, &lines, who, words)
}

/// What [`pictures`] draws, in its order, without the charts of growth, which every variant has; empty where it would fail.
pub(crate) fn list_pictures(report: &Report, words: &Words) -> Vec<ListedPicture> {
    let map = report.mind_map.iter().map(|map| mind_map::list_mind_map(map, words));
    let ladder = ladder::draw_ladder(report, words).map(|drawn| ListedPicture {
        stem: drawn.stem,
        title: drawn.title,
        sentences: ladder::ladder_sentences(report, words),
    });
    let own = name_pictures(report).unwrap_or_default().into_iter().filter(NamedPicture::is_own);
    map.chain(ladder).chain(own.filter_map(|named| named.into_listed(words))).collect()
}

/// The title of any picture, by the stem of its files.
pub(crate) fn picture_title(report: &Report, stem: &str, words: &Words) -> Option<String> {
    let named = name_pictures(report).unwrap_or_default().into_iter().find(|named| named.stem == stem)?;
    named.into_listed(words).map(|listed| listed.title)
}

/// The stems of the files that [`pictures`] makes, in its order, without the charts of growth; empty where it would fail.
pub fn picture_stems(report: &Report) -> Vec<String> {
    let map = report.mind_map.iter().map(|_| mind_map::STEM.to_owned());
    let ladder = ladder::is_drawn(report).then(|| ladder::STEM.to_owned());
    let own = name_pictures(report).unwrap_or_default().into_iter().filter(NamedPicture::is_own);
    map.chain(ladder).chain(own.map(|named| named.stem)).collect()
}

/// What becomes one picture.
struct NamedPicture<'a> {
    stem: String,
    /// One attachment, or charts of one name, each with its run.
    parts: Vec<(&'a Run, &'a Attachment)>,
}

impl NamedPicture<'_> {
    /// Not the runner's.
    fn is_own(&self) -> bool {
        !self.parts.iter().any(|(_, attachment)| matches!(attachment, Attachment::Growth(_)))
    }

    fn into_listed(self, words: &Words) -> Option<ListedPicture> {
        let lang = words.lang();
        let (_, first) = self.parts.first()?;
        let (title, sentences) = match first {
            Attachment::Steps(of) => (&of.title, [].as_slice()),
            Attachment::Chart(of) | Attachment::Growth(of) => (&of.title, [].as_slice()),
            Attachment::Regions(of) => (&of.title, [].as_slice()),
            Attachment::Graph(of) => (&of.title, of.sentences.as_slice()),
            Attachment::Table(_)
            | Attachment::Source(_)
            | Attachment::Figure(_)
            | Attachment::Stacks(_)
            | Attachment::Data(_) => {
                return None;
            }
        };
        let sentences = sentences.iter().map(|said| lang.pick(said).to_owned()).collect();
        Some(ListedPicture { stem: self.stem, title: lang.pick(title).to_owned(), sentences })
    }
}

/// Pictures in the order of the runs, with the names of their files: `NAME`, or `VARIANT.NAME` where several variants hand
/// one over that cannot be drawn into one.
fn name_pictures(report: &Report) -> Result<Vec<NamedPicture<'_>>, RenderError> {
    let mut all: Vec<(&str, &Run, &Attachment)> = Vec::new();
    for run in &report.runs {
        for attachment in &run.attachments {
            let Some(name) = attachment_name(attachment) else { continue };
            check_name(run, name)?;
            all.push((name, run, attachment));
        }
    }
    let is_chart = |attachment: &Attachment| matches!(attachment, Attachment::Chart(_));
    let mut named: Vec<NamedPicture<'_>> = Vec::new();
    for (name, run, attachment) in &all {
        let others = || all.iter().filter(|(other, ..)| other == name);
        let stem = match is_chart(attachment) || others().count() == 1 {
            true => (*name).to_owned(),
            false => format!("{}.{name}", variant_file(run)),
        };
        match named.iter_mut().find(|known| known.stem == stem) {
            None => named.push(NamedPicture { stem, parts: vec![(run, attachment)] }),
            Some(known) if is_chart(attachment) && known.parts.iter().all(|(_, other)| is_chart(other)) => {
                known.parts.push((run, attachment));
            }
            Some(_) => return Err(name_error(run, name, "stands for two pictures: give each its own name")),
        }
    }
    Ok(named)
}

/// The name of what becomes a picture; tables, sources and figures have their place in the page alone, stacks become flamegraphs.
fn attachment_name(attachment: &Attachment) -> Option<&str> {
    match attachment {
        Attachment::Steps(steps) => Some(&steps.name),
        Attachment::Chart(chart) | Attachment::Growth(chart) => Some(&chart.name),
        Attachment::Graph(graph) => Some(&graph.name),
        Attachment::Regions(regions) => Some(&regions.name),
        Attachment::Table(_)
        | Attachment::Source(_)
        | Attachment::Figure(_)
        | Attachment::Stacks(_)
        | Attachment::Data(_) => None,
    }
}

fn check_name(run: &Run, name: &str) -> Result<(), RenderError> {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    match name {
        "" => Err(name_error(run, name, "is empty: give it a name")),
        name if !name.chars().all(is_plain) || name.len() > 80 => {
            Err(name_error(run, name, "cannot be the name of a file: use a-z, 0-9 and -, at most 80 of them"))
        }
        name if TAKEN.contains(&name) => {
            Err(name_error(run, name, "is the name of a file of every report: take another"))
        }
        _ => Ok(()),
    }
}

fn name_error(run: &Run, name: &str, why: &'static str) -> RenderError {
    RenderError::Name { variant: variant_file(run), name: name.to_owned(), why }
}

fn draw_picture(named: &NamedPicture<'_>, words: &Words) -> Result<Picture, RenderError> {
    let lang = words.lang();
    let who = variants_label(named);
    let Some((_, first)) = named.parts.first() else {
        return Err(RenderError::picture("a picture", "nothing is in it"));
    };
    let picture = |title: &heaplab_record::Text, svg: String| Picture {
        stem: named.stem.clone(),
        title: lang.pick(title).to_owned(),
        svg,
        is_growth: !named.is_own(),
        table: None,
    };
    Ok(match first {
        Attachment::Steps(of) => Picture {
            table: Some(steps::steps_table(of, words)),
            ..picture(&of.title, steps::draw_steps(of, &who, words))
        },
        Attachment::Chart(of) | Attachment::Growth(of) => {
            picture(&of.title, lines::draw_chart(of, &chart_lines(named), &who, words)?)
        }
        Attachment::Graph(of) => picture(&of.title, graph::draw_graph(of, &who, words)),
        Attachment::Regions(of) => picture(&of.title, regions::draw_regions(of, &who, words)),
        _ => return Err(RenderError::picture("a picture", "it has a place in the page alone")),
    })
}

/// The variants whose picture it is: `Rust: slab, buddy · CPython: slab`.
fn variants_label(named: &NamedPicture<'_>) -> String {
    let of = |language: Language| {
        let mut names: Vec<&str> = Vec::new();
        for (run, _) in named.parts.iter().filter(|(run, _)| run.language == language) {
            if !names.contains(&run.variant.as_str()) {
                names.push(&run.variant);
            }
        }
        (!names.is_empty()).then(|| format!("{}: {}", canvas::language_name(language), names.join(", ")))
    };
    [Language::Rust, Language::Python].into_iter().filter_map(of).collect::<Vec<_>>().join(" · ")
}

/// The series of every variant. One without a name has the variant's; one name from several variants gets theirs too.
fn chart_lines<'a>(named: &NamedPicture<'a>) -> Vec<lines::ChartLine<'a>> {
    let charts: Vec<(&Run, &'a Chart)> = named
        .parts
        .iter()
        .filter_map(|(run, attachment)| match attachment {
            Attachment::Chart(chart) | Attachment::Growth(chart) => Some((*run, chart)),
            _ => None,
        })
        .collect();
    let times = |name: &str| {
        charts.iter().flat_map(|(_, chart)| &chart.series).filter(|other| other.name == name).count()
    };
    let both = |run: &Run| {
        charts.iter().any(|(other, _)| other.variant == run.variant && other.language != run.language)
    };
    let mut lines = Vec::new();
    for (run, chart) in &charts {
        let variant = if both(run) { variant_file(run) } else { run.variant.clone() };
        for series in &chart.series {
            let name = match series.name.as_str() {
                "" => variant.clone(),
                name if times(name) > 1 => format!("{variant}: {name}"),
                name => name.to_owned(),
            };
            lines.push(lines::ChartLine { name, marker: series.marker, points: &series.points });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture, svg};

    fn stems(runs: Vec<Run>) -> Result<Vec<String>, String> {
        let report = Report { runs, ..fixture::report(Lang::En) };
        Ok(name_pictures(&report)
            .map_err(|error| error.to_string())?
            .into_iter()
            .map(|named| named.stem)
            .collect())
    }

    fn run(variant: &str, attachments: Vec<Attachment>) -> Run {
        Run { attachments, ..fixture::bare("8.3", variant) }
    }

    fn graph(name: &str) -> Attachment {
        Attachment::Graph(heaplab_record::Graph { name: name.to_owned(), ..fixture::pictures::graph() })
    }

    #[test]
    fn a_name_of_several_variants_has_theirs_before_it() {
        let python = Run { language: Language::Python, ..run("leak", vec![graph("refs")]) };
        let alone = stems(vec![run("leak", vec![graph("refs"), graph("other")])]);
        assert_eq!(alone.unwrap(), ["refs", "other"]);
        let several =
            stems(vec![run("leak", vec![graph("refs")]), run("fixed", vec![graph("refs")]), python]);
        assert_eq!(several.unwrap(), ["leak.refs", "fixed.refs", "leak.py.refs"]);
    }

    #[test]
    fn a_lesson_may_call_its_own_chart_growth() {
        let chart =
            |name: &str| heaplab_record::Chart { name: name.to_owned(), ..fixture::pictures::chart("") };
        let own = run("pair", vec![Attachment::Chart(chart("growth-pair"))]);
        let judged = run("other", vec![Attachment::Growth(chart("growth-other"))]);
        let report = Report { runs: vec![own, judged], ..fixture::report(Lang::En) };
        let words = Words::new(Lang::En);
        assert_eq!(picture_stems(&report), ["growth-pair"]);
        assert_eq!(list_pictures(&report, &words).len(), 1);
        let drawn = draw_pictures(&report, &words).unwrap();
        let kinds: Vec<_> = drawn.iter().map(|picture| (picture.stem.as_str(), picture.is_growth)).collect();
        assert_eq!(kinds, [("growth-pair", false), ("growth-other", true)]);
    }

    #[test]
    fn a_bad_name_is_an_error_that_names_both() {
        for name in ["", "Leak", "leak.png", "../x", "程序员", "curve", &"x".repeat(81)] {
            let error = stems(vec![run("leaky", vec![graph(name)])]).unwrap_err();
            assert!(error.contains("leaky") && error.contains(name), "{error}");
        }
        let twice = stems(vec![run("leaky", vec![graph("refs"), graph("refs")])]).unwrap_err();
        assert!(
            twice.contains("leaky") && twice.contains("refs") && twice.contains("two pictures"),
            "{twice}"
        );
    }

    #[test]
    fn charts_of_one_name_become_one_with_every_series() {
        let chart = |series: &str| {
            let mut chart = fixture::pictures::chart("");
            chart.series[0].name = series.to_owned();
            Attachment::Chart(chart)
        };
        let runs = vec![
            run("bump", vec![chart("")]),
            run("slab", vec![chart("")]),
            run("pool", vec![chart("a")]),
            run("arena", vec![chart("a")]),
        ];
        let report = Report { runs, ..fixture::report(Lang::En) };
        let drawn = draw_pictures(&report, &Words::new(Lang::En)).unwrap();
        assert_eq!(drawn.len(), 1);
        let texts = svg::texts(&drawn[0].svg);
        for name in ["bump", "slab", "pool: a", "arena: a"] {
            assert!(texts.iter().any(|text| text == name), "{name} in {texts:?}");
        }
    }

    /// For looking at them: `HEAPLAB_DUMP_PAGE=DIR` writes them there.
    #[test]
    fn every_kind_is_drawn_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            let report = fixture::pictures::report(lang);
            let drawn = draw_pictures(&report, &Words::new(lang)).unwrap();
            assert_eq!(drawn.len(), 6);
            assert_eq!(picture_stems(&report).len(), drawn.len());
            for picture in &drawn {
                assert!(svg::texts(&picture.svg).contains(&picture.title), "{}", picture.stem);
                let png = crate::svg_to_png(&picture.svg).unwrap();
                if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
                    let file = std::path::Path::new(&dir).join(format!("{}.{}", picture.stem, lang.tag()));
                    std::fs::write(file.with_added_extension("svg"), &picture.svg).unwrap();
                    std::fs::write(file.with_added_extension("png"), png).unwrap();
                }
            }
        }
    }
}
