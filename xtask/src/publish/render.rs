//! Makes the files of a lesson's report from what was measured.

use crate::runner::alloc_sites::NamedProfile;
use crate::runner::measure::DhatFile;
use anyhow::{Context as _, Result, ensure};
use heaplab::publish::render::{
    json_artifact, render_live_curves, render_profiles, source_pages, svg_artifact, text_artifact,
};
use heaplab_profile::dhat;
use heaplab_record::{Attachment, Curve, Report};
use heaplab_report::markdown::{DrawnPictures, render_summary};
use heaplab_report::{Artifact, LiveCurve, PagePictures, VariantLeaks, Words};
use std::path::Path;

/// What the pictures are made of, besides the report itself.
#[derive(Default)]
pub(crate) struct ReportInputs<'a> {
    pub(crate) curves: &'a [Curve],
    pub(crate) live: &'a [LiveCurve],
    pub(crate) dhat_files: &'a [DhatFile],
    pub(crate) profiles: &'a [NamedProfile],
    /// The pictures of what stays live.
    pub(crate) leaks: Vec<VariantLeaks>,
    /// The files that other tools left.
    pub(crate) tool_files: Vec<Artifact>,
    /// The workspace, for source listings; without it the page has none.
    pub(crate) root: Option<&'a Path>,
}

/// All files, sorted so that a reader of the folder's list starts at the top.
pub(crate) fn render_report(
    report: &Report,
    measured: ReportInputs<'_>,
    words: &Words,
) -> Result<Vec<Artifact>> {
    let ReportInputs { curves, live, dhat_files, profiles, mut leaks, tool_files, root } = measured;
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
    let pictures =
        PagePictures { comparison_svg, curve_svg, live_svg, flames, attached, tool_files, leaks, sources };
    artifacts
        .push(text_artifact("report.html", heaplab_report::render_report_page(report, &pictures, words)?));
    add_tool_files(pictures.tool_files, &mut artifacts)?;
    Ok(artifacts)
}

/// Adds the files that other tools left, as they are. None may take the place of a file of ours.
fn add_tool_files(tool_files: Vec<Artifact>, artifacts: &mut Vec<Artifact>) -> Result<()> {
    for file in tool_files {
        let name = &file.name;
        ensure!(
            artifacts.iter().all(|known| known.name != *name),
            "{name}: a lesson hands over a tool's file by this name, and the report has another one: call it otherwise"
        );
        artifacts.push(file);
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_report::Lang;

    #[test]
    fn what_a_lesson_hands_over_becomes_files_and_stands_in_page_and_summary() {
        let of: Report =
            serde_json::from_str(include_str!("../../../crates/heaplab/tests/data/leak-report.json"))
                .unwrap();
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
