//! Pictures of what lessons hand over: a file each in the report's folder, and a figure in the page.

mod chart;
mod graph;
mod regions;
mod scale;
mod steps;
mod svg;

use crate::{RenderError, Words, canvas, growth};
use heaplab_record::{Attachment, Chart, Language, Report, Run};

/// A picture as a file.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file's name without its ending.
    pub stem: String,
    /// The caption.
    pub title: String,
    /// The file.
    pub svg: String,
    /// The same figures as a table, where there are few enough to be read: heads, then rows.
    pub(crate) table: Option<(Vec<String>, Vec<Vec<String>>)>,
}

/// Stems of a report's own files: `comparison.svg`, `VARIANT.flamegraph.svg`.
const TAKEN: [&str; 8] =
    ["comparison", "curve", "report", "summary", "diff", "flamegraph", "diff-old", "diff-new"];

/// Draws everything that the runs of a report hand over.
///
/// # Errors
/// For a name that no file can have or that stands for two pictures: it names the variant and the picture.
pub fn pictures(report: &Report, words: &Words) -> Result<Vec<Picture>, RenderError> {
    named(report)?.iter().map(|named| draw(named, words)).collect()
}

/// Draws one chart that no run hands over; its series have names of their own. `who` says whose it is.
///
/// # Errors
/// If plotters cannot draw.
pub fn chart_svg(of: &Chart, who: &str, words: &Words) -> Result<String, RenderError> {
    let mut lines = Vec::new();
    for series in &of.series {
        lines.push(chart::Line { name: series.name.clone(), marker: series.marker, points: &series.points });
    }
    chart::draw(of, &lines, who, words)
}

/// A picture without its drawing, for a list of them.
pub(crate) struct Listed {
    pub(crate) stem: String,
    pub(crate) title: String,
    /// What it tells in sentences.
    pub(crate) sentences: Vec<String>,
}

/// What [`pictures`] draws, in its order, without the charts of growth, which every variant has; empty where it would fail.
pub(crate) fn listed(report: &Report, words: &Words) -> Vec<Listed> {
    let lang = words.lang();
    let listed = |named: Named<'_>| {
        let (_, first) = named.parts.first()?;
        let (title, sentences) = match first {
            Attachment::Steps(of) => (&of.title, [].as_slice()),
            Attachment::Chart(of) => (&of.title, [].as_slice()),
            Attachment::Regions(of) => (&of.title, [].as_slice()),
            Attachment::Graph(of) => (&of.title, of.sentences.as_slice()),
            Attachment::Table(_) | Attachment::Source(_) | Attachment::Figure(_) | Attachment::Stacks(_) => {
                return None;
            }
        };
        let sentences = sentences.iter().map(|said| lang.of(said).to_owned()).collect();
        Some(Listed { stem: named.stem, title: lang.of(title).to_owned(), sentences })
    };
    let own = |named: &Named<'_>| !growth::is_chart(&named.stem);
    named(report).unwrap_or_default().into_iter().filter(own).filter_map(listed).collect()
}

/// The stems of the files that [`pictures`] makes, in its order, without the charts of growth; empty where it would fail.
pub fn picture_stems(report: &Report) -> Vec<String> {
    let stems = named(report).unwrap_or_default().into_iter().map(|named| named.stem);
    stems.filter(|stem| !growth::is_chart(stem)).collect()
}

/// What becomes one picture.
struct Named<'a> {
    stem: String,
    /// One attachment, or charts of one name, each with its run.
    parts: Vec<(&'a Run, &'a Attachment)>,
}

/// Pictures in the order of the runs, with the names of their files: `NAME`, or `VARIANT.NAME` where several variants hand
/// one over that cannot be drawn into one.
fn named(report: &Report) -> Result<Vec<Named<'_>>, RenderError> {
    let mut all: Vec<(&str, &Run, &Attachment)> = Vec::new();
    for run in &report.runs {
        for attachment in &run.attachments {
            let Some(name) = name(attachment) else { continue };
            checked(run, name)?;
            all.push((name, run, attachment));
        }
    }
    let is_chart = |attachment: &Attachment| matches!(attachment, Attachment::Chart(_));
    let mut named: Vec<Named<'_>> = Vec::new();
    for (name, run, attachment) in &all {
        let others = || all.iter().filter(|(other, ..)| other == name);
        let stem = match is_chart(attachment) || others().count() == 1 {
            true => (*name).to_owned(),
            false => format!("{}.{name}", file_of(run)),
        };
        match named.iter_mut().find(|known| known.stem == stem) {
            None => named.push(Named { stem, parts: vec![(run, attachment)] }),
            Some(known) if is_chart(attachment) && known.parts.iter().all(|(_, other)| is_chart(other)) => {
                known.parts.push((run, attachment));
            }
            Some(_) => return Err(wrong(run, name, "stands for two pictures: give each its own name")),
        }
    }
    Ok(named)
}

/// A script shares its name with the Rust variant that does the same.
fn file_of(run: &Run) -> String {
    match run.language {
        Language::Rust => run.variant.clone(),
        Language::Python => format!("{}.py", run.variant),
    }
}

/// The name of what becomes a picture; tables, sources and figures have their place in the page alone, stacks become flamegraphs.
fn name(attachment: &Attachment) -> Option<&str> {
    match attachment {
        Attachment::Steps(steps) => Some(&steps.name),
        Attachment::Chart(chart) => Some(&chart.name),
        Attachment::Graph(graph) => Some(&graph.name),
        Attachment::Regions(regions) => Some(&regions.name),
        Attachment::Table(_) | Attachment::Source(_) | Attachment::Figure(_) | Attachment::Stacks(_) => None,
    }
}

fn checked(run: &Run, name: &str) -> Result<(), RenderError> {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    match name {
        "" => Err(wrong(run, name, "is empty: give it a name")),
        name if !name.chars().all(is_plain) || name.len() > 80 => {
            Err(wrong(run, name, "cannot be the name of a file: use a-z, 0-9 and -, at most 80 of them"))
        }
        name if TAKEN.contains(&name) => {
            Err(wrong(run, name, "is the name of a file of every report: take another"))
        }
        _ => Ok(()),
    }
}

fn wrong(run: &Run, name: &str, why: &'static str) -> RenderError {
    RenderError::Name { variant: file_of(run), name: name.to_owned(), why }
}

fn draw(named: &Named<'_>, words: &Words) -> Result<Picture, RenderError> {
    let lang = words.lang();
    let who = who(named);
    let Some((_, first)) = named.parts.first() else {
        return Err(RenderError::picture("a picture", "nothing is in it"));
    };
    let picture = |title: &heaplab_record::Text, svg: String| Picture {
        stem: named.stem.clone(),
        title: lang.of(title).to_owned(),
        svg,
        table: None,
    };
    Ok(match first {
        Attachment::Steps(of) => Picture {
            table: Some(steps::table(of, words)),
            ..picture(&of.title, steps::draw(of, &who, words))
        },
        Attachment::Chart(of) => picture(&of.title, chart::draw(of, &lines(named), &who, words)?),
        Attachment::Graph(of) => picture(&of.title, graph::draw(of, &who, words)),
        Attachment::Regions(of) => picture(&of.title, regions::draw(of, &who, words)),
        _ => return Err(RenderError::picture("a picture", "it has a place in the page alone")),
    })
}

/// The variants whose picture it is: `Rust: slab, buddy · CPython: slab`.
fn who(named: &Named<'_>) -> String {
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
fn lines<'a>(named: &Named<'a>) -> Vec<chart::Line<'a>> {
    let charts: Vec<(&Run, &'a Chart)> = named
        .parts
        .iter()
        .filter_map(|(run, attachment)| match attachment {
            Attachment::Chart(chart) => Some((*run, chart)),
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
        let variant = if both(run) { file_of(run) } else { run.variant.clone() };
        for series in &chart.series {
            let name = match series.name.as_str() {
                "" => variant.clone(),
                name if times(name) > 1 => format!("{variant}: {name}"),
                name => name.to_owned(),
            };
            lines.push(chart::Line { name, marker: series.marker, points: &series.points });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn stems(runs: Vec<Run>) -> Result<Vec<String>, String> {
        let report = Report { runs, ..fixture::report(Lang::En) };
        Ok(named(&report).map_err(|error| error.to_string())?.into_iter().map(|named| named.stem).collect())
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
        let drawn = pictures(&report, &Words::new(Lang::En)).unwrap();
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
            let drawn = pictures(&report, &Words::new(lang)).unwrap();
            assert_eq!(drawn.len(), 6);
            assert_eq!(picture_stems(&report).len(), drawn.len());
            for picture in &drawn {
                assert!(svg::texts(&picture.svg).contains(&picture.title), "{}", picture.stem);
                let png = crate::png(&picture.svg).unwrap();
                if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
                    let file = std::path::Path::new(&dir).join(format!("{}.{}", picture.stem, lang.tag()));
                    std::fs::write(file.with_added_extension("svg"), &picture.svg).unwrap();
                    std::fs::write(file.with_added_extension("png"), png).unwrap();
                }
            }
        }
    }
}
