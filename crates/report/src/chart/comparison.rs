//! `comparison.svg`: one bar per variant, as long as its peak; where several interpreters ran, one
//! bar per version.
//!
//! Bars are peak live heap, as the heap probe counts it. Where nothing can record CPython's heap, its
//! bars are peak RSS, and the legend says so; a single such bar says so itself. On a logarithmic scale lengths must not be
//! compared, and the chart says that too.

mod bars;

use super::axis::Axis;
use super::canvas::{self, Canvas, DrawError, EDGE, GRID, INK, PAPER, QUIET, TextLook};
use super::plot;
use crate::{RenderError, Words, format, interpreters, prose, svg};
use bars::{ChartRow, VariantBar, chart_rows, compared_peak};
use heaplab_record::{AxisUnit, Language, Report};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

const WHAT: &str = "comparison.svg";
const WIDTH: i32 = 1000;
const HEAD: i32 = 112;
const FOOT: i32 = 74;
/// The width of an empty legend line after which the next entry begins a new one.
const LEGEND_LINE: i32 = 20;
/// From the name of a variant to the axis, where the language or the version stands.
const BESIDE_NAME: i32 = 64;

/// Across: bytes. Upwards: pixels, with the first row at the top.
type BarPlot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, RangedCoordf64>>;

/// Draws one group of bars per variant. Lesson folders are ordered by their numbers, and variants as
/// in the report.
///
/// # Errors
/// If plotters cannot draw.
pub fn comparison_svg(report: &Report, words: &Words) -> Result<String, RenderError> {
    let rows = chart_rows(report, words);
    let peaks: Vec<u64> = report.runs.iter().filter_map(compared_peak).collect();
    let axis = Axis::for_bars(&peaks, AxisUnit::Bytes, 7);
    let title = chart_title(report, words);
    let (legend, legend_lines) = lay_legend_out(legend_entries(report, words));
    let head = HEAD + (legend_lines - 1) * LEGEND_LINE;
    let inner = rows.iter().map(ChartRow::height).sum::<i32>().max(30);
    let height = head + inner + FOOT;
    canvas::draw_svg(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        draw_head(page, report, words, &title)?;
        draw_legend(page, &legend)?;
        let mut chart = build_plot(page, &rows, &axis, head, inner)?;
        draw_baselines(&mut chart, &rows, inner)?;
        let mut top = 0;
        for row in &rows {
            draw_row(page, &mut chart, row, &axis, inner - top)?;
            top += row.height();
        }
        draw_foot(page, words, &axis, height)
    })
}

fn chart_title(report: &Report, words: &Words) -> String {
    let title = words.lang().pick(&report.title);
    match &report.lesson {
        Some(lesson) => format!("{lesson} {title}"),
        None => title.to_owned(),
    }
}

fn draw_head(page: &Canvas<'_>, report: &Report, words: &Words, title: &str) -> Result<(), DrawError> {
    let scales = prose::list_scales(report, format::count, words);
    let subtitle = words.say("chart-peak-by-variant", &[("scales", &scales)]);
    canvas::draw_text(page, title, (EDGE, 32), TextLook::left_aligned(21, INK))?;
    canvas::draw_text(page, &subtitle, (EDGE, 60), TextLook::left_aligned(14, QUIET))
}

/// A colour and what it stands for.
struct LegendEntry {
    colour: RGBColor,
    says: String,
}

/// The languages with their measure; then the versions, where several interpreters ran.
fn legend_entries(report: &Report, words: &Words) -> Vec<LegendEntry> {
    let has = |language| report.runs.iter().any(|run| run.language == language);
    let mut entries = Vec::new();
    if has(Language::Rust) {
        entries.push(LegendEntry {
            colour: canvas::language_colour(Language::Rust),
            says: words.get("chart-legend-rust"),
        });
    }
    let is_recorded = report.runs.iter().any(bars::is_recorded_python);
    let measure = if is_recorded { "chart-legend-python" } else { "chart-legend-python-rss" };
    let known = interpreters::list_interpreters(report);
    if known.len() > 1 {
        let measure = format!("{measure}-versions");
        entries.extend(known.iter().enumerate().map(|(index, one)| {
            let name = format!("{} {}", canvas::language_name(Language::Python), one.version);
            let says = if index == 0 { words.say(&measure, &[("name", &name)]) } else { name };
            LegendEntry { colour: version_colour(index), says }
        }));
    } else if has(Language::Python) {
        entries.push(LegendEntry { colour: version_colour(0), says: words.get(measure) });
    }
    entries
}

/// The colour of the interpreter with this index: blue for the oldest, then others that people with
/// any kind of colour vision can tell from it and from Rust's.
fn version_colour(index: usize) -> RGBColor {
    plot::line_colour(1 + index % 7)
}

/// Entries with their left and top, and how many lines they take.
fn lay_legend_out(entries: Vec<LegendEntry>) -> (Vec<(LegendEntry, i32, i32)>, i32) {
    let (mut left, mut line) = (EDGE, 0);
    let mut placed = Vec::new();
    for entry in entries {
        let wide = 21 + svg::text_width(&entry.says, 13);
        if left > EDGE && left + wide > WIDTH - EDGE {
            (left, line) = (EDGE, line + 1);
        }
        placed.push((entry, left, 79 + line * LEGEND_LINE));
        left += wide + 28;
    }
    (placed, line + 1)
}

fn draw_legend(page: &Canvas<'_>, entries: &[(LegendEntry, i32, i32)]) -> Result<(), DrawError> {
    for (entry, left, top) in entries {
        let (left, top) = (*left, *top);
        page.draw(&Rectangle::new([(left, top), (left + 14, top + 14)], entry.colour.filled()))?;
        canvas::draw_text(page, &entry.says, (left + 21, top + 7), TextLook::left_aligned(13, INK))?;
    }
    Ok(())
}

fn build_plot<'a, 'b>(
    page: &'a Canvas<'b>,
    rows: &[ChartRow<'_>],
    axis: &Axis,
    head: i32,
    inner: i32,
) -> Result<BarPlot<'a, 'b>, DrawError> {
    let bars = || {
        rows.iter().flat_map(|row| match row {
            ChartRow::Group(bars) => bars.as_slice(),
            ChartRow::Folder(_) => &[],
        })
    };
    let widest =
        |text: fn(&VariantBar<'_>) -> i32, least: i32| bars().map(text).max().unwrap_or(0).max(least);
    let names = widest(|bar| svg::text_width(&bar.run.variant, 14) + BESIDE_NAME + 2, 120);
    let notes = widest(|bar| svg::text_width(&bar.says, 13) + 14, 60);
    let mut chart = ChartBuilder::on(page)
        .margin_top(head)
        .margin_bottom(FOOT - 36)
        .margin_left(EDGE)
        .margin_right(EDGE + notes)
        .x_label_area_size(36)
        .y_label_area_size(names)
        .build_cartesian_2d(axis.clone(), 0.0..f64::from(inner))?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_max_light_lines(0)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .x_label_formatter(&|&bytes| axis.format_mark(bytes))
        .x_label_style(TextLook::left_aligned(12, QUIET).style())
        .draw()?;
    Ok(chart)
}

/// Draws a dashed line at the end of the baseline, through the Rust bars that are compared with
/// it.
fn draw_baselines(chart: &mut BarPlot<'_, '_>, rows: &[ChartRow<'_>], inner: i32) -> Result<(), DrawError> {
    let baseline = |row: &ChartRow<'_>| match row {
        ChartRow::Group(bars) => bars.first().and_then(|bar| bar.rust_baseline),
        ChartRow::Folder(_) => None,
    };
    let mut top = inner;
    for alike in rows.chunk_by(|one, other| baseline(one) == baseline(other)) {
        let bottom = top - alike.iter().map(ChartRow::height).sum::<i32>();
        if let Some(peak) = baseline(&alike[0]) {
            let ends = [top, bottom].map(|height| (peak as f64, f64::from(height)));
            let colour = canvas::language_colour(Language::Rust);
            let dashes = DashedLineSeries::new(ends, 5, 4, colour.stroke_width(1));
            chart.draw_series(dashes)?;
        }
        top = bottom;
    }
    Ok(())
}

/// Draws a row whose upper edge is at `top`.
fn draw_row(
    page: &Canvas<'_>,
    chart: &mut BarPlot<'_, '_>,
    row: &ChartRow<'_>,
    axis: &Axis,
    top: i32,
) -> Result<(), DrawError> {
    let middle = f64::from(top) - f64::from(row.height()) / 2.0;
    let (left, height) = chart.backend_coord(&(axis.start(), middle));
    let bars = match row {
        ChartRow::Folder(folder) => {
            return canvas::draw_text(page, folder, (EDGE, height + 4), TextLook::left_aligned(15, INK));
        }
        ChartRow::Group(bars) => bars,
    };
    if let Some(bar) = bars.first() {
        let look = TextLook::right_aligned(14, INK);
        canvas::draw_text(page, &bar.run.variant, (left - BESIDE_NAME, height), look)?;
    }
    let each = if bars.len() == 1 { 20.0 } else { 18.0 };
    let first = middle + each * (bars.len() as f64 - 1.0) / 2.0;
    for (index, bar) in bars.iter().enumerate() {
        draw_bar(page, chart, bar, axis, (first - each * index as f64, each * 0.5 - 1.0))?;
    }
    Ok(())
}

/// Draws a bar around the height `middle`, `half` of its thickness to each side.
fn draw_bar(
    page: &Canvas<'_>,
    chart: &mut BarPlot<'_, '_>,
    bar: &VariantBar<'_>,
    axis: &Axis,
    (middle, half): (f64, f64),
) -> Result<(), DrawError> {
    let (left, height) = chart.backend_coord(&(axis.start(), middle));
    let language = bar.run.language;
    let colour = bar.interpreter.map_or_else(|| canvas::language_colour(language), version_colour);
    let name = bar.version.unwrap_or_else(|| canvas::language_name(language));
    canvas::draw_text(page, name, (left - 10, height), TextLook::right_aligned(11, colour))?;
    let peak = bar.peak.map_or_else(|| axis.start(), |peak| peak as f64);
    if bar.peak.is_some() {
        let corners = [(axis.start(), middle - half), (peak, middle + half)];
        chart.draw_series([Rectangle::new(corners, colour.filled())])?;
    }
    let (end, _) = chart.backend_coord(&(peak, middle));
    // The grid and a baseline's dashes would run through the words.
    let wide = svg::text_width(&bar.says, 13);
    let paper = Rectangle::new([(end + 3, height - 8), (end + 6 + wide, height + 8)], PAPER.filled());
    page.draw(&paper)?;
    canvas::draw_text(page, &bar.says, (end + 8, height), TextLook::left_aligned(13, INK))
}

fn draw_foot(page: &Canvas<'_>, words: &Words, axis: &Axis, height: i32) -> Result<(), DrawError> {
    let says = match axis.factor() {
        Some(times) => words.say("chart-log-bars", &[("times", &times.to_string())]),
        None => words.get("chart-linear-bars"),
    };
    canvas::draw_text(page, &says, (EDGE, height - 20), TextLook::left_aligned(12, QUIET))
}

#[cfg(test)]
mod tests;
