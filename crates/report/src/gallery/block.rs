//! A lesson's block: where and when it was measured, a table of its variants, its pictures.

use super::{GalleryReports, TextPlace, lecture_section};
use crate::against::describe_against;
use crate::attachments::pictures;
use crate::{Words, format, prose, wall};
use heaplab_record::{Report, Run};

/// Shown for a quantity that was not measured.
const NOT_MEASURED: &str = "–";

/// The block's Markdown, which ends in a line feed.
///
/// # Errors
/// If the text belongs to no lesson, or the gallery has no run of it.
pub(super) fn render_block(
    place: TextPlace<'_>,
    reports: &GalleryReports,
    words: &Words,
) -> Result<String, String> {
    let section = place.section.ok_or("only a lesson's own text has a gallery")?;
    let lecture = lecture_section(section);
    let report =
        reports.get(&lecture).ok_or_else(|| format!("the gallery has no report of section {lecture}"))?;
    let runs: Vec<&Run> = report.runs.iter().filter(|run| run.section == section).collect();
    if runs.is_empty() {
        return Err(format!("the gallery's report of {lecture} has no run of {section}"));
    }
    let mut out = format!(
        "{}\n\n{}",
        describe_environment(report, words),
        render_table(report, &runs, place.unit, words)
    );
    for stem in place.pictures {
        let at = format!("{}/{lecture}/{stem}", place.gallery);
        let alt = pictures::picture_title(report, stem, words).unwrap_or_else(|| alt_text(stem, words));
        out += &format!("\n[![{alt}]({at}.{})]({at}.svg)\n", picture_ending(stem));
    }
    Ok(out)
}

/// Flamegraphs exist as SVG only.
fn picture_ending(stem: &str) -> &'static str {
    if stem.ends_with(".flamegraph") { "svg" } else { "png" }
}

fn alt_text(stem: &str, words: &Words) -> String {
    match stem.strip_suffix(".flamegraph") {
        Some(variant) => words.say("flamegraph-of", &[("variant", variant)]),
        None if stem == "comparison" => words.get("heading-comparison"),
        None => stem.to_owned(),
    }
}

fn describe_environment(report: &Report, words: &Words) -> String {
    let of = &report.environment;
    let tools: Vec<String> = std::iter::once(of.rustc.clone()).chain(of.python.clone()).collect();
    words.say(
        "gallery-measured",
        &[
            ("date", report.created_at.split('T').next().unwrap_or_default()),
            ("cpu", &of.cpu),
            ("cores", &of.cores.to_string()),
            ("memory", &format::bytes(of.memory_bytes)),
            ("tools", &prose::join_names(&tools, words)),
            ("command", &format!("cargo xtask lesson {}", report.lesson.as_deref().unwrap_or_default())),
        ],
    )
}

fn render_table(report: &Report, runs: &[&Run], unit: Option<&str>, words: &Words) -> String {
    let unit = unit.unwrap_or_else(|| runs.first().map_or("", |run| prose::unit_of_run(run, report)));
    let keys = ["variant", "language", "peak", "a-row", "change", "allocations", "rss", "wall"];
    let one = prose::unit_singular(unit, words);
    let heads = keys.map(|key| words.say(&format!("gallery-{key}"), &[("one", &one)]));
    let mut out = format!("| {} |\n|---|---|--:|--:|--:|--:|--:|--:|\n", heads.join(" | "));
    for run in runs {
        out += &format!("| {} |\n", table_row(report, run, words).join(" | "));
    }
    out
}

fn table_row(report: &Report, run: &Run, words: &Words) -> [String; 8] {
    let absent = || NOT_MEASURED.to_owned();
    let (heap, plain) = (run.heap.as_ref(), run.plain.as_ref());
    let change = describe_against(run, &report.runs, words).map_or_else(absent, |against| against.short());
    [
        format!("`{}`", run.variant),
        prose::language_of_run(run, words),
        heap.map_or_else(absent, |heap| format::bytes(heap.peak_bytes)),
        heap.and_then(|heap| format::bytes_per_row(heap.peak_bytes, run.rows)).unwrap_or_else(absent),
        change,
        run.allocations().map_or_else(absent, format::count),
        plain.and_then(|plain| plain.peak_rss_bytes).map_or_else(absent, format::bytes),
        wall::format_wall(run, words).unwrap_or_else(absent),
    ]
}
