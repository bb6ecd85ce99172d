//! The files of a report, from what was measured.

use crate::measure::DhatFile;
use anyhow::{Context as _, Result};
use heaplab_profile::{dhat, folded};
use heaplab_record::{Curve, Report};
use heaplab_report::{Artifact, Pictures, Words};

/// Every file, in the order in which a folder lists them to a reader who starts at the top.
pub(crate) fn report(
    report: &Report,
    curves: &[Curve],
    dhat_files: &[DhatFile],
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
    let mut flamegraphs = Vec::new();
    for file in dhat_files {
        let of = &file.variant;
        let profile =
            dhat::read(&file.json).with_context(|| format!("{of}: cannot read dhat's file"))?.trimmed();
        let stacks = folded::folded(&profile, folded::Measure::PeakBytes);
        let subtitle = subtitle(report, of, words);
        let svg = heaplab_report::flamegraph_svg(&stacks, of, subtitle.as_deref(), words)?;
        artifacts.push(text(format!("{of}.dhat.json"), dhat::rebase(&file.json, file.load_address)?));
        artifacts.push(text(format!("{of}.folded"), stacks));
        artifacts.push(text(format!("{of}.flamegraph.svg"), svg.clone()));
        flamegraphs.push((of.clone(), svg));
    }
    artifacts.push(text("summary.md", heaplab_report::summary(report, curve_svg.is_some(), words)));
    let pictures = Pictures { comparison_svg, curve_svg, flamegraphs };
    artifacts.push(text("report.html", heaplab_report::page(report, &pictures, words)?));
    Ok(artifacts)
}

/// Whose figures they are and at which scale: dhat's is not the table's.
fn subtitle(report: &Report, variant: &str, words: &Words) -> Option<String> {
    let run = report.runs.iter().find(|run| run.variant == variant && run.dhat.is_some())?;
    let dhat = run.dhat.as_ref()?;
    let (rows, bytes) =
        (heaplab_report::format::count(dhat.rows), heaplab_report::format::bytes(dhat.totals.peak_bytes));
    Some(words.say("flamegraph-subtitle", &[("rows", &rows), ("unit", &report.unit), ("bytes", &bytes)]))
}

fn text(name: impl Into<String>, text: String) -> Artifact {
    Artifact { name: name.into(), bytes: text.into_bytes() }
}

fn picture(name: &str, svg: &str) -> Result<Artifact> {
    let bytes = heaplab_report::png(svg).with_context(|| format!("cannot make {name}"))?;
    Ok(Artifact { name: name.to_owned(), bytes })
}
