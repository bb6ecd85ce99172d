//! Which pictures a report has, how their files are called, and how each is drawn.

use super::shown::{ShownAttachment, shown_attachments};
use crate::chart::{canvas, ladder, lines};
use crate::graph::mind_map;
use crate::picture::{ListedPicture, Picture, PictureKind, ReportPicture};
use crate::{RenderError, Words};
use heaplab_record::{Attachment, Chart, Language, Report, Run};

/// The kinds of attachments that become pictures. To add a kind, implement [`PictureKind`] for its
/// data in a file of its own and name its variant of [`Attachment`] in the line below. Tables,
/// sources and figures have a place in the page only; stacks become flamegraphs.
macro_rules! picture_kinds {
    ($($variant:ident),+) => {
        fn as_picture(attachment: &Attachment) -> Option<&dyn PictureKind> {
            match attachment {
                $(Attachment::$variant(data) => Some(data),)+
                _ => None,
            }
        }

        /// As [`as_picture`], to change its data.
        pub(crate) fn as_picture_mut(attachment: &mut Attachment) -> Option<&mut dyn PictureKind> {
            match attachment {
                $(Attachment::$variant(data) => Some(data),)+
                _ => None,
            }
        }
    };
}

picture_kinds!(Steps, Chart, Growth, Graph, Regions);

/// Pictures of a whole report, before those that lessons hand over.
const REPORT_PICTURES: [ReportPicture; 2] = [mind_map::PICTURE, ladder::PICTURE];

/// Stems of a report's other files: `comparison.svg`, `VARIANT.flamegraph.svg`.
const TAKEN: [&str; 8] =
    ["comparison", "curve", "report", "summary", "diff", "flamegraph", "diff-old", "diff-new"];

/// Draws every picture of a report but its charts of all variants.
///
/// # Errors For a name that no file can have or that stands for two pictures: it names the variant
/// and the picture.
pub fn draw_pictures(report: &Report, words: &Words) -> Result<Vec<Picture>, RenderError> {
    let of_report = report_pictures(report).map(|picture| {
        let (title, _) = (picture.describe)(report, words);
        let (svg, table) = (picture.draw)(report, words);
        Ok(Picture { stem: picture.stem.to_owned(), title, svg, is_growth: false, table })
    });
    of_report.chain(name_pictures(report)?.iter().map(|named| draw_picture(named, words))).collect()
}

/// Draws one chart that no run hands over; its series have names of their own. `who` says whose it
/// is.
///
/// # Errors
/// If plotters cannot draw.
pub fn chart_svg(of: &Chart, who: &str, words: &Words) -> Result<String, RenderError> {
    lines::draw_chart(of, &lines::series_lines(of), who, words)
}

/// What [`draw_pictures`] draws, in its order, without the charts of growth, which every variant
/// has; empty where drawing would fail.
pub(crate) fn list_pictures(report: &Report, words: &Words) -> Vec<ListedPicture> {
    let of_report = report_pictures(report).map(|picture| {
        let (title, sentences) = (picture.describe)(report, words);
        ListedPicture { stem: picture.stem.to_owned(), title, sentences }
    });
    of_report.chain(own_pictures(report).map(|named| named.into_listed(words))).collect()
}

/// The title of a picture that lessons hand over, by the stem of its files.
pub(crate) fn picture_title(report: &Report, stem: &str, words: &Words) -> Option<String> {
    let named = name_pictures(report).unwrap_or_default().into_iter().find(|named| named.stem == stem)?;
    Some(named.into_listed(words).title)
}

/// The stems of the files that [`draw_pictures`] makes, in its order, without the charts of growth;
/// empty where drawing would fail.
pub fn picture_stems(report: &Report) -> Vec<String> {
    let of_report = report_pictures(report).map(|picture| picture.stem.to_owned());
    of_report.chain(own_pictures(report).map(|named| named.stem)).collect()
}

fn report_pictures(report: &Report) -> impl Iterator<Item = &'static ReportPicture> {
    REPORT_PICTURES.iter().filter(|picture| (picture.is_drawn)(report))
}

fn own_pictures(report: &Report) -> impl Iterator<Item = NamedPicture<'_>> {
    name_pictures(report).unwrap_or_default().into_iter().filter(|named| !named.is_growth())
}

/// What becomes one picture.
struct NamedPicture<'a> {
    stem: String,
    kind: &'a dyn PictureKind,
    /// One attachment, or charts of one name, each with its run.
    parts: Vec<(&'a Run, &'a Attachment)>,
    /// The versions of CPython that handed it over, where several ran.
    versions: Option<String>,
}

impl NamedPicture<'_> {
    /// Whether the runner added it.
    fn is_growth(&self) -> bool {
        self.parts.iter().any(|(_, attachment)| matches!(attachment, Attachment::Growth(_)))
    }

    /// The title, with the versions where it is not the picture of every interpreter's run.
    fn title(&self, words: &Words) -> String {
        let title = words.lang().pick(self.kind.title());
        match &self.versions {
            Some(versions) if title.contains(canvas::language_name(Language::Python)) => {
                format!("{title} · {versions}")
            }
            Some(versions) => format!("{title} · {} {versions}", canvas::language_name(Language::Python)),
            None => title.to_owned(),
        }
    }

    fn into_listed(self, words: &Words) -> ListedPicture {
        let text = |text| words.lang().pick(text).to_owned();
        let sentences = self.kind.sentences().iter().map(text).collect();
        ListedPicture { title: self.title(words), stem: self.stem, sentences }
    }
}

/// Pictures in the order of the runs, with the stems of their files: `NAME`, or `VARIANT.NAME`
/// where several variants hand one over that cannot be drawn into one. A chart of another interpreter
/// is a picture of its own: lines of several versions over each other could not be told apart.
fn name_pictures(report: &Report) -> Result<Vec<NamedPicture<'_>>, RenderError> {
    let mut all: Vec<(&dyn PictureKind, ShownAttachment<'_>)> = Vec::new();
    for shown in shown_attachments(report) {
        let Some(kind) = as_picture(shown.attachment) else { continue };
        check_name(shown.run, kind.name())?;
        all.push((kind, shown));
    }
    let is_merged = |run: &Run, attachment: &Attachment| {
        matches!(attachment, Attachment::Chart(_)) && run.interpreter.is_none()
    };
    let mut named: Vec<NamedPicture<'_>> = Vec::new();
    for (kind, shown) in &all {
        let (name, run, attachment) = (kind.name(), shown.run, shown.attachment);
        let same_name = all.iter().filter(|(other, _)| other.name() == name).count();
        let stem = match is_merged(run, attachment) || same_name == 1 {
            true => name.to_owned(),
            false => format!("{}.{name}", run.file_stem()),
        };
        let versions = shown.versions_label();
        match named.iter_mut().find(|known| known.stem == stem) {
            None => {
                named.push(NamedPicture { stem, kind: *kind, parts: vec![(run, attachment)], versions });
            }
            Some(known)
                if is_merged(run, attachment)
                    && known.parts.iter().all(|(run, other)| is_merged(run, other)) =>
            {
                known.parts.push((run, attachment));
                known.versions = None;
            }
            Some(_) => {
                return Err(name_error(run, name, "stands for two pictures: give each its own name"));
            }
        }
    }
    Ok(named)
}

fn check_name(run: &Run, name: &str) -> Result<(), RenderError> {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_taken = TAKEN.contains(&name) || REPORT_PICTURES.iter().any(|picture| picture.stem == name);
    match name {
        "" => Err(name_error(run, name, "is empty: give it a name")),
        name if !name.chars().all(is_plain) || name.len() > 80 => {
            Err(name_error(run, name, "cannot be the name of a file: use a-z, 0-9 and -, at most 80 of them"))
        }
        name if is_taken => Err(name_error(run, name, "is the name of a file of every report: take another")),
        _ => Ok(()),
    }
}

fn name_error(run: &Run, name: &str, why: &'static str) -> RenderError {
    RenderError::Name { variant: run.file_stem(), name: name.to_owned(), why }
}

fn draw_picture(named: &NamedPicture<'_>, words: &Words) -> Result<Picture, RenderError> {
    Ok(Picture {
        stem: named.stem.clone(),
        title: named.title(words),
        svg: named.kind.draw(&named.parts, &variants_label(named), words)?,
        is_growth: named.is_growth(),
        table: named.kind.table(words),
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
        let versions = named.versions.iter().filter(|_| language == Language::Python);
        let name = std::iter::once(canvas::language_name(language)).chain(versions.map(String::as_str));
        let name = name.collect::<Vec<_>>().join(" ");
        (!names.is_empty()).then(|| format!("{name}: {}", names.join(", ")))
    };
    [Language::Rust, Language::Python].into_iter().filter_map(of).collect::<Vec<_>>().join(" · ")
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
    fn another_interpreters_picture_carries_its_version_unless_it_says_the_same() {
        let python = |version: Option<&str>, attachment: Attachment| Run {
            language: Language::Python,
            interpreter: version.map(str::to_owned),
            ..run("ledger", vec![attachment])
        };
        let chart = |point: f64| {
            let mut chart = fixture::pictures::chart("");
            chart.series[0].points = vec![[1.0, point], [2.0, point]];
            Attachment::Chart(chart)
        };
        let runs = vec![
            python(None, graph("refs")),
            python(Some("3.9.18"), graph("refs")),
            python(None, chart(1.0)),
            python(Some("3.9.18"), chart(2.0)),
        ];
        let report = Report { runs, ..fixture::report(Lang::En) };
        let words = Words::new(Lang::En);
        assert_eq!(picture_stems(&report), ["refs", "ledger-3.9.18.py.waste", "waste"]);
        let drawn = draw_pictures(&report, &words).unwrap();
        let titles: Vec<&str> = drawn.iter().map(|picture| picture.title.as_str()).collect();
        for (title, versions) in titles.iter().zip(["3.9.18, 3.11.2", "3.9.18", "3.11.2"]) {
            assert!(title.ends_with(&format!(" · CPython {versions}")), "{titles:?}");
        }
        let who = svg::texts(&drawn[1].svg);
        assert!(who.contains(&"CPython 3.9.18: ledger".to_owned()), "{who:?}");
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
