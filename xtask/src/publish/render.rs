//! Makes the files of a report from what was measured.

use crate::runner::alloc_sites::NamedProfile;
use crate::runner::measure::DhatFile;
use anyhow::{Context as _, Result};
use heaplab_profile::formats::{FORMATS, Subject};
use heaplab_profile::{Measure, dhat, folded};
use heaplab_record::{Attachment, Curve, Probe, Report, SourceListing};
use heaplab_report::markdown::{DrawnPictures, render_summary};
use heaplab_report::{Artifact, FlamegraphSet, LiveCurve, PagePictures, VariantLeaks, Words};
use serde::Serialize;
use std::path::{Component, Path};

/// What the pictures are made of, besides the report itself.
#[derive(Default)]
pub(crate) struct ReportInputs<'a> {
    pub(crate) curves: &'a [Curve],
    pub(crate) live: &'a [LiveCurve],
    pub(crate) dhat_files: &'a [DhatFile],
    pub(crate) profiles: &'a [NamedProfile],
    /// The pictures of what stays live.
    pub(crate) leaks: Vec<VariantLeaks>,
    /// The workspace, for source listings; without it the page has none.
    pub(crate) root: Option<&'a Path>,
}

/// All files, sorted so that a reader of the folder's list starts at the top.
pub(crate) fn render_report(
    report: &Report,
    measured: ReportInputs<'_>,
    words: &Words,
) -> Result<Vec<Artifact>> {
    let ReportInputs { curves, live, dhat_files, profiles, mut leaks, root } = measured;
    let mut artifacts = Vec::new();
    artifacts.push(json_artifact("report.json", report)?);

    let comparison_svg = heaplab_report::comparison_svg(report, words)?;
    let curve_svg = heaplab_report::curve_svg(curves, words)?;
    artifacts.push(svg_artifact("comparison.png", &comparison_svg)?);
    artifacts.push(text_artifact("comparison.svg", comparison_svg.clone()));
    if let Some(curve_svg) = &curve_svg {
        artifacts.push(svg_artifact("curve.png", curve_svg)?);
        artifacts.push(text_artifact("curve.svg", curve_svg.clone()));
        artifacts.push(text_artifact("curve.csv", heaplab_report::curve_csv(curves)));
    }
    for file in dhat_files {
        let json = dhat::rebase(&file.json, file.load_address)
            .with_context(|| format!("{}: cannot read dhat's file", file.variant))?;
        artifacts.push(text_artifact(format!("{}.dhat.json", file.variant), json));
    }
    let attached = heaplab_report::draw_pictures(report, words)?;
    for one in &attached {
        artifacts.push(svg_artifact(&format!("{}.png", one.stem), &one.svg)?);
        artifacts.push(text_artifact(format!("{}.svg", one.stem), one.svg.clone()));
    }
    let (charts, attached): (Vec<_>, Vec<_>) = attached.into_iter().partition(|one| one.is_growth);
    for of in &mut leaks {
        let chart = charts.iter().find(|one| one.stem == heaplab_report::growth::chart_stem(&of.variant));
        of.chart = chart.map(|one| one.svg.clone());
    }
    let flames = render_profiles(report, profiles, &[], words, &mut artifacts)?;
    // The source would give a puzzle's answers away.
    let root = root.filter(|_| report.mystery.is_none());
    let sources = root.map(|root| source_pages(profiles, root)).unwrap_or_default();
    for view in leaks.iter().flat_map(|of| &of.views) {
        artifacts.push(text_artifact(view.file.clone(), view.svg.clone()));
    }
    render_stacks(report, words, &mut artifacts)?;
    let live_svg = render_live_curves(live, words, &mut artifacts)?;
    let drawn = DrawnPictures { curve: curve_svg.is_some(), live: live_svg.is_some() };
    artifacts.push(text_artifact("summary.md", render_summary(report, drawn, words)));
    let pictures = PagePictures { comparison_svg, curve_svg, live_svg, flames, attached, leaks, sources };
    artifacts
        .push(text_artifact("report.html", heaplab_report::render_report_page(report, &pictures, words)?));
    Ok(artifacts)
}

/// The files of a program of the user's own. It has nothing to compare, and its DHAT file comes
/// from heaplab's recorder.
pub(crate) fn render_program_report(
    report: &Report,
    profiles: &[NamedProfile],
    runs: &[dhat::RunHeader],
    live: &[LiveCurve],
    root: &Path,
    words: &Words,
) -> Result<Vec<Artifact>> {
    let mut artifacts = vec![json_artifact("report.json", report)?];
    let flames = render_profiles(report, profiles, runs, words, &mut artifacts)?;
    let sources = source_pages(profiles, root);
    let live_svg = render_live_curves(live, words, &mut artifacts)?;
    let drawn = DrawnPictures { curve: false, live: live_svg.is_some() };
    artifacts.push(text_artifact("summary.md", render_summary(report, drawn, words)));
    let pictures = PagePictures { live_svg, flames, sources, ..PagePictures::default() };
    artifacts
        .push(text_artifact("report.html", heaplab_report::render_report_page(report, &pictures, words)?));
    Ok(artifacts)
}

/// Adds the chart of live bytes over the allocation clock; returns its SVG for the page.
fn render_live_curves(
    live: &[LiveCurve],
    words: &Words,
    artifacts: &mut Vec<Artifact>,
) -> Result<Option<String>> {
    let svg = heaplab_report::live_svg(live, words)?;
    if let Some(svg) = &svg {
        artifacts.push(svg_artifact("live.png", svg)?);
        artifacts.push(text_artifact("live.svg", svg.clone()));
        artifacts.push(text_artifact("live.csv", heaplab_report::live_csv(live)));
    }
    Ok(svg)
}

/// Writes every profile in every format, and its flamegraph; returns the flamegraphs of the page.
/// `runs` are those of the profiles, where heaplab's recorder describes them.
fn render_profiles(
    report: &Report,
    profiles: &[NamedProfile],
    runs: &[dhat::RunHeader],
    words: &Words,
    artifacts: &mut Vec<Artifact>,
) -> Result<Vec<FlamegraphSet>> {
    for (index, named) in profiles.iter().enumerate() {
        let of = &named.variant;
        let subject = Subject { name: of, run: runs.get(index) };
        for format in FORMATS {
            let name = format!("{of}{}", format.ending);
            let written = (format.write)(&named.profile, &subject);
            if let Some(text) = written.with_context(|| format!("cannot write {name}"))? {
                artifacts.push(text_artifact(name, text));
            }
        }
        let stacks = folded::write_folded(&named.profile, Measure::PeakBytes);
        let subtitle = flame_subtitle(report, named, words);
        let svg = heaplab_report::flamegraph_svg(&stacks, of, Some(&subtitle), words)?;
        artifacts.push(text_artifact(format!("{of}.flamegraph.svg"), svg));
    }
    let flames: Vec<_> = profiles
        .iter()
        .map(|named| (named.variant.as_str(), flame_subtitle(report, named, words), &named.profile))
        .collect();
    Ok(heaplab_report::profile_flamegraphs(&flames, words))
}

/// The source listings of every variant, for files inside the workspace.
fn source_pages(profiles: &[NamedProfile], root: &Path) -> Vec<(String, SourceListing)> {
    let read = |file: &str| {
        let inside = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
        std::fs::read_to_string(root.join(file)).ok().filter(|_| inside)
    };
    let of = |named: &NamedProfile| {
        let variant = named.variant.clone();
        heaplab_report::annotate_sources(&named.profile, &read)
            .into_iter()
            .map(move |of| (variant.clone(), of))
    };
    profiles.iter().flat_map(of).collect()
}

/// Adds flamegraphs of stacks that a lesson attached, whose widths are not bytes.
fn render_stacks(report: &Report, words: &Words, artifacts: &mut Vec<Artifact>) -> Result<()> {
    for attachment in report.runs.iter().flat_map(|run| &run.attachments) {
        let Attachment::Stacks(stacks) = attachment else { continue };
        let (name, lang) = (&stacks.name, words.lang());
        let (counts, title) = (lang.pick(&stacks.counts), lang.pick(&stacks.title));
        let svg = heaplab_report::cpu_flamegraph_svg(&stacks.folded, counts, title, None, words)?;
        artifacts.push(text_artifact(format!("{name}.folded"), stacks.folded.join("\n") + "\n"));
        artifacts.push(svg_artifact(&format!("{name}.flamegraph.png"), &svg)?);
        artifacts.push(text_artifact(format!("{name}.flamegraph.svg"), svg));
    }
    Ok(())
}

/// Names the probe and the scale of a flamegraph's figures.
fn flame_subtitle(report: &Report, named: &NamedProfile, words: &Words) -> String {
    let rows = heaplab_report::format::count(named.rows);
    let bytes = heaplab_report::format::bytes(named.profile.peak_bytes());
    let key = match named.probe {
        Probe::Heap => "flamegraph-by-recorder",
        _ => "flamegraph-by-dhat",
    };
    words.say(key, &[("rows", &rows), ("unit", &report.unit), ("bytes", &bytes)])
}

pub(crate) fn json_artifact(name: &str, value: &impl Serialize) -> Result<Artifact> {
    Ok(text_artifact(name, serde_json::to_string_pretty(value)? + "\n"))
}

pub(crate) fn text_artifact(name: impl Into<String>, text: String) -> Artifact {
    Artifact { name: name.into(), bytes: text.into_bytes() }
}

pub(crate) fn svg_artifact(name: &str, svg: &str) -> Result<Artifact> {
    let bytes = heaplab_report::svg_to_png(svg).with_context(|| format!("cannot make {name}"))?;
    Ok(Artifact { name: name.to_owned(), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_report::Lang;

    #[test]
    fn what_a_lesson_hands_over_becomes_files_and_stands_in_page_and_summary() {
        let of: Report = serde_json::from_str(include_str!("../../tests/data/leak-report.json")).unwrap();
        let artifacts = render_report(&of, ReportInputs::default(), &Words::new(Lang::Zh)).unwrap();
        let bytes = |name: &str| {
            let found = artifacts.iter().find(|artifact| artifact.name == name);
            found.unwrap_or_else(|| panic!("{name}")).bytes.clone()
        };
        assert!(bytes("leak.png").starts_with(b"\x89PNG"));
        for name in ["leak.svg", "report.html"] {
            let text = String::from_utf8(bytes(name)).unwrap();
            assert!(text.contains("谁引用谁") && text.contains("Rc&lt;Node&gt;"), "{name}");
        }
        let summary = String::from_utf8(bytes("summary.md")).unwrap();
        assert!(summary.contains("![谁引用谁](leak.svg)"), "{summary}");
    }
}
