//! `ladder.svg`: speed and peak RSS of every run, with a line at the section's memory limit.
//!
//! A run is two marks: a filled one at its anonymous pages and a ring at all its resident pages.
//! Between the two are pages of files and of shared memory.

mod axes;
mod labels;

use super::axis::trim_zeros;
use super::canvas;
use crate::picture::{FigureTable, ReportPicture};
use crate::svg::{BLUE, EDGE, FAINT, Font, GRID, INK, PAPER, QUIET, Svg, VERMILION};
use crate::{Words, format, wall};
use axes::LadderAxes;
use heaplab_record::{Language, Report, Run};
use labels::PlacedLabel;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 632.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = WIDTH - 150.0;
const TOP: f64 = 124.0;
const BOTTOM: f64 = HEIGHT - 84.0;
/// File pages are mentioned from this part of a run's peak on. Fewer are the program's own code.
const FILE_FROM_PART: f64 = 0.5;

/// One measured run.
struct LadderRun<'a> {
    name: String,
    run: &'a Run,
    /// Units of work per second.
    speed: f64,
    peak: u64,
    /// `None` where it was not sampled. Never above the peak, which is the kernel's figure.
    anonymous: Option<u64>,
}

/// The entry in the table of pictures.
pub(crate) const PICTURE: ReportPicture = ReportPicture {
    stem: "ladder",
    is_drawn: |report| report.ladder.is_some() && !ladder_runs(report).is_empty(),
    describe: |report, words| (words.get("ladder-title"), ladder_sentences(report, words)),
    draw: draw_ladder,
};

fn draw_ladder(report: &Report, words: &Words) -> (String, Option<FigureTable>) {
    let limit = report.ladder.map_or(0, |ladder| ladder.limit_bytes);
    let points = ladder_runs(report);
    let title = words.get("ladder-title");
    let axes = LadderAxes::from_runs(&points, limit);
    let mut svg = Svg::default();
    svg.draw_head(&title, &words.get("ladder-subtitle"));
    svg.text((EDGE, 82.0), &words.get("ladder-subtitle-file"), Font::new(13, QUIET));
    draw_grid(&mut svg, &axes, report, words);
    let mut labels = labels::LabelPlacer::new((LEFT, RIGHT + 120.0), (TOP, BOTTOM));
    draw_limit(&mut svg, &axes, limit, &mut labels, words);
    let marks: Vec<_> = points.iter().map(|point| axes.marks(point)).collect();
    for (from, to) in &marks {
        labels.keep_clear(*from, *to);
    }
    for (point, marks) in points.iter().zip(&marks) {
        draw_run(&mut svg, point, *marks, report, words);
    }
    for (point, (_, ring)) in points.iter().zip(&marks) {
        let font = Font::new(13, language_colour(point.run.language)).bold().halo();
        let PlacedLabel { at, leader } = labels.place(*ring, font.width(&point.name));
        if leader {
            svg.line(*ring, (at.0, at.1 + 3.0), &format!("stroke=\"{QUIET}\" stroke-width=\"0.7\""));
        }
        svg.text(at, &point.name, font);
    }
    svg.text((EDGE, HEIGHT - 20.0), &words.get("ladder-log"), Font::new(12, QUIET));
    let description = ladder_sentences(report, words).join(" ");
    let table = ladder_table(&points, limit, report, words);
    (svg.finish((WIDTH, HEIGHT), &title, &description), Some(table))
}

/// Which run is the fastest under the limit, and which peaks are mostly a file's pages.
fn ladder_sentences(report: &Report, words: &Words) -> Vec<String> {
    let Some(ladder) = report.ladder else { return Vec::new() };
    let points = ladder_runs(report);
    let limit = format::bytes(ladder.limit_bytes);
    let under = points.iter().filter(|point| point.peak < ladder.limit_bytes);
    let mut said = Vec::new();
    if let Some(best) = under.max_by(|one, other| one.speed.total_cmp(&other.speed)) {
        let (speed, peak) = (format_speed(best, report, words), format::bytes(best.peak));
        said.push(words.say(
            "ladder-fastest",
            &[("limit", &limit), ("who", &run_label(best, words)), ("speed", &speed), ("peak", &peak)],
        ));
    } else if !points.is_empty() {
        said.push(words.say("ladder-none", &[("limit", &limit)]));
    }
    for point in &points {
        let Some(file) = point.anonymous.map(|anonymous| point.peak - anonymous) else { continue };
        if file > ladder.limit_bytes && file as f64 > FILE_FROM_PART * point.peak as f64 {
            let share = format::percent(file as f64 / point.peak as f64);
            let (peak, file) = (format::bytes(point.peak), format::bytes(file));
            said.push(words.say(
                "ladder-file",
                &[("who", &run_label(point, words)), ("peak", &peak), ("file", &file), ("share", &share)],
            ));
        }
    }
    said
}

fn ladder_runs(report: &Report) -> Vec<LadderRun<'_>> {
    report.runs.iter().filter_map(|run| ladder_run(run, report)).collect()
}

fn ladder_run<'a>(run: &'a Run, report: &'a Report) -> Option<LadderRun<'a>> {
    let plain = run.plain.as_ref()?;
    let wall_ns = wall::timed_wall_ns(run)?;
    let peak = plain.peak_rss_bytes?;
    let is_twin = |other: &Run| other.variant == run.variant && other.language != run.language;
    let name = if report.runs.iter().any(is_twin) { run.file_stem() } else { run.variant.clone() };
    let anonymous = plain.peak_rss_anon_bytes.map(|bytes| bytes.min(peak));
    Some(LadderRun { name, run, speed: run.rows as f64 * 1e9 / wall_ns, peak, anonymous })
}

fn draw_grid(svg: &mut Svg, axes: &LadderAxes, report: &Report, words: &Words) {
    let thin = format!("stroke=\"{GRID}\" stroke-width=\"1\"");
    svg.rect((LEFT, TOP), (RIGHT - LEFT, BOTTOM - TOP), &format!("fill=\"{FAINT}\" stroke=\"{GRID}\""));
    for mark in axes.memory.marks() {
        let x = axes.x(*mark);
        svg.line((x, TOP), (x, BOTTOM), &thin);
        svg.text((x, BOTTOM + 18.0), &axes.memory.format_mark(*mark), Font::new(12, QUIET).middle());
    }
    for mark in axes.speed.marks() {
        let y = axes.y(*mark);
        svg.line((LEFT, y), (RIGHT, y), &thin);
        svg.text(
            (LEFT - 8.0, y),
            &trim_zeros(&format_per_second(*mark, report, words)),
            Font::new(12, QUIET).end(),
        );
    }
    svg.text((EDGE, TOP - 12.0), &words.get("ladder-speed"), Font::new(13, INK));
    svg.text((RIGHT, BOTTOM + 40.0), &words.get("ladder-memory"), Font::new(13, INK).end());
}

fn draw_limit(svg: &mut Svg, axes: &LadderAxes, limit: u64, labels: &mut labels::LabelPlacer, words: &Words) {
    let x = axes.x(limit as f64);
    svg.line(
        (x, TOP),
        (x, BOTTOM),
        &format!("stroke=\"{INK}\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\""),
    );
    let said = words.say("ladder-limit", &[("limit", &format::bytes(limit))]);
    let font = Font::new(12, INK).halo();
    let at = (x + 6.0, BOTTOM - 12.0);
    svg.text(at, &said, font);
    labels.keep_clear(at, (at.0 + font.width(&said), at.1));
    labels.add_line(x);
}

fn draw_run(
    svg: &mut Svg,
    point: &LadderRun<'_>,
    (filled, ring): ((f64, f64), (f64, f64)),
    report: &Report,
    words: &Words,
) {
    let colour = language_colour(point.run.language);
    let title = run_cells(point, report, words).join(" · ");
    svg.group(&title, |svg| {
        svg.line(filled, ring, &format!("stroke=\"{colour}\" stroke-width=\"2\" stroke-opacity=\"0.55\""));
        svg.circle(ring, 6.5, &format!("fill=\"{PAPER}\" stroke=\"{colour}\" stroke-width=\"2\""));
        if point.anonymous.is_some() {
            svg.circle(filled, 4.0, &format!("fill=\"{colour}\""));
        }
    });
}

/// The same figures as a table.
fn ladder_table(points: &[LadderRun<'_>], limit: u64, report: &Report, words: &Words) -> FigureTable {
    let keys = ["column-variant", "ladder-speed", "column-rss-anon", "ladder-peak", "ladder-under"];
    let heads =
        keys.map(|key| words.say(key, &[("limit", &format::bytes(limit))]).replace('|', " ")).to_vec();
    let with_verdict = |point| {
        let verdict = if LadderRun::is_under(point, limit) { "yes" } else { "no" };
        run_cells(point, report, words).into_iter().chain([words.get(verdict)]).collect()
    };
    (heads, points.iter().map(with_verdict).collect())
}

fn run_cells(point: &LadderRun<'_>, report: &Report, words: &Words) -> Vec<String> {
    let anonymous = point.anonymous.map_or_else(|| "–".to_owned(), format::bytes);
    vec![point.name.clone(), format_speed(point, report, words), anonymous, format::bytes(point.peak)]
}

impl LadderRun<'_> {
    const fn is_under(&self, limit: u64) -> bool {
        self.peak < limit
    }
}

/// `engine` or `CPython lines`, for a sentence.
fn run_label(point: &LadderRun<'_>, words: &Words) -> String {
    match point.run.language {
        Language::Rust => point.run.variant.clone(),
        language => words
            .say("whose", &[("language", canvas::language_name(language)), ("variant", &point.run.variant)]),
    }
}

fn format_speed(point: &LadderRun<'_>, report: &Report, words: &Words) -> String {
    format_per_second(point.speed, report, words)
}

/// `1.98 GB/s`; figures that are not bytes have their unit: `10M rows/s`.
fn format_per_second(speed: f64, report: &Report, words: &Words) -> String {
    let whole = speed.round() as u64;
    if report.unit == "bytes" {
        return words.say("ladder-a-second", &[("amount", &format::bytes(whole))]);
    }
    let unit = words.say("unit-many", &[("unit", &report.unit)]);
    words.say("ladder-a-second", &[("amount", &format!("{} {unit}", format::scale(whole)))])
}

const fn language_colour(language: Language) -> &'static str {
    match language {
        Language::Rust => VERMILION,
        Language::Python => BLUE,
    }
}

#[cfg(test)]
mod tests;
