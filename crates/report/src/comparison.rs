//! `comparison.svg`: a bar a variant, as long as its peak.
//!
//! Rust's bars are peak live heap, as the heap probe counts it. CPython has no heap probe: its bars are peak RSS, and the
//! legend says so. On a logarithmic scale lengths must not be compared, and the chart says that too.

use crate::against::{Standing, baseline_of, is_same, standing};
use crate::axis::{Axis, bytes_mark};
use crate::canvas::{self, Canvas, GRID, INK, PAPER, QUIET, Type};
use crate::{RenderError, Words, format};
use heaplab_record::{Language, Report, Run};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

const WHAT: &str = "comparison.svg";
const WIDTH: i32 = 1000;
const EDGE: i32 = 24;
const ROW: i32 = 30;
const HEAD: i32 = 112;
const FOOT: i32 = 74;

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, RangedCoordf64>>;

/// Draws the chart: one variant a bar, in the report's order, the folders of a section apart.
pub fn comparison_svg(report: &Report, words: &Words) -> Result<String, RenderError> {
    let lines = lines(report, words);
    let peaks: Vec<u64> = report.runs.iter().filter_map(peak).collect();
    let axis = Axis::over(&peaks, &peaks, 7);
    let title = title(report, words);
    let height = HEAD + ROW * lines.len().max(1) as i32 + FOOT;
    canvas::draw(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        head(page, report, words, &title)?;
        let mut chart = chart(page, &lines, &axis)?;
        baselines(&mut chart, &lines)?;
        for (index, line) in lines.iter().enumerate() {
            let middle = lines.len() as f64 - index as f64 - 0.5;
            draw_line(page, &mut chart, line, &axis, middle)?;
        }
        foot(page, words, &axis, height)
    })
}

/// A line of the chart.
enum Line<'a> {
    /// The number of a lesson's folder.
    Folder(&'a str),
    Bar(Bar<'a>),
}

struct Bar<'a> {
    run: &'a Run,
    peak: Option<u64>,
    /// Of the line, where this run is the one that Rust's others are compared with.
    is_rust_baseline: bool,
    says: String,
}

/// What is compared: peak live heap of Rust, peak RSS of CPython.
fn peak(run: &Run) -> Option<u64> {
    match run.language {
        Language::Rust => run.heap.as_ref().map(|heap| heap.peak_bytes),
        Language::Python => run.plain.as_ref().and_then(|plain| plain.peak_rss_bytes),
    }
}

fn lines<'a>(report: &'a Report, words: &Words) -> Vec<Line<'a>> {
    let mut folders: Vec<&str> = Vec::new();
    for run in &report.runs {
        if !folders.contains(&run.section.as_str()) {
            folders.push(&run.section);
        }
    }
    let mut lines = Vec::new();
    for folder in &folders {
        if folders.len() > 1 {
            lines.push(Line::Folder(folder));
        }
        let runs = report.runs.iter().filter(|run| run.section == **folder);
        lines.extend(runs.map(|run| Line::Bar(bar(run, report, words))));
    }
    lines
}

fn bar<'a>(run: &'a Run, report: &Report, words: &Words) -> Bar<'a> {
    let baseline = baseline_of(run, &report.runs);
    let is_baseline = baseline.is_some_and(|baseline| is_same(run, baseline));
    let mut parts = vec![peak(run).map_or_else(|| words.get("chart-not-measured"), format::bytes)];
    if run.rows != report.rows_requested {
        parts.push(words.say("chart-rows", &[("rows", &format::scale(run.rows)), ("unit", &report.unit)]));
    }
    if is_baseline {
        parts.push(words.get("chart-baseline"));
    } else if let Some(Standing::Change { per_row, part, .. }) = standing(run, baseline) {
        parts.push(saving(part, per_row, words));
    }
    let is_rust_baseline = is_baseline && run.language == Language::Rust;
    Bar { run, peak: peak(run), is_rust_baseline, says: parts.join(" · ") }
}

/// `saves 98.2 %`, `170.0 % more`, `as much`; of a row where the scales differ.
fn saving(part: f64, per_row: bool, words: &Words) -> String {
    let percent = format::percent((part - 1.0).abs());
    let said = match part {
        part if part < 1.0 => words.say("saving", &[("percent", &percent)]),
        part if part > 1.0 => words.say("chart-more", &[("percent", &percent)]),
        _ => words.get("chart-same"),
    };
    if per_row { words.say("chart-per-row", &[("saving", &said)]) } else { said }
}

fn title(report: &Report, words: &Words) -> String {
    let title = words.lang().of(&report.title);
    match &report.lesson {
        Some(lesson) => format!("{lesson} {title}"),
        None => title.to_owned(),
    }
}

fn head(page: &Canvas<'_>, report: &Report, words: &Words, title: &str) -> Result<(), RenderError> {
    let rows = format::count(report.rows_requested);
    let subtitle = words.say("chart-peak-by-variant", &[("rows", &rows), ("unit", &report.unit)]);
    canvas::write(page, WHAT, title, (EDGE, 32), Type::left(21, INK))?;
    canvas::write(page, WHAT, &subtitle, (EDGE, 60), Type::left(14, QUIET))?;
    let mut left = EDGE;
    for (language, key) in [(Language::Rust, "chart-legend-rust"), (Language::Python, "chart-legend-python")]
    {
        if !report.runs.iter().any(|run| run.language == language) {
            continue;
        }
        let says = words.get(key);
        let square =
            Rectangle::new([(left, 79), (left + 14, 93)], canvas::language_colour(language).filled());
        page.draw(&square).map_err(failed)?;
        canvas::write(page, WHAT, &says, (left + 21, 86), Type::left(13, INK))?;
        left += 21 + canvas::width(&says, 13) + 28;
    }
    Ok(())
}

fn chart<'a, 'b>(
    page: &'a Canvas<'b>,
    lines: &[Line<'_>],
    axis: &Axis,
) -> Result<Chart<'a, 'b>, RenderError> {
    let bars = || lines.iter().filter_map(|line| if let Line::Bar(bar) = line { Some(bar) } else { None });
    let widest = |text: fn(&Bar<'_>) -> i32, least: i32| bars().map(text).max().unwrap_or(0).max(least);
    let names = widest(|bar| canvas::width(&bar.run.variant, 14) + 66, 120);
    let notes = widest(|bar| canvas::width(&bar.says, 13) + 14, 60);
    let mut chart = ChartBuilder::on(page)
        .margin_top(HEAD)
        .margin_bottom(FOOT - 36)
        .margin_left(EDGE)
        .margin_right(EDGE + notes)
        .x_label_area_size(36)
        .y_label_area_size(names)
        .build_cartesian_2d(axis.clone(), 0.0..lines.len().max(1) as f64)
        .map_err(failed)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_max_light_lines(0)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_label_formatter(&|&bytes| bytes_mark(bytes))
        .x_label_style(Type::left(12, QUIET).style())
        .draw()
        .map_err(failed)?;
    Ok(chart)
}

/// A dashed line through the bars of a folder where its baseline ends: what the others save lies to the left of it.
fn baselines(chart: &mut Chart<'_, '_>, lines: &[Line<'_>]) -> Result<(), RenderError> {
    let is_folder = |line: &Line<'_>| matches!(line, Line::Folder(_));
    let groups = lines.iter().enumerate().filter_map(|(index, line)| match line {
        Line::Bar(Bar { is_rust_baseline: true, peak: Some(peak), .. }) => Some((index, *peak)),
        _ => None,
    });
    for (index, peak) in groups {
        let first = lines[..index].iter().rposition(is_folder).map_or(0, |folder| folder + 1);
        let last = lines[index..].iter().position(is_folder).map_or(lines.len(), |folder| index + folder);
        let ends = [first, last].map(|line| (peak, lines.len() as f64 - line as f64));
        let colour = canvas::language_colour(Language::Rust);
        let dashes = DashedLineSeries::new(ends, 5, 4, colour.stroke_width(1));
        chart.draw_series(dashes).map_err(failed)?;
    }
    Ok(())
}

fn draw_line(
    page: &Canvas<'_>,
    chart: &mut Chart<'_, '_>,
    line: &Line<'_>,
    axis: &Axis,
    middle: f64,
) -> Result<(), RenderError> {
    let (left, height) = chart.backend_coord(&(axis.start(), middle));
    let bar = match line {
        Line::Folder(folder) => {
            return canvas::write(page, WHAT, folder, (EDGE, height + 4), Type::left(15, INK));
        }
        Line::Bar(bar) => bar,
    };
    let language = bar.run.language;
    let colour = canvas::language_colour(language);
    let name = canvas::language_name(language);
    canvas::write(page, WHAT, name, (left - 10, height), Type::right(11, colour))?;
    canvas::write(page, WHAT, &bar.run.variant, (left - 64, height), Type::right(14, INK))?;
    let peak = bar.peak.unwrap_or_else(|| axis.start());
    let corners = [(axis.start(), middle - 0.34), (peak, middle + 0.34)];
    if bar.peak.is_some() {
        chart.draw_series([Rectangle::new(corners, colour.filled())]).map_err(failed)?;
    }
    let (end, _) = chart.backend_coord(&(peak, middle));
    // The grid and a baseline's dashes would run through the words.
    let wide = canvas::width(&bar.says, 13);
    let paper = Rectangle::new([(end + 3, height - 9), (end + 6 + wide, height + 9)], PAPER.filled());
    page.draw(&paper).map_err(failed)?;
    canvas::write(page, WHAT, &bar.says, (end + 8, height), Type::left(13, INK))
}

fn foot(page: &Canvas<'_>, words: &Words, axis: &Axis, height: i32) -> Result<(), RenderError> {
    let says = words.get(if axis.is_log { "chart-log-bars" } else { "chart-linear-bars" });
    canvas::write(page, WHAT, &says, (EDGE, height - 20), Type::left(12, QUIET))
}

fn failed(error: impl std::fmt::Display) -> RenderError {
    RenderError::picture(WHAT, error)
}
