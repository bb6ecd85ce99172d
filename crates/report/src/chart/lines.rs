//! Charts that lessons hand over: lines, stairs and dots over two axes, with the series of every
//! variant in one picture.

use super::axis::{Axis, AxisFit};
use super::canvas::{self, Canvas, DrawError, EDGE, INK, QUIET, TextLook};
use super::plot::{self, EndLabel, EndLabelLook, LABEL, Plot, line_colour};
use crate::picture::PictureKind;
use crate::{RenderError, Words, svg};
use heaplab_record::{Attachment, Axis as ChartAxis, Chart, Marker, Run, Text};
use plotters::prelude::*;
use std::collections::HashSet;

const WHAT: &str = "a chart";
const WIDTH: i32 = 1100;
const HEAD: i32 = 112;
const PLOT: i32 = 400;
const FOOT: i32 = 84;
/// A line with more points than this has a dot at its end only.
const MOST_DOTTED: usize = 40;
/// A line with more points than this is thinned to what can be seen.
const MOST_JOINED: usize = 3000;

const LABELS: EndLabelLook = EndLabelLook { pixels: 13, leader: 20, name: 34, with_marker: true };

/// A series and its name.
pub(crate) struct ChartLine<'a> {
    pub(crate) name: String,
    pub(crate) marker: Marker,
    pub(crate) points: &'a [[f64; 2]],
}

impl PictureKind for Chart {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &Text {
        &self.title
    }

    fn draw(&self, parts: &[(&Run, &Attachment)], who: &str, words: &Words) -> Result<String, RenderError> {
        draw_chart(self, &chart_lines(parts), who, words)
    }

    fn clear_data(&mut self) {
        self.series.clear();
    }
}

/// The series of one chart under their own names.
pub(crate) fn series_lines(chart: &Chart) -> Vec<ChartLine<'_>> {
    let mut lines = Vec::new();
    for series in &chart.series {
        lines.push(ChartLine { name: series.name.clone(), marker: series.marker, points: &series.points });
    }
    lines
}

/// The series of every variant. A series without a name has the variant's name; where several
/// variants have a series of one name, the variant's name is added.
fn chart_lines<'a>(parts: &[(&Run, &'a Attachment)]) -> Vec<ChartLine<'a>> {
    let charts: Vec<(&Run, &'a Chart)> = parts
        .iter()
        .filter_map(|(run, attachment)| match attachment {
            Attachment::Chart(chart) | Attachment::Growth(chart) => Some((*run, chart)),
            _ => None,
        })
        .collect();
    let times = |name: &str| {
        charts.iter().flat_map(|(_, chart)| &chart.series).filter(|other| other.name == name).count()
    };
    let both = |run: &Run| {
        charts.iter().any(|(other, _)| other.variant == run.variant && other.language != run.language)
    };
    let mut lines = Vec::new();
    for (run, chart) in &charts {
        let variant = if both(run) { run.file_stem() } else { run.variant.clone() };
        for series in &chart.series {
            let name = match series.name.as_str() {
                "" => variant.clone(),
                name if times(name) > 1 => format!("{variant}: {name}"),
                name => name.to_owned(),
            };
            lines.push(ChartLine { name, marker: series.marker, points: &series.points });
        }
    }
    lines
}

/// Draws lines over the axes of the first chart with this name.
pub(crate) fn draw_chart(
    first: &Chart,
    lines: &[ChartLine<'_>],
    who: &str,
    words: &Words,
) -> Result<String, RenderError> {
    let title = words.lang().pick(&first.title);
    let figures = |of: usize| lines.iter().flat_map(|line| line.points).map(move |point| point[of]);
    let (x, y) = (fit_axis(&first.x, figures(0), false), fit_axis(&first.y, figures(1), true));
    let height = HEAD + PLOT.max(LABEL * lines.len() as i32 + 20) + FOOT;
    canvas::draw_svg(WHAT, (WIDTH as u32, height as u32), title, |page| {
        canvas::draw_text(page, title, (EDGE, 32), TextLook::left_aligned(21, INK))?;
        canvas::draw_text(page, who, (EDGE, 60), TextLook::left_aligned(13, QUIET))?;
        let names = lines.iter().map(|line| svg::text_width(&line.name, 13)).max().unwrap_or(0);
        let mut plot = build_plot(page, &x, &y, names)?;
        let (across, down) = plot.plotting_area().get_pixel_range();
        let labels = [words.lang().pick(&first.y.label), words.lang().pick(&first.x.label)];
        canvas::draw_text(page, labels[0], (EDGE, down.start - 14), TextLook::left_aligned(13, INK))?;
        canvas::draw_text(page, labels[1], (across.end, down.end + 38), TextLook::right_aligned(13, INK))?;
        for (index, line) in lines.iter().enumerate() {
            draw_line(&mut plot, line, (&x, &y), index)?;
        }
        let named = lines.iter().enumerate().filter_map(|(index, line)| end_label(index, line, &plot));
        plot::draw_end_labels(page, &plot, named.collect(), &LABELS)?;
        if let Some(note) = describe_scales(&x, &y, words) {
            canvas::draw_text(page, &note, (EDGE, height - 18), TextLook::left_aligned(12, QUIET))?;
        }
        Ok(())
    })
}

fn fit_axis(of: &ChartAxis, figures: impl Iterator<Item = f64>, is_length: bool) -> Axis {
    let fit = AxisFit { most_marks: 7, logarithmic: of.logarithmic, from_zero: is_length };
    Axis::from_figures(figures, of.unit, &fit)
}

fn build_plot<'a, 'b>(
    page: &'a Canvas<'b>,
    x: &Axis,
    y: &Axis,
    names: i32,
) -> Result<Plot<'a, 'b>, DrawError> {
    let mut plot = ChartBuilder::on(page)
        .margin_top(HEAD)
        .margin_bottom(FOOT - 36)
        .margin_left(EDGE)
        .margin_right(EDGE + names + 40)
        .x_label_area_size(36)
        .y_label_area_size(70)
        .build_cartesian_2d(x.clone(), y.clone().with_headroom())?;
    canvas::draw_grid(&mut plot, |&figure| x.format_mark(figure), |&figure| y.format_mark(figure), 12)?;
    Ok(plot)
}

/// The points that are drawn, without those that have no place on an axis and without repeated
/// pixels. Dots may not share a pixel at all; a line may come back to one. A long line is thinned.
fn visible_points(plot: &Plot<'_, '_>, line: &ChartLine<'_>, (x, y): (&Axis, &Axis)) -> Vec<(f64, f64)> {
    let has_place =
        |scale: &Axis, figure: f64| figure.is_finite() && (scale.factor().is_none() || figure > 0.0);
    let placed = line.points.iter().filter(|[at, figure]| has_place(x, *at) && has_place(y, *figure));
    let pixels = placed.map(|[at, figure]| ((*at, *figure), plot.backend_coord(&(*at, *figure))));
    if line.marker == Marker::Dots {
        let mut known = HashSet::new();
        return pixels.filter(|(_, pixel)| known.insert(*pixel)).map(|(place, _)| place).collect();
    }
    let mut places: Vec<((f64, f64), (i32, i32))> = pixels.collect();
    places.dedup_by_key(|(_, pixel)| *pixel);
    let places: Vec<(f64, f64)> = places.into_iter().map(|(place, _)| place).collect();
    if places.len() <= MOST_JOINED { places } else { plot::visible_points(plot, &places) }
}

fn draw_line(
    plot: &mut Plot<'_, '_>,
    line: &ChartLine<'_>,
    scales: (&Axis, &Axis),
    index: usize,
) -> Result<(), DrawError> {
    let colour = line_colour(index);
    let places = visible_points(plot, line, scales);
    let joined = match line.marker {
        Marker::Dots => Vec::new(),
        Marker::Line => places.clone(),
        Marker::Stairs => stair_corners(&places),
    };
    if !joined.is_empty() {
        plot.draw_series(LineSeries::new(joined, colour.stroke_width(2)))?;
    }
    let dotted = match line.marker {
        Marker::Dots => places.as_slice(),
        _ if places.len() <= MOST_DOTTED => places.as_slice(),
        _ => &places[places.len() - 1..],
    };
    draw_dots(plot, dotted, colour, index)
}

/// Each series has a shape of its own: circles, triangles, crosses, squares.
fn draw_dots(
    plot: &mut Plot<'_, '_>,
    dots: &[(f64, f64)],
    colour: RGBColor,
    index: usize,
) -> Result<(), DrawError> {
    let filled = colour.mix(0.85).filled();
    match index % 4 {
        0 => plot.draw_series(dots.iter().map(|dot| Circle::new(*dot, 3, filled))).map(drop),
        1 => plot.draw_series(dots.iter().map(|dot| TriangleMarker::new(*dot, 5, filled))).map(drop),
        2 => plot.draw_series(dots.iter().map(|dot| Cross::new(*dot, 4, colour.stroke_width(2)))).map(drop),
        _ => {
            let square =
                |dot: &(f64, f64)| EmptyElement::at(*dot) + Rectangle::new([(-3, -3), (3, 3)], filled);
            plot.draw_series(dots.iter().map(square)).map(drop)
        }
    }
}

/// Corners of a line that holds each value until the next point.
fn stair_corners(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let corners = places.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(places.last().copied()).collect()
}

fn end_label(index: usize, line: &ChartLine<'_>, plot: &Plot<'_, '_>) -> Option<EndLabel> {
    let [x, y] = *line.points.last()?;
    Some(EndLabel { line: index, name: line.name.clone(), end: plot.backend_coord(&(x, y)) })
}

/// Says which axis is logarithmic, and how.
fn describe_scales(x: &Axis, y: &Axis, words: &Words) -> Option<String> {
    let times = |scale: &Axis| scale.factor().map(|factor| format!("{factor:.0}"));
    Some(match (times(x), times(y)) {
        (Some(x), Some(y)) => words.say("picture-log-both", &[("x", &x), ("y", &y)]),
        (Some(x), None) => words.say("picture-log-x", &[("times", &x)]),
        (None, Some(y)) => words.say("picture-log-y", &[("times", &y)]),
        (None, None) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg;
    use crate::{Lang, fixture};

    fn draw_fixture(chart: &Chart, lang: Lang) -> String {
        draw_chart(chart, &series_lines(chart), "bins", &Words::new(lang)).unwrap()
    }

    #[test]
    fn names_labels_and_marks_stand_in_the_picture() {
        for lang in [Lang::En, Lang::Zh] {
            let chart = fixture::pictures::chart("jemalloc");
            let texts = svg::texts(&draw_fixture(&chart, lang));
            for wanted in [
                lang.pick(&chart.title),
                lang.pick(&chart.x.label),
                lang.pick(&chart.y.label),
                "jemalloc",
                "2 KiB",
            ] {
                assert!(texts.iter().any(|text| text == wanted), "{wanted} in {texts:?}");
            }
        }
    }

    #[test]
    fn a_figure_moves_its_line() {
        let mut chart = fixture::pictures::chart("jemalloc");
        let before = draw_fixture(&chart, Lang::En);
        chart.series[0].points[2][1] *= 1.5;
        assert_ne!(before, draw_fixture(&chart, Lang::En));
    }

    #[test]
    fn stairs_hold_until_the_next_point() {
        let corners = stair_corners(&[(0.0, 1.0), (2.0, 5.0), (3.0, 4.0)]);
        assert_eq!(corners, [(0.0, 1.0), (2.0, 1.0), (2.0, 5.0), (3.0, 5.0), (3.0, 4.0)]);
    }

    #[test]
    fn what_has_no_place_is_left_out() {
        let mut chart = fixture::pictures::chart("jemalloc");
        chart.series[0].points = vec![[f64::NAN, 1.0], [0.0, 2.0], [-1.0, f64::INFINITY], [8.0, 0.25]];
        for marker in [Marker::Line, Marker::Stairs, Marker::Dots] {
            chart.series[0].marker = marker;
            svg::parse_svg(&draw_fixture(&chart, Lang::En));
        }
        chart.series[0].points.clear();
        svg::parse_svg(&draw_fixture(&chart, Lang::En));
        chart.series.clear();
        svg::parse_svg(&draw_fixture(&chart, Lang::Zh));
    }

    #[test]
    fn a_million_points_are_not_a_million_circles() {
        let mut chart = fixture::pictures::chart("jemalloc");
        chart.series[0].marker = Marker::Dots;
        chart.series[0].points = (0..300_000).map(|index| [1.0 + f64::from(index) / 1000.0, 0.5]).collect();
        let mut line = chart.clone();
        line.series[0].marker = Marker::Line;
        for (index, point) in line.series[0].points.iter_mut().enumerate() {
            point[1] = (index % 13) as f64;
        }
        assert!(draw_fixture(&line, Lang::En).len() < 300_000);
        let svg = draw_fixture(&chart, Lang::En);
        assert!(svg.len() < 300_000, "{}", svg.len());
    }
}
