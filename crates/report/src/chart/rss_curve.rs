//! `curve.svg` and `curve.csv`: resident memory over time, one line per variant.

use super::axis::Axis;
use super::canvas::{self, Canvas, DrawError, EDGE, INK, QUIET, TextLook};
use super::plot::{self, EndLabel, EndLabelLook, LABEL, Plot, line_colour};
use crate::{RenderError, Words, format, svg};
use heaplab_record::{AxisUnit, Curve, CurvePoint, Language};
use plotters::prelude::*;
use std::fmt::Write as _;

const WHAT: &str = "curve.svg";
const WIDTH: i32 = 1100;
const HEAD: i32 = 88;
const LABELS: EndLabelLook = EndLabelLook { pixels: 12, leader: 24, name: 28, with_marker: false };

/// File pages are drawn where they are more than this part of the anonymous pages. Elsewhere they
/// are the program's own code, the same few megabytes for every variant.
const FILE_FROM_PART: f64 = 0.25;
const FILE_FROM_BYTES: u64 = 16 << 20;

/// Draws the curves; `None` without any.
///
/// # Errors
/// If plotters cannot draw.
pub fn curve_svg(curves: &[Curve], words: &Words) -> Result<Option<String>, RenderError> {
    let lines: Vec<CurveLine<'_>> = curves.iter().filter_map(CurveLine::from_curve).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let (time, bytes) = fit_axes(&lines);
    let title = words.get("curve-title");
    let plot_height = (LABEL * lines.len() as i32 + 20).max(380);
    let height = HEAD + plot_height + 76;
    let svg = canvas::draw_svg(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        canvas::draw_text(page, &title, (EDGE, 30), TextLook::left_aligned(21, INK))?;
        canvas::draw_text(page, &subtitle(&lines, words), (EDGE, 58), TextLook::left_aligned(13, QUIET))?;
        let labels = lines.iter().map(|line| svg::text_width(&line.label(), 12)).max().unwrap_or(0);
        let mut chart = build_plot(page, &time, &bytes, labels)?;
        for (index, line) in lines.iter().enumerate() {
            draw_line(&mut chart, line, line_colour(index))?;
        }
        let labels = lines.iter().enumerate().map(|line| end_label(line, &chart)).collect();
        plot::draw_end_labels(page, &chart, labels, &LABELS)?;
        let factors = [&bytes, &time].map(|axis| axis.factor().unwrap_or(10.0).to_string());
        let key = match (time.factor().is_some(), bytes.factor().is_some()) {
            (true, true) => "curve-log-both",
            (false, true) => "curve-log-bytes",
            (true, false) => "curve-log-time",
            (false, false) => "chart-linear-bars",
        };
        canvas::draw_text(
            page,
            &words.say(key, &[("bytes", &factors[0]), ("time", &factors[1])]),
            (EDGE, height - 18),
            TextLook::left_aligned(12, QUIET),
        )
    })?;
    Ok(Some(svg))
}

/// One line per sample, for a spreadsheet.
pub fn curve_csv(curves: &[Curve]) -> String {
    let mut csv = String::from("section,variant,language,interpreter,at_ns,rss_anon_bytes,rss_file_bytes\n");
    for curve in curves {
        let language = match curve.language {
            Language::Rust => "rust",
            Language::Python => "python",
        };
        for point in &curve.points {
            // Writing to a String cannot fail.
            let _ = writeln!(
                csv,
                "{},{},{language},{},{},{},{}",
                csv_cell(&curve.section),
                csv_cell(&curve.variant),
                csv_cell(curve.interpreter.as_deref().unwrap_or_default()),
                point.at_ns,
                point.rss_anon_bytes,
                point.rss_file_bytes
            );
        }
    }
    csv
}

/// A CSV cell by RFC 4180. Names of variants are function names, but other programs may have any
/// name.
pub(crate) fn csv_cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A curve and the figures of its label.
struct CurveLine<'a> {
    curve: &'a Curve,
    /// The samples until the program ended. After that, the kernel has freed its memory, but the
    /// sampler may not know yet.
    points: &'a [CurvePoint],
    peak: u64,
    file_peak: u64,
    end: CurvePoint,
    shows_file: bool,
}

impl<'a> CurveLine<'a> {
    fn from_curve(curve: &'a Curve) -> Option<CurveLine<'a>> {
        let last = curve.points.iter().rposition(|point| point.rss_anon_bytes > 0)?;
        let points = &curve.points[..=last];
        let end = points[last];
        let most = |figure: fn(&CurvePoint) -> u64| points.iter().map(figure).max().unwrap_or(0);
        let (peak, file_peak) = (most(|point| point.rss_anon_bytes), most(|point| point.rss_file_bytes));
        let shows_file = file_peak > FILE_FROM_BYTES && file_peak as f64 > peak as f64 * FILE_FROM_PART;
        Some(CurveLine { curve, points, peak, file_peak, end, shows_file })
    }

    /// `list_dict · CPython 3.9.18 · 1.92 GB · 15.2 s`: the highest sample, and when the last one was
    /// taken. The first interpreter has no version.
    fn label(&self) -> String {
        let name = canvas::language_name(self.curve.language);
        let version = self.curve.interpreter.as_deref();
        let language = std::iter::once(name).chain(version).collect::<Vec<_>>().join(" ");
        let (peak, end) = (format::bytes(self.peak), format::nanoseconds(self.end.at_ns as f64));
        format!("{} · {language} · {peak} · {end}", self.curve.variant)
    }
}

fn subtitle(lines: &[CurveLine<'_>], words: &Words) -> String {
    let anonymous = words.get("curve-subtitle");
    match lines.iter().any(|line| line.shows_file) {
        true => format!("{anonymous} · {}", words.get("curve-file")),
        false => anonymous,
    }
}

fn fit_axes(lines: &[CurveLine<'_>]) -> (Axis, Axis) {
    let ends: Vec<u64> = lines.iter().map(|line| line.end.at_ns).collect();
    let reach =
        |line: &CurveLine<'_>| if line.shows_file { line.peak.max(line.file_peak) } else { line.peak };
    let reaches: Vec<u64> = lines.iter().map(reach).collect();
    (Axis::for_lines(&ends, AxisUnit::Nanoseconds, 7), Axis::for_lines(&reaches, AxisUnit::Bytes, 7))
}

fn build_plot<'a, 'b>(
    page: &'a Canvas<'b>,
    time: &Axis,
    bytes: &Axis,
    labels: i32,
) -> Result<Plot<'a, 'b>, DrawError> {
    let mut chart = ChartBuilder::on(page)
        .margin_top(HEAD)
        .margin_bottom(40)
        .margin_left(EDGE)
        .margin_right(EDGE + labels + 34)
        .x_label_area_size(36)
        .y_label_area_size(62)
        .build_cartesian_2d(time.clone(), bytes.clone().with_headroom())?;
    let time_mark = |&ns: &f64| if ns == 0.0 { "0 s".to_owned() } else { time.format_mark(ns) };
    canvas::draw_grid(&mut chart, time_mark, |&figure| bytes.format_mark(figure), 12)?;
    Ok(chart)
}

fn draw_line(chart: &mut Plot<'_, '_>, line: &CurveLine<'_>, colour: RGBColor) -> Result<(), DrawError> {
    let anonymous = thin_points(chart, line, |point| point.rss_anon_bytes);
    let end = anonymous.last().copied();
    chart.draw_series(LineSeries::new(anonymous, colour.stroke_width(2)))?;
    chart.draw_series(end.map(|end| Circle::new(end, 3, colour.filled())))?;
    if line.shows_file {
        let file = thin_points(chart, line, |point| point.rss_file_bytes);
        let dashes = DashedLineSeries::new(file, 4, 4, colour.mix(0.6).stroke_width(1));
        chart.draw_series(dashes)?;
    }
    Ok(())
}

fn thin_points(plot: &Plot<'_, '_>, line: &CurveLine<'_>, figure: fn(&CurvePoint) -> u64) -> Vec<(f64, f64)> {
    let points: Vec<_> = line.points.iter().map(|point| (point.at_ns as f64, figure(point) as f64)).collect();
    plot::visible_points(plot, &points)
}

fn end_label((line, curve): (usize, &CurveLine<'_>), plot: &Plot<'_, '_>) -> EndLabel {
    let end = (curve.end.at_ns as f64, curve.end.rss_anon_bytes as f64);
    EndLabel { line, name: curve.label(), end: plot.backend_coord(&end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    fn curve(variant: &str, peak: u64, file: u64, milliseconds: u64) -> Curve {
        let point = |index: u64| CurvePoint {
            at_ns: 1_000_000 * (1 + index),
            rss_anon_bytes: peak * (index + 1) / milliseconds,
            rss_file_bytes: file,
        };
        Curve {
            section: "8.5.2".to_owned(),
            variant: variant.to_owned(),
            language: Language::Rust,
            interpreter: None,
            points: (0..milliseconds).map(point).collect(),
        }
    }

    fn draw_fixture(curves: &[Curve]) -> String {
        curve_svg(curves, &Words::new(Lang::En)).unwrap().unwrap()
    }

    #[test]
    fn no_curves_make_no_picture() {
        assert_eq!(curve_svg(&[], &Words::new(Lang::En)).unwrap(), None);
        let mut without_points = curve("list", 1, 1, 10);
        without_points.points.clear();
        assert_eq!(curve_svg(&[without_points], &Words::new(Lang::En)).unwrap(), None);
    }

    #[test]
    fn a_line_ends_where_its_program_ended() {
        let whole = curve("list", 500_000_000, 0, 900);
        let mut with_zeros = whole.clone();
        let nothing = |at: u64| CurvePoint { at_ns: at * 1_000_000, rss_anon_bytes: 0, rss_file_bytes: 0 };
        with_zeros.points.extend((901..950).map(nothing));
        assert_eq!(draw_fixture(&[with_zeros]), draw_fixture(&[whole]));
    }

    #[test]
    fn every_line_is_named_and_the_bytes_do_not_change() {
        let curves = [curve("list", 500_000_000, 0, 900), curve("packed", 400_000_000, 0, 700)];
        let svg = draw_fixture(&curves);
        assert!(svg.contains("list · Rust · 500 MB · 900 ms"), "{svg}");
        assert!(svg.contains("packed · Rust · 400 MB · 700 ms"), "{svg}");
        assert!(!svg.contains("Log scale") && !svg.contains("RssFile"), "{svg}");
        assert_eq!(svg, draw_fixture(&curves));
    }

    #[test]
    fn scales_follow_the_spread_and_are_said() {
        let tall = [curve("json", 7_000_000_000, 0, 900), curve("generator", 2_000_000, 0, 700)];
        assert!(draw_fixture(&tall).contains("Log scale of bytes"));
        let long = [curve("json", 7_000_000, 0, 900), curve("generator", 2_000_000, 0, 20)];
        assert!(draw_fixture(&long).contains("Log scale of time"));
        let both = [curve("json", 7_000_000_000, 0, 900), curve("generator", 2_000_000, 0, 20)];
        assert!(draw_fixture(&both).contains("Log scales"));
    }

    #[test]
    fn file_pages_are_drawn_where_they_matter() {
        assert!(draw_fixture(&[curve("mmap", 60_000_000, 1_000_000_000, 900)]).contains("RssFile"));
        assert!(!draw_fixture(&[curve("list", 60_000_000, 2_000_000, 900)]).contains("RssFile"));
    }

    #[test]
    fn long_runs_are_thinned_to_what_can_be_seen() {
        let short = draw_fixture(&[curve("list", 60_000_000, 0, 5_000)]).len();
        let long = draw_fixture(&[curve("list", 60_000_000, 0, 100_000)]).len();
        assert!(long < 2 * short, "{short} {long}");
    }

    #[test]
    fn the_csv_has_every_sample() {
        let mut curves = [curve("list", 100, 7, 2)];
        curves[0].variant = "a,\"b\"".to_owned();
        let csv = curve_csv(&curves);
        let head = "section,variant,language,interpreter,at_ns,rss_anon_bytes,rss_file_bytes\n";
        assert_eq!(
            csv,
            format!(
                "{head}8.5.2,\"a,\"\"b\"\"\",rust,,1000000,50,7\n8.5.2,\"a,\"\"b\"\"\",rust,,2000000,100,7\n"
            )
        );
    }
}
