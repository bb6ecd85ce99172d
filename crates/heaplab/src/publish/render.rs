//! Makes the files of a report from profiles, and of a program's report as a whole.

use crate::runner::alloc_sites::NamedProfile;
use anyhow::{Context as _, Result};
use heaplab_profile::formats::{FORMATS, Subject};
use heaplab_profile::{Measure, dhat, folded};
use heaplab_record::{Probe, Report, SourceListing};
use heaplab_report::markdown::{DrawnPictures, render_summary};
use heaplab_report::{Artifact, FlamegraphSet, LiveCurve, PagePictures, Words};
use serde::Serialize;
use std::path::{Component, Path};

/// The files of a program of the user's own. It has nothing to compare, and its DHAT file comes
/// from heaplab's recorder.
pub fn render_program_report(
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

/// The folder within a report that has the recordings, where they are kept.
pub const RECORDINGS_FOLDER: &str = "recordings";

/// Adds the chart of live bytes over the allocation clock; returns its SVG for the page.
pub fn render_live_curves(
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
pub fn render_profiles(
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
            if let Some(bytes) = written.with_context(|| format!("cannot write {name}"))? {
                artifacts.push(Artifact { name, bytes });
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
pub fn source_pages(profiles: &[NamedProfile], root: &Path) -> Vec<(String, SourceListing)> {
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

/// A file with this value as JSON.
///
/// # Errors
/// If the value cannot be written as JSON.
pub fn json_artifact(name: &str, value: &impl Serialize) -> Result<Artifact> {
    Ok(text_artifact(name, serde_json::to_string_pretty(value)? + "\n"))
}

/// A file with this text.
pub fn text_artifact(name: impl Into<String>, text: String) -> Artifact {
    Artifact { name: name.into(), bytes: text.into_bytes() }
}

/// A file with this picture as PNG.
///
/// # Errors
/// If the SVG cannot be drawn.
pub fn svg_artifact(name: &str, svg: &str) -> Result<Artifact> {
    let bytes = heaplab_report::svg_to_png(svg).with_context(|| format!("cannot make {name}"))?;
    Ok(Artifact { name: name.to_owned(), bytes })
}
