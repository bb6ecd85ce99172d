//! The files of a report, from what was measured.

use crate::measure::DhatFile;
use crate::sites::Named;
use anyhow::{Context as _, Result};
use heaplab_profile::{dhat, folded};
use heaplab_record::{Curve, Probe, Report};
use heaplab_report::{Artifact, Pictures, Words};

/// Every file, in the order in which a folder lists them to a reader who starts at the top.
pub(crate) fn report(
    report: &Report,
    curves: &[Curve],
    dhat_files: &[DhatFile],
    profiles: &[Named],
    words: &Words,
) -> Result<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    let mut json = serde_json::to_string_pretty(report)?;
    json.push('\n');
    artifacts.push(text("report.json", json));

    let comparison_svg = heaplab_report::comparison_svg(report, words)?;
    let curve_svg = heaplab_report::curve_svg(curves, words)?;
    artifacts.push(picture("comparison.png", &comparison_svg)?);
    artifacts.push(text("comparison.svg", comparison_svg.clone()));
    if let Some(curve_svg) = &curve_svg {
        artifacts.push(picture("curve.png", curve_svg)?);
        artifacts.push(text("curve.svg", curve_svg.clone()));
        artifacts.push(text("curve.csv", heaplab_report::curve_csv(curves)));
    }
    for file in dhat_files {
        let json = dhat::rebase(&file.json, file.load_address)
            .with_context(|| format!("{}: cannot read dhat's file", file.variant))?;
        artifacts.push(text(format!("{}.dhat.json", file.variant), json));
    }
    let mut flamegraphs = Vec::new();
    for named in profiles {
        let of = &named.variant;
        let stacks = folded::folded(&named.profile, folded::Measure::PeakBytes);
        let subtitle = subtitle(report, named, words);
        let svg = heaplab_report::flamegraph_svg(&stacks, of, Some(&subtitle), words)?;
        artifacts.push(text(format!("{of}.folded"), stacks));
        artifacts.push(text(format!("{of}.flamegraph.svg"), svg.clone()));
        flamegraphs.push((of.clone(), svg));
    }
    artifacts.push(text("summary.md", heaplab_report::summary(report, curve_svg.is_some(), words)));
    let pictures = Pictures { comparison_svg, curve_svg, flamegraphs };
    artifacts.push(text("report.html", heaplab_report::page(report, &pictures, words)?));
    Ok(artifacts)
}

/// Whose figures they are and at which scale.
fn subtitle(report: &Report, named: &Named, words: &Words) -> String {
    let rows = heaplab_report::format::count(named.rows);
    let bytes = heaplab_report::format::bytes(named.profile.peak_bytes());
    let key = match named.probe {
        Probe::Heap => "flamegraph-by-recorder",
        _ => "flamegraph-by-dhat",
    };
    words.say(key, &[("rows", &rows), ("unit", &report.unit), ("bytes", &bytes)])
}

fn text(name: impl Into<String>, text: String) -> Artifact {
    Artifact { name: name.into(), bytes: text.into_bytes() }
}

fn picture(name: &str, svg: &str) -> Result<Artifact> {
    let bytes = heaplab_report::png(svg).with_context(|| format!("cannot make {name}"))?;
    Ok(Artifact { name: name.to_owned(), bytes })
}
