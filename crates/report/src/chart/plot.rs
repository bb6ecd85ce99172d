//! What charts of lines over two axes share: which points are drawn, and names beside the lines'
//! ends.

use super::axis::Axis;
use super::canvas::{self, Canvas, DrawError, TextLook};
use plotters::prelude::*;

/// A chart with two axes.
pub(crate) type Plot<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Height of a line's name.
pub(crate) const LABEL: i32 = 17;

/// Okabe and Ito's colours without the yellow, which cannot be seen on white paper, and dark enough
/// for text.
const COLOURS: [RGBColor; 8] = [
    canvas::VERMILION,
    canvas::BLUE,
    RGBColor(0, 132, 96),
    RGBColor(170, 80, 140),
    RGBColor(31, 35, 40),
    RGBColor(176, 120, 0),
    RGBColor(30, 140, 190),
    RGBColor(120, 90, 60),
];

/// The colour of the line with this index.
pub(crate) const fn line_colour(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}

/// The points of a line that can be seen: in each column of pixels the first, the lowest, the
/// highest and the last.
///
/// Thirty seconds of samples, one every 5 ms, would otherwise be 6,000 points per line.
pub(crate) fn visible_points(plot: &Plot<'_, '_>, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let placed: Vec<((f64, f64), i32)> =
        points.iter().map(|point| (*point, plot.backend_coord(point).0)).collect();
    let columns = placed.chunk_by(|(_, one), (_, other)| one == other);
    columns.flat_map(|column| column_extremes(column).into_iter().map(|(point, _)| point)).collect()
}

fn column_extremes(column: &[((f64, f64), i32)]) -> Vec<((f64, f64), i32)> {
    let by_height = |one: &usize, other: &usize| column[*one].0.1.total_cmp(&column[*other].0.1);
    let indexes = || 0..column.len();
    let kept = [indexes().next(), indexes().min_by(by_height), indexes().max_by(by_height), indexes().last()];
    let mut kept: Vec<usize> = kept.into_iter().flatten().collect();
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|index| column[index]).collect()
}

/// A line's name, and where the line ends.
pub(crate) struct EndLabel {
    /// The line's index, which gives its colour and marker.
    pub(crate) line: usize,
    pub(crate) name: String,
    /// In pixels.
    pub(crate) end: (i32, i32),
}

/// The look of the names at the right of a plot.
pub(crate) struct EndLabelLook {
    pub(crate) pixels: u32,
    /// How far right of the plot the leader ends and the name begins.
    pub(crate) leader: i32,
    pub(crate) name: i32,
    /// Whether the line's marker stands between them.
    pub(crate) with_marker: bool,
}

/// Draws the names at the right, in the order of the lines' ends, pushed apart where these lie
/// close. A thin leader goes from each line's end to its name: with many lines nobody matches
/// colours with a legend.
pub(crate) fn draw_end_labels(
    page: &Canvas<'_>,
    plot: &Plot<'_, '_>,
    mut labels: Vec<EndLabel>,
    look: &EndLabelLook,
) -> Result<(), DrawError> {
    labels.sort_by_key(|label| (label.end.1, label.line));
    let (across, down) = plot.plotting_area().get_pixel_range();
    let right = across.end;
    let ends: Vec<i32> = labels.iter().map(|label| label.end.1).collect();
    for (label, height) in labels.iter().zip(spread_labels(&ends, down.start + 8, down.end - 8)) {
        let ((x, y), colour) = (label.end, line_colour(label.line));
        let leader = [(x, y), (right + 4, y), (right + look.leader, height)];
        page.draw(&PathElement::new(leader, colour.mix(0.35)))?;
        let text = TextLook::left_aligned(look.pixels, colour);
        canvas::draw_text(page, &label.name, (right + look.name, height), text)?;
        if look.with_marker {
            draw_marker(page, (right + look.name - 8, height), colour, label.line)?;
        }
    }
    Ok(())
}

/// Draws the shape of a line's dots.
fn draw_marker(page: &Canvas<'_>, at: (i32, i32), colour: RGBColor, line: usize) -> Result<(), DrawError> {
    let filled = colour.filled();
    match line % 4 {
        0 => page.draw(&Circle::new(at, 3, filled)),
        1 => page.draw(&TriangleMarker::new(at, 5, filled)),
        2 => page.draw(&Cross::new(at, 4, colour.stroke_width(2))),
        _ => page.draw(&Rectangle::new([(at.0 - 3, at.1 - 3), (at.0 + 3, at.1 + 3)], filled)),
    }
}

/// Moves sorted heights so far apart that labels do not touch, within the bounds while there is
/// room.
fn spread_labels(heights: &[i32], top: i32, bottom: i32) -> Vec<i32> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_touch() {
        for heights in [vec![5, 5, 5, 6, 300], vec![300; 8], (0..20).collect()] {
            let placed = spread_labels(&heights, 0, 400);
            assert!(placed.windows(2).all(|pair| pair[1] - pair[0] >= LABEL), "{placed:?}");
            assert!(placed.iter().all(|height| (0..=400).contains(height)), "{placed:?}");
        }
    }
}
