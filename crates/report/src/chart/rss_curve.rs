//! `curve.svg` and `curve.csv`: resident memory over time, a line a variant.
//!
//! Every line ends in a dot, and a thin leader goes from there to its name at the right: with seventeen lines nobody matches
//! colours with a legend.

use super::axis::{Axis, format_bytes_mark, format_time_mark};
use super::canvas::{self, Canvas, INK, QUIET, TextLook};
use crate::{RenderError, Words, format, svg};
use heaplab_record::{Curve, CurvePoint, Language};
use plotters::prelude::*;
use std::fmt::Write as _;

const WHAT: &str = "curve.svg";
const WIDTH: i32 = 1100;
const EDGE: i32 = 24;
const HEAD: i32 = 88;
const LABEL: i32 = 17;

/// File pages are drawn where they are more than this part of the anonymous ones: elsewhere they are the program's own
/// code, the same few megabytes under every line.
const FILE_FROM_PART: f64 = 0.25;
const FILE_FROM_BYTES: u64 = 16 << 20;

/// Okabe and Ito's colours without the yellow, which white paper swallows; dark enough for text.
pub(crate) const COLOURS: [RGBColor; 8] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 114, 178),
    RGBColor(0, 132, 96),
    RGBColor(170, 80, 140),
    RGBColor(31, 35, 40),
    RGBColor(176, 120, 0),
    RGBColor(30, 140, 190),
    RGBColor(120, 90, 60),
];

type CurvePlot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Draws the curves; `None` without any.
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
        canvas::draw_text(page, WHAT, &title, (EDGE, 30), TextLook::left_aligned(21, INK))?;
        canvas::draw_text(
            page,
            WHAT,
            &subtitle(&lines, words),
            (EDGE, 58),
            TextLook::left_aligned(13, QUIET),
        )?;
        let labels = lines.iter().map(|line| svg::text_width(&line.label(), 12)).max().unwrap_or(0);
        let mut chart = build_plot(page, &time, &bytes, labels)?;
        for (index, line) in lines.iter().enumerate() {
            draw_line(&mut chart, line, COLOURS[index % COLOURS.len()])?;
        }
        draw_labels(page, &chart, &lines)?;
        let factors = [bytes.factor().to_string(), time.factor().to_string()];
        let key = match (time.is_log, bytes.is_log) {
            (true, true) => "curve-log-both",
            (false, true) => "curve-log-bytes",
            (true, false) => "curve-log-time",
            (false, false) => "chart-linear-bars",
        };
        canvas::draw_text(
            page,
            WHAT,
            &words.say(key, &[("bytes", &factors[0]), ("time", &factors[1])]),
            (EDGE, height - 18),
            TextLook::left_aligned(12, QUIET),
        )
    })?;
    Ok(Some(svg))
}

/// Every sample, a line each, for a spreadsheet.
pub fn curve_csv(curves: &[Curve]) -> String {
    let mut csv = String::from("section,variant,language,at_ns,rss_anon_bytes,rss_file_bytes\n");
    for curve in curves {
        let language = match curve.language {
            Language::Rust => "rust",
            Language::Python => "python",
        };
        for point in &curve.points {
            // Writing to a String cannot fail.
            let _ = writeln!(
                csv,
                "{},{},{language},{},{},{}",
                csv_cell(&curve.section),
                csv_cell(&curve.variant),
                point.at_ns,
                point.rss_anon_bytes,
                point.rss_file_bytes
            );
        }
    }
    csv
}

/// A cell by RFC 4180. Names of variants are functions' names; this is for those that are not ours.
pub(crate) fn csv_cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A curve with what its label says.
struct CurveLine<'a> {
    curve: &'a Curve,
    /// The samples while the program lived: of one that ends, the kernel has taken the memory before the sampler knows.
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

    /// `list_dict · CPython · 1.92 GB · 15.2 s`: the highest sample, and when the last one was taken.
    fn label(&self) -> String {
        let language = canvas::language_name(self.curve.language);
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
    (Axis::for_lines(&ends, 7), Axis::for_lines(&reaches, 7))
}

fn build_plot<'a, 'b>(
    page: &'a Canvas<'b>,
    time: &Axis,
    bytes: &Axis,
    labels: i32,
) -> Result<CurvePlot<'a, 'b>, RenderError> {
    let mut chart = ChartBuilder::on(page)
        .margin_top(HEAD)
        .margin_bottom(40)
        .margin_left(EDGE)
        .margin_right(EDGE + labels + 34)
        .x_label_area_size(36)
        .y_label_area_size(62)
        .build_cartesian_2d(time.clone(), bytes.clone().with_headroom())
        .map_err(draw_error)?;
    canvas::draw_grid(
        &mut chart,
        WHAT,
        |&nanoseconds| format_time_mark(nanoseconds),
        |&bytes| format_bytes_mark(bytes),
        12,
    )?;
    Ok(chart)
}

fn draw_line(
    chart: &mut CurvePlot<'_, '_>,
    line: &CurveLine<'_>,
    colour: RGBColor,
) -> Result<(), RenderError> {
    let anonymous = thin_points(chart, line, |point| point.rss_anon_bytes);
    let end = anonymous.last().copied();
    chart.draw_series(LineSeries::new(anonymous, colour.stroke_width(2))).map_err(draw_error)?;
    chart.draw_series(end.map(|end| Circle::new(end, 3, colour.filled()))).map_err(draw_error)?;
    if line.shows_file {
        let file = thin_points(chart, line, |point| point.rss_file_bytes);
        let dashes = DashedLineSeries::new(file, 4, 4, colour.mix(0.6).stroke_width(1));
        chart.draw_series(dashes).map_err(draw_error)?;
    }
    Ok(())
}

/// The points of a line that can be seen: of those in one column of pixels the first, the lowest, the highest and the last.
/// Thirty seconds at 5 ms would otherwise be 6,000 points a line.
fn thin_points(
    chart: &CurvePlot<'_, '_>,
    line: &CurveLine<'_>,
    figure: fn(&CurvePoint) -> u64,
) -> Vec<(u64, u64)> {
    let mut columns: Vec<(i32, Vec<(u64, u64)>)> = Vec::new();
    for point in line.points {
        let place = (point.at_ns, figure(point));
        let (column, _) = chart.backend_coord(&place);
        match columns.last_mut() {
            Some((last, places)) if *last == column => places.push(place),
            _ => columns.push((column, vec![place])),
        }
    }
    columns.into_iter().flat_map(|(_, places)| column_extremes(&places)).collect()
}

/// The first, the lowest, the highest and the last of what shares a column of pixels.
pub(crate) fn column_extremes(places: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let height = |index: &usize| places[*index].1;
    let indexes = || 0..places.len();
    let mut kept: Vec<usize> =
        [Some(0), indexes().min_by_key(height), indexes().max_by_key(height), indexes().last()]
            .into_iter()
            .flatten()
            .collect();
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|index| places[index]).collect()
}

/// The names at the right, in the order of the lines' ends, pushed apart where these lie close.
fn draw_labels(
    page: &Canvas<'_>,
    chart: &CurvePlot<'_, '_>,
    lines: &[CurveLine<'_>],
) -> Result<(), RenderError> {
    let place = |line: &CurveLine<'_>| (line.end.at_ns, line.end.rss_anon_bytes);
    let mut ends: Vec<(usize, (i32, i32))> =
        lines.iter().enumerate().map(|(index, line)| (index, chart.backend_coord(&place(line)))).collect();
    ends.sort_by_key(|&(index, (_, y))| (y, index));
    let (across, down) = chart.plotting_area().get_pixel_range();
    let heights =
        spread_labels(&ends.iter().map(|&(_, (_, y))| y).collect::<Vec<_>>(), down.start + 8, down.end - 8);
    for (&(index, (x, y)), height) in ends.iter().zip(heights) {
        let colour = COLOURS[index % COLOURS.len()];
        let right = across.end;
        let leader = PathElement::new([(x, y), (right + 4, y), (right + 24, height)], colour.mix(0.35));
        page.draw(&leader).map_err(draw_error)?;
        canvas::draw_text(
            page,
            WHAT,
            &lines[index].label(),
            (right + 28, height),
            TextLook::left_aligned(12, colour),
        )?;
    }
    Ok(())
}

/// Moves sorted heights so far apart that labels do not touch, within the bounds as long as there is room.
pub(crate) fn spread_labels(heights: &[i32], top: i32, bottom: i32) -> Vec<i32> {
    let mut placed = Vec::with_capacity(heights.len());
    let mut next = top;
    for &height in heights {
        let height = height.max(next);
        placed.push(height);
        next = height + LABEL;
    }
    let mut limit = bottom;
    for height in placed.iter_mut().rev() {
        *height = (*height).min(limit);
        limit = *height - LABEL;
    }
    placed
}

fn draw_error(error: impl std::fmt::Display) -> RenderError {
    RenderError::picture(WHAT, error)
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
            points: (0..milliseconds).map(point).collect(),
        }
    }

    fn drawn(curves: &[Curve]) -> String {
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
        assert_eq!(drawn(&[with_zeros]), drawn(&[whole]));
    }

    #[test]
    fn every_line_is_named_and_the_bytes_do_not_change() {
        let curves = [curve("list", 500_000_000, 0, 900), curve("packed", 400_000_000, 0, 700)];
        let svg = drawn(&curves);
        assert!(svg.contains("list · Rust · 500 MB · 900 ms"), "{svg}");
        assert!(svg.contains("packed · Rust · 400 MB · 700 ms"), "{svg}");
        assert!(!svg.contains("Log scale") && !svg.contains("RssFile"), "{svg}");
        assert_eq!(svg, drawn(&curves));
    }

    #[test]
    fn scales_follow_the_spread_and_are_said() {
        let tall = [curve("json", 7_000_000_000, 0, 900), curve("generator", 2_000_000, 0, 700)];
        assert!(drawn(&tall).contains("Log scale of bytes"));
        let long = [curve("json", 7_000_000, 0, 900), curve("generator", 2_000_000, 0, 20)];
        assert!(drawn(&long).contains("Log scale of time"));
        let both = [curve("json", 7_000_000_000, 0, 900), curve("generator", 2_000_000, 0, 20)];
        assert!(drawn(&both).contains("Log scales"));
    }

    #[test]
    fn file_pages_are_drawn_where_they_matter() {
        assert!(drawn(&[curve("mmap", 60_000_000, 1_000_000_000, 900)]).contains("RssFile"));
        assert!(!drawn(&[curve("list", 60_000_000, 2_000_000, 900)]).contains("RssFile"));
    }

    #[test]
    fn long_runs_are_thinned_to_what_can_be_seen() {
        let short = drawn(&[curve("list", 60_000_000, 0, 5_000)]).len();
        let long = drawn(&[curve("list", 60_000_000, 0, 100_000)]).len();
        assert!(long < 2 * short, "{short} {long}");
    }

    #[test]
    fn labels_do_not_touch() {
        for heights in [vec![5, 5, 5, 6, 300], vec![300; 8], (0..20).collect()] {
            let placed = spread_labels(&heights, 0, 400);
            assert!(placed.windows(2).all(|pair| pair[1] - pair[0] >= LABEL), "{placed:?}");
            assert!(placed.iter().all(|height| (0..=400).contains(height)), "{placed:?}");
        }
    }

    #[test]
    fn the_csv_has_every_sample() {
        let mut curves = [curve("list", 100, 7, 2)];
        curves[0].variant = "a,\"b\"".to_owned();
        let csv = curve_csv(&curves);
        let head = "section,variant,language,at_ns,rss_anon_bytes,rss_file_bytes\n";
        assert_eq!(
            csv,
            format!(
                "{head}8.5.2,\"a,\"\"b\"\"\",rust,1000000,50,7\n8.5.2,\"a,\"\"b\"\"\",rust,2000000,100,7\n"
            )
        );
    }
}
