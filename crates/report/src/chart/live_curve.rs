//! `live.svg` and `live.csv`: live bytes over the allocation clock, one panel per program.
//!
//! The clock is the bytes that the program has asked for so far, so the curve of one thread is the
//! same on every run. Marks stand where the program set them. Each panel has axes of its own
//! because the shape matters: a generator beside a table of gigabytes has one too.

use super::axis::Axis;
use super::canvas::{self, Canvas, DrawError, EDGE, INK, QUIET, TextLook};
use super::plot::{self, Plot};
use super::rss_curve::csv_cell;
use crate::{RenderError, Words, format, svg};
use heaplab_profile::raw::{RawMark, RawPoint, RawRecording};
use heaplab_record::AxisUnit;
use plotters::prelude::*;
use std::fmt::Write as _;

const WHAT: &str = "live.svg";
const WIDTH: i32 = 1100;
const HEAD: i32 = 80;
const FOOT: i32 = 44;
/// Panels beside each other.
const ACROSS: usize = 3;
/// Points of a curve in the CSV file; a spreadsheet does not need more.
const MOST_POINTS: usize = 1000;
/// Names of neighbouring marks are spread over this many lines.
const MARK_LINES: usize = 3;

const LINE: RGBColor = canvas::BLUE;
const AREA: f64 = 0.14;
const PEAK: RGBColor = canvas::VERMILION;

/// The curve of one recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveCurve {
    section: String,
    variant: String,
    peak_bytes: u64,
    /// In the order of the clock. The last one is the region's end.
    points: Vec<RawPoint>,
    marks: Vec<RawMark>,
}

impl LiveCurve {
    /// The recorder's points and the end of the region. `None` where nothing was allocated.
    pub fn from_recording(section: &str, variant: &str, raw: &RawRecording) -> Option<LiveCurve> {
        let totals = &raw.totals;
        let end = RawPoint {
            clock_bytes: totals.birth_bytes + totals.grown_bytes,
            at_ns: totals.wall_ns,
            live_bytes: totals.end_bytes,
        };
        if end.clock_bytes == 0 {
            return None;
        }
        let mut points = vec![RawPoint::default()];
        points.extend(raw.curve.iter().filter(|point| point.clock_bytes <= end.clock_bytes));
        // The recorder's points lie some way apart; the peak is known to the byte. What was freed
        // at the same clock came after.
        let peak = RawPoint {
            clock_bytes: totals.peak_clock_bytes,
            live_bytes: totals.peak_bytes,
            ..RawPoint::default()
        };
        let at = points.partition_point(|point| point.clock_bytes < peak.clock_bytes);
        if points.get(at).is_none_or(|point| point.live_bytes != peak.live_bytes) {
            points.insert(at, peak);
        }
        points.push(end);
        let (section, variant) = (section.to_owned(), variant.to_owned());
        Some(LiveCurve { section, variant, peak_bytes: totals.peak_bytes, points, marks: raw.marks.clone() })
    }

    /// Pairs of nanoseconds and live bytes, from the region's beginning to its end. The peak has
    /// no time and is left out, unless it fell on a recorded point.
    pub fn time_points(&self) -> impl Iterator<Item = [u64; 2]> {
        let timed = |point: &&RawPoint| point.at_ns > 0 || point.clock_bytes == 0;
        self.points.iter().filter(timed).map(|point| [point.at_ns, point.live_bytes])
    }

    fn clock_bytes(&self) -> u64 {
        self.points.last().map_or(0, |point| point.clock_bytes)
    }
}

/// Draws the curves; `None` without any.
///
/// # Errors
/// If plotters cannot draw.
pub fn live_svg(curves: &[LiveCurve], words: &Words) -> Result<Option<String>, RenderError> {
    if curves.is_empty() {
        return Ok(None);
    }
    let across = curves.len().min(ACROSS);
    let (panel_width, panel_height) =
        ((WIDTH - 2 * EDGE) / across as i32, if across == 1 { 420 } else { 250 });
    let down = curves.len().div_ceil(across) as i32;
    let height = HEAD + down * panel_height + FOOT;
    let title = words.get("live-title");
    let svg = canvas::draw_svg(WHAT, (WIDTH as u32, height as u32), &title, |page| {
        canvas::draw_text(page, &title, (EDGE, 30), TextLook::left_aligned(21, INK))?;
        canvas::draw_text(page, &words.get("live-subtitle"), (EDGE, 56), TextLook::left_aligned(13, QUIET))?;
        for (index, curve) in curves.iter().enumerate() {
            let (column, row) = ((index % across) as i32, (index / across) as i32);
            let corner = (EDGE + column * panel_width, HEAD + row * panel_height);
            let panel = page.clone().shrink(corner, (panel_width as u32, panel_height as u32));
            draw_panel(&panel, curve, words)?;
        }
        canvas::draw_text(
            page,
            &words.get("live-legend"),
            (EDGE, height - 18),
            TextLook::left_aligned(12, QUIET),
        )
    })?;
    Ok(Some(svg))
}

/// One line per point and per mark, for a spreadsheet. Time is left out, so that the file of one
/// thread is the same on every run.
pub fn live_csv(curves: &[LiveCurve]) -> String {
    let mut csv = String::from("section,variant,clock_bytes,live_bytes,mark\n");
    for curve in curves {
        let (section, variant) = (csv_cell(&curve.section), csv_cell(&curve.variant));
        for point in thin_points(&curve.points) {
            // Writing to a String cannot fail.
            let _ = writeln!(csv, "{section},{variant},{},{},", point.clock_bytes, point.live_bytes);
        }
        for mark in &curve.marks {
            let name = csv_cell(&mark.name);
            let _ = writeln!(csv, "{section},{variant},{},,{name}", mark.clock_bytes);
        }
    }
    csv
}

/// Thins the points evenly, but keeps the highest and the last one.
fn thin_points(points: &[RawPoint]) -> impl Iterator<Item = &RawPoint> {
    let step = points.len().div_ceil(MOST_POINTS).max(1);
    let highest = (0..points.len()).max_by_key(|&index| points[index].live_bytes);
    let kept = move |index: usize| index.is_multiple_of(step) || Some(index) == highest;
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(move |(index, _)| kept(*index) || *index == last).map(|(_, point)| point)
}

fn draw_panel(panel: &Canvas<'_>, curve: &LiveCurve, words: &Words) -> Result<(), DrawError> {
    let mut chart = build_plot(panel, curve)?;
    let points: Vec<_> =
        curve.points.iter().map(|point| (point.clock_bytes as f64, point.live_bytes as f64)).collect();
    let line = plot::visible_points(&chart, &points);
    let area = AreaSeries::new(line, 0.0, LINE.mix(AREA));
    chart.draw_series(area.border_style(LINE.stroke_width(2)))?;
    let peak = [0, curve.clock_bytes()].map(|clock| (clock as f64, curve.peak_bytes as f64));
    chart.draw_series(DashedLineSeries::new(peak, 3, 3, PEAK.stroke_width(1)))?;
    draw_marks(panel, &mut chart, curve)?;
    let label = words.say(
        "live-panel",
        &[
            ("variant", &curve.variant),
            ("peak", &format::bytes(curve.peak_bytes)),
            ("clock", &format::bytes(curve.clock_bytes())),
        ],
    );
    canvas::draw_text(panel, &label, (8, 14), TextLook::left_aligned(13, INK))
}

fn build_plot<'a, 'b>(panel: &'a Canvas<'b>, curve: &LiveCurve) -> Result<Plot<'a, 'b>, DrawError> {
    let (width, height) = panel.dim_in_pixel();
    let most_marks = |pixels: u32, each: u32| ((pixels / each) as usize).max(2);
    let clock = Axis::for_lines(&[curve.clock_bytes()], AxisUnit::Bytes, most_marks(width, 80));
    let live = Axis::for_lines(&[curve.peak_bytes], AxisUnit::Bytes, most_marks(height, 50));
    let mut chart = ChartBuilder::on(panel)
        .margin_top(28)
        .margin_right(22)
        .margin_bottom(4)
        .x_label_area_size(26)
        .y_label_area_size(58)
        .build_cartesian_2d(clock.clone(), live.clone().with_headroom())?;
    canvas::draw_grid(
        &mut chart,
        |&figure| clock.format_mark(figure),
        |&figure| live.format_mark(figure),
        11,
    )?;
    Ok(chart)
}

/// Draws a line at each mark of the program, with the mark's name beside it.
fn draw_marks(panel: &Canvas<'_>, chart: &mut Plot<'_, '_>, curve: &LiveCurve) -> Result<(), DrawError> {
    let (left, top) = panel.get_base_pixel();
    let (across, down) = chart.plotting_area().get_pixel_range();
    for (index, mark) in curve.marks.iter().enumerate() {
        let (x, _) = chart.backend_coord(&(mark.clock_bytes.min(curve.clock_bytes()) as f64, 0.0));
        let (x, height) = (x - left, down.start - top + 10 + 14 * (index % MARK_LINES) as i32);
        let line = [(x, down.start - top), (x, down.end - top)];
        panel.draw(&PathElement::new(line, QUIET.mix(0.7)))?;
        // A name that has no room on the right stands on the left.
        let fits = x + svg::text_width(&mark.name, 11) + 6 < across.end - left;
        let (at, look) = if fits {
            (x + 4, TextLook::left_aligned(11, QUIET))
        } else {
            (x - 4, TextLook::right_aligned(11, QUIET))
        };
        canvas::draw_text(panel, &mark.name, (at, height), look)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use heaplab_profile::raw::RawTotals;

    /// A program that builds up to `peak`, frees half of it and sets a mark.
    fn raw(peak: u64, steps: u64) -> RawRecording {
        let point = |step: u64| RawPoint {
            clock_bytes: peak / steps * step,
            at_ns: step,
            live_bytes: peak / steps * step,
        };
        let totals = RawTotals {
            birth_bytes: peak,
            grown_bytes: peak / 4,
            peak_bytes: peak,
            peak_clock_bytes: peak,
            end_bytes: peak / 2,
            ..RawTotals::default()
        };
        let mark = RawMark { name: "consume, \"all\"".to_owned(), clock_bytes: peak, at_ns: 7 };
        RawRecording {
            totals,
            curve: (1..=steps).map(point).collect(),
            marks: vec![mark],
            ..RawRecording::default()
        }
    }

    fn curve(variant: &str, peak: u64, steps: u64) -> LiveCurve {
        LiveCurve::from_recording("8.5.2", variant, &raw(peak, steps)).expect("it allocates")
    }

    #[test]
    fn nothing_allocated_makes_no_curve() {
        assert_eq!(LiveCurve::from_recording("", "idle", &RawRecording::default()), None);
        assert_eq!(live_svg(&[], &Words::new(Lang::En)).unwrap(), None);
    }

    #[test]
    fn panels_have_their_names_peaks_and_marks() {
        let words = Words::new(Lang::En);
        let curves = [curve("list", 500_000_000, 100), curve("chunks", 8_000, 4)];
        let svg = live_svg(&curves, &words).unwrap().unwrap();
        for needed in ["list · peak 500 MB of 625 MB", "chunks · peak 8.00 kB", "consume, &quot;all&quot;"]
        {
            assert!(svg.contains(needed), "{needed}");
        }
        assert_eq!(svg, live_svg(&curves, &words).unwrap().unwrap());
        let higher = live_svg(&[curve("list", 600_000_000, 100)], &words).unwrap().unwrap();
        assert!(higher.contains("peak 600 MB"));
        for lang in [Lang::En, Lang::Zh] {
            if let Some(dir) = std::env::var_os("HEAPLAB_DUMP_PAGE") {
                let svg = live_svg(&curves, &Words::new(lang)).unwrap().unwrap();
                let file = std::path::Path::new(&dir).join(format!("live.{}.svg", lang.tag()));
                std::fs::write(file, svg).expect("the folder is there");
            }
        }
    }

    /// With one block that is allocated and freed, the recorder's last point is not the region's
    /// end.
    #[test]
    fn the_peak_is_on_the_curve_wherever_it_was() {
        let totals = RawTotals {
            birth_bytes: 8_000,
            peak_bytes: 8_000,
            peak_clock_bytes: 8_000,
            ..RawTotals::default()
        };
        let with = |curve: Vec<RawPoint>| {
            let raw = RawRecording { totals, curve, ..RawRecording::default() };
            let points = LiveCurve::from_recording("8.4", "one", &raw).expect("it allocates").points;
            points.iter().map(|point| (point.clock_bytes, point.live_bytes)).collect::<Vec<_>>()
        };
        let expected = [(0, 0), (8_000, 8_000), (8_000, 0)];
        assert_eq!(with(Vec::new()), expected);
        assert_eq!(with(vec![RawPoint { clock_bytes: 8_000, at_ns: 1, live_bytes: 8_000 }]), expected);
    }

    #[test]
    fn a_long_curve_is_thinned_to_what_can_be_seen() {
        let words = Words::new(Lang::En);
        let size = |steps| live_svg(&[curve("list", 80_000_000, steps)], &words).unwrap().unwrap().len();
        assert!(size(80_000) < 2 * size(4_000));
        let csv = live_csv(&[curve("list", 80_000_000, 80_000)]);
        assert!(csv.lines().count() < MOST_POINTS + 5, "{}", csv.lines().count());
    }

    #[test]
    fn the_csv_has_points_the_end_and_marks() {
        let expected = "section,variant,clock_bytes,live_bytes,mark\n8.5.2,list,0,0,\n8.5.2,list,50,50,\n\
            8.5.2,list,100,100,\n8.5.2,list,125,50,\n8.5.2,list,100,,\"consume, \"\"all\"\"\"\n";
        assert_eq!(live_csv(&[curve("list", 100, 2)]), expected);
    }
}
