//! `comparison.svg`: one bar per variant, as long as its peak.
//!
//! Bars are peak live heap, as the heap probe counts it. Where nothing can record CPython's heap, its
//! bars are peak RSS, and the legend says so. On a logarithmic scale lengths must not be compared, and
//! the chart says that too.

use super::axis::Axis;
use super::canvas::{self, Canvas, DrawError, EDGE, GRID, INK, PAPER, QUIET, TextLook};
use crate::{RenderError, Words, format, prose, svg};
use heaplab_analysis::baseline::{BaselineComparison, compare_with_baseline, find_baseline, is_same_variant};
use heaplab_analysis::prediction;
use heaplab_analysis::scale::requested_rows;
use heaplab_record::{AxisUnit, Language, Report, Run};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

const WHAT: &str = "comparison.svg";
const WIDTH: i32 = 1000;
const ROW: i32 = 30;
const HEAD: i32 = 112;
const FOOT: i32 = 74;

type BarPlot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, RangedCoordf64>>;

/// Draws one bar per variant. Lesson folders are ordered by their numbers, and variants as in the
/// report.
///
/// # Errors
/// If plotters cannot draw.
pub fn comparison_svg(report: &Report, words: &Words) -> Result<String, RenderError> {
    let lines = chart_rows(report, words);
    let peaks: Vec<u64> = report.runs.iter().filter_map(compared_peak).collect();
    let axis = Axis::for_bars(&peaks, AxisUnit::Bytes, 7);
    let title = chart_title(report, words);
    let height = HEAD + ROW * lines.len().max(1) as i32 + FOOT;
    canvas::draw_svg(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        draw_head(page, report, words, &title)?;
        let mut chart = build_plot(page, &lines, &axis)?;
        draw_baselines(&mut chart, &lines)?;
        for (index, line) in lines.iter().enumerate() {
            let middle = lines.len() as f64 - index as f64 - 0.5;
            draw_row(page, &mut chart, line, &axis, middle)?;
        }
        draw_foot(page, words, &axis, height)
    })
}

enum ChartRow<'a> {
    /// The number of a lesson's folder, as a heading, with its scale where the folders' scales differ.
    Folder(String),
    Bar(VariantBar<'a>),
}

struct VariantBar<'a> {
    run: &'a Run,
    peak: Option<u64>,
    /// The baseline of a Rust run; the peak of the run itself where it is the baseline.
    rust_baseline: Option<u64>,
    says: String,
}

/// The compared figure: peak live heap. For CPython, where nothing can record it, peak RSS.
fn compared_peak(run: &Run) -> Option<u64> {
    prediction::measured_peak_bytes(run)
}

fn chart_rows<'a>(report: &'a Report, words: &Words) -> Vec<ChartRow<'a>> {
    let mut folders: Vec<&str> = Vec::new();
    for run in &report.runs {
        if !folders.contains(&run.section.as_str()) {
            folders.push(&run.section);
        }
    }
    folders.sort_by_key(|folder| {
        folder.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect::<Vec<_>>()
    });
    let mut lines = Vec::new();
    for folder in &folders {
        if folders.len() > 1 {
            lines.push(ChartRow::Folder(prose::name_lesson(folder, report, words)));
        }
        let runs = report.runs.iter().filter(|run| run.section == **folder);
        lines.extend(runs.map(|run| ChartRow::Bar(build_bar(run, report, words))));
    }
    lines
}

fn build_bar<'a>(run: &'a Run, report: &Report, words: &Words) -> VariantBar<'a> {
    let baseline = find_baseline(run, &report.runs);
    let is_baseline = baseline.is_some_and(|baseline| is_same_variant(run, baseline));
    let mut parts = vec![compared_peak(run).map_or_else(|| words.get("chart-not-measured"), format::bytes)];
    if run.rows != requested_rows(run, report) {
        parts.push(words.say(
            "chart-rows",
            &[("rows", &format::scale(run.rows)), ("unit", prose::unit_of_run(run, report))],
        ));
    }
    if is_baseline {
        parts.push(words.get("chart-baseline"));
    } else if let Some(BaselineComparison::Change { per_row, part, .. }) =
        compare_with_baseline(run, baseline)
    {
        parts.push(describe_saving(part, per_row, words));
    }
    let rust_baseline = baseline.filter(|_| run.language == Language::Rust).and_then(compared_peak);
    VariantBar { run, peak: compared_peak(run), rust_baseline, says: parts.join(" · ") }
}

/// `saves 98.2 %`, `170.0 % more`, `as much`; per row where the scales differ.
fn describe_saving(part: f64, per_row: bool, words: &Words) -> String {
    let percent = format::percent((part - 1.0).abs());
    let said = match part {
        part if part < 1.0 => words.say("saving", &[("percent", &percent)]),
        part if part > 1.0 => words.say("chart-more", &[("percent", &percent)]),
        _ => words.get("chart-same"),
    };
    if per_row { words.say("chart-per-row", &[("saving", &said)]) } else { said }
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
    canvas::draw_text(page, &subtitle, (EDGE, 60), TextLook::left_aligned(14, QUIET))?;
    let mut left = EDGE;
    for language in [Language::Rust, Language::Python] {
        let runs = || report.runs.iter().filter(|run| run.language == language);
        if runs().next().is_none() {
            continue;
        }
        let key = match language {
            Language::Rust => "chart-legend-rust",
            Language::Python if runs().any(|run| run.heap.is_some()) => "chart-legend-python",
            Language::Python => "chart-legend-python-rss",
        };
        let says = words.get(key);
        let square =
            Rectangle::new([(left, 79), (left + 14, 93)], canvas::language_colour(language).filled());
        page.draw(&square)?;
        canvas::draw_text(page, &says, (left + 21, 86), TextLook::left_aligned(13, INK))?;
        left += 21 + svg::text_width(&says, 13) + 28;
    }
    Ok(())
}

fn build_plot<'a, 'b>(
    page: &'a Canvas<'b>,
    lines: &[ChartRow<'_>],
    axis: &Axis,
) -> Result<BarPlot<'a, 'b>, DrawError> {
    let bars =
        || lines.iter().filter_map(|line| if let ChartRow::Bar(bar) = line { Some(bar) } else { None });
    let widest =
        |text: fn(&VariantBar<'_>) -> i32, least: i32| bars().map(text).max().unwrap_or(0).max(least);
    let names = widest(|bar| svg::text_width(&bar.run.variant, 14) + 66, 120);
    let notes = widest(|bar| svg::text_width(&bar.says, 13) + 14, 60);
    let mut chart = ChartBuilder::on(page)
        .margin_top(HEAD)
        .margin_bottom(FOOT - 36)
        .margin_left(EDGE)
        .margin_right(EDGE + notes)
        .x_label_area_size(36)
        .y_label_area_size(names)
        .build_cartesian_2d(axis.clone(), 0.0..lines.len().max(1) as f64)?;
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
fn draw_baselines(chart: &mut BarPlot<'_, '_>, lines: &[ChartRow<'_>]) -> Result<(), DrawError> {
    let baseline = |line: &ChartRow<'_>| if let ChartRow::Bar(bar) = line { bar.rust_baseline } else { None };
    let mut first = 0;
    for group in lines.chunk_by(|one, other| baseline(one) == baseline(other)) {
        let last = first + group.len();
        if let Some(peak) = baseline(&group[0]) {
            let ends = [first, last].map(|line| (peak as f64, lines.len() as f64 - line as f64));
            let colour = canvas::language_colour(Language::Rust);
            let dashes = DashedLineSeries::new(ends, 5, 4, colour.stroke_width(1));
            chart.draw_series(dashes)?;
        }
        first = last;
    }
    Ok(())
}

fn draw_row(
    page: &Canvas<'_>,
    chart: &mut BarPlot<'_, '_>,
    line: &ChartRow<'_>,
    axis: &Axis,
    middle: f64,
) -> Result<(), DrawError> {
    let (left, height) = chart.backend_coord(&(axis.start(), middle));
    let bar = match line {
        ChartRow::Folder(folder) => {
            return canvas::draw_text(page, folder, (EDGE, height + 4), TextLook::left_aligned(15, INK));
        }
        ChartRow::Bar(bar) => bar,
    };
    let language = bar.run.language;
    let colour = canvas::language_colour(language);
    let name = canvas::language_name(language);
    canvas::draw_text(page, name, (left - 10, height), TextLook::right_aligned(11, colour))?;
    canvas::draw_text(page, &bar.run.variant, (left - 64, height), TextLook::right_aligned(14, INK))?;
    let peak = bar.peak.map_or_else(|| axis.start(), |peak| peak as f64);
    let corners = [(axis.start(), middle - 0.34), (peak, middle + 0.34)];
    if bar.peak.is_some() {
        chart.draw_series([Rectangle::new(corners, colour.filled())])?;
    }
    let (end, _) = chart.backend_coord(&(peak, middle));
    // The grid and a baseline's dashes would run through the words.
    let wide = svg::text_width(&bar.says, 13);
    let paper = Rectangle::new([(end + 3, height - 9), (end + 6 + wide, height + 9)], PAPER.filled());
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
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    fn draw_fixture(report: &Report, lang: Lang) -> String {
        comparison_svg(report, &Words::new(lang)).unwrap()
    }

    /// The texts in the picture.
    fn texts(svg: &str) -> Vec<String> {
        svg.split("<text ")
            .skip(1)
            .filter_map(|text| Some(text.split_once('>')?.1.lines().nth(1)?.to_owned()))
            .collect()
    }

    fn report(peaks: &[(&str, u64)]) -> Report {
        let mut report = fixture::report(Lang::En);
        let run = |(name, peak): &(&str, u64)| fixture::rust("8.5.2", name, *peak, 1, 1);
        report.runs = peaks.iter().map(run).collect();
        report.runs[0].baseline = true;
        report
    }

    #[test]
    fn every_variant_has_its_name_its_language_and_its_peak() {
        for lang in [Lang::En, Lang::Zh] {
            let report = fixture::report(lang);
            let texts = texts(&draw_fixture(&report, lang));
            for run in &report.runs {
                assert!(texts.contains(&run.variant), "{} in {texts:?}", run.variant);
                let peak = compared_peak(run).map(format::bytes).unwrap_or_default();
                assert!(texts.iter().any(|text| text.starts_with(&peak)), "{peak} in {texts:?}");
            }
            let named = |name: &str| texts.iter().filter(|text| *text == name).count();
            assert_eq!(named("Rust") + named("CPython"), report.runs.len());
        }
    }

    #[test]
    fn savings_are_counted_from_the_baseline() {
        let texts =
            texts(&draw_fixture(&report(&[("list_dict", 1000), ("slots", 100), ("json", 2500)]), Lang::En));
        assert!(texts.contains(&"1.00 kB · baseline".to_owned()), "{texts:?}");
        assert!(texts.contains(&"100 B · saves 90.0 %".to_owned()), "{texts:?}");
        assert!(texts.contains(&"2.50 kB · 150.0 % more".to_owned()), "{texts:?}");
    }

    #[test]
    fn folders_stand_in_the_order_of_their_numbers() {
        let mut report = report(&[("ten", 1000), ("two", 1000)]);
        report.runs[0].section = "8.10.10".to_owned();
        report.runs[1].section = "8.10.9".to_owned();
        let texts = texts(&draw_fixture(&report, Lang::En));
        let place = |text: &str| texts.iter().position(|other| other == text).unwrap();
        assert!(place("8.10.9") < place("two") && place("two") < place("8.10.10"), "{texts:?}");
    }

    #[test]
    fn a_run_at_other_rows_says_so() {
        let mut report = report(&[("list_dict", 1000), ("json", 1000)]);
        report.rows_requested = 100;
        fixture::set_rows(&mut report.runs[0], 100);
        fixture::set_rows(&mut report.runs[1], 50);
        let texts = texts(&draw_fixture(&report, Lang::En));
        assert!(texts.contains(&"1.00 kB · 50 rows · 100.0 % more a row".to_owned()), "{texts:?}");
    }

    #[test]
    fn a_log_scale_is_said_and_only_then() {
        let says = |peaks: &[(&str, u64)]| draw_fixture(&report(peaks), Lang::En).contains("Log scale");
        assert!(says(&[("list", 3_100), ("generator", 100)]));
        assert!(!says(&[("list", 3_000), ("generator", 100)]));
    }

    #[test]
    fn what_was_not_measured_has_words_and_no_bar() {
        let mut report = report(&[("list_dict", 1000), ("json", 900)]);
        let bars = |report: &Report| draw_fixture(report, Lang::En).matches("fill=\"#D55E00\"").count();
        let before = bars(&report);
        report.runs[1].heap = None;
        assert!(texts(&draw_fixture(&report, Lang::En)).contains(&"not measured".to_owned()));
        assert!(bars(&report) < before);
    }

    #[test]
    fn nothing_and_thirty_variants_can_be_drawn() {
        assert!(draw_fixture(&fixture::empty_report(), Lang::En).contains("</svg>"));
        let names: Vec<String> = (0..30).map(|index| format!("variant_{index}")).collect();
        let peaks: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1000)).collect();
        let svg = draw_fixture(&report(&peaks), Lang::Zh);
        assert_eq!(svg, draw_fixture(&report(&peaks), Lang::Zh));
        let height = HEAD + 30 * ROW + FOOT;
        assert!(svg.contains(&format!("height=\"{height}\"")), "it grows with the variants");
    }
}
