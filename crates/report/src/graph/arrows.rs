//! References between objects: arrows, dashed where they keep nothing alive, thick where they
//! close a cycle, and marked where a sentence speaks of them.

use super::routes::{NodeArea, Route};
use crate::svg::{self, BLUE, Font, INK, PAPER, QUIET, Svg, VERMILION};
use heaplab_record::{GraphEdge, Strength};

/// Longer field names are shortened.
const MOST_LABEL: usize = 22;
const LABEL: Font = Font::new(12, INK).halo();
const HEAD_LONG: f64 = 11.0;
const HEAD_WIDE: f64 = 4.6;
const LOOP: f64 = 26.0;

/// An edge's colour, width and dashes.
pub(super) const fn edge_style(edge: &GraphEdge) -> (&'static str, f64, &'static str) {
    let (colour, width) = match edge {
        GraphEdge { marked: true, .. } => (BLUE, 3.5),
        GraphEdge { in_cycle: true, .. } => (VERMILION, 3.0),
        GraphEdge { strength: Strength::Weak, .. } => (QUIET, 1.6),
        _ => (INK, 1.6),
    };
    (colour, width, if matches!(edge.strength, Strength::Weak) { "6 4" } else { "" })
}

/// Draws the line and its head.
pub(super) fn draw_edge(svg: &mut Svg, edge: &GraphEdge, route: &Route) {
    let (colour, width, dashes) = edge_style(edge);
    let Some((last, _)) = route.curves.split_last() else { return };
    let ([_, control, end], long) = (*last, HEAD_LONG + width);
    let tip = (end.0 - control.0, end.1 - control.1);
    let length = tip.0.hypot(tip.1).max(0.001);
    let (along, side) = ((tip.0 / length, tip.1 / length), (-tip.1 / length, tip.0 / length));
    let back = (end.0 - along.0 * long, end.1 - along.1 * long);
    let wide = HEAD_WIDE + width / 2.0;
    let n = svg::format_number;
    let mut d = format!("M{} {}", n(route.start.0), n(route.start.1));
    for (index, [first, second, end]) in route.curves.iter().enumerate() {
        // A thick line would show beside the point of its head.
        let end = if index + 1 == route.curves.len() {
            (end.0 - along.0 * long * 0.8, end.1 - along.1 * long * 0.8)
        } else {
            *end
        };
        d += &format!(
            "C{} {} {} {} {} {}",
            n(first.0),
            n(first.1),
            n(second.0),
            n(second.1),
            n(end.0),
            n(end.1)
        );
    }
    let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
    let head = format!(
        "M{} {}L{} {}L{} {}Z",
        n(end.0),
        n(end.1),
        n(back.0 + side.0 * wide),
        n(back.1 + side.1 * wide),
        n(back.0 - side.0 * wide),
        n(back.1 - side.1 * wide)
    );
    svg.group(&edge.label, |svg| {
        svg.path(&d, &format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}"));
        svg.path(&head, &format!("fill=\"{colour}\""));
    });
}

/// Draws the field's name at the middle of the line, beside the sign of an edge that a sentence is
/// about.
pub(super) fn draw_label(svg: &mut Svg, edge: &GraphEdge, route: &Route) {
    let (x, y) = route_middle(route);
    let text = shown_label(edge);
    svg.group(&edge.label, |svg| match edge.marked {
        true => {
            draw_mark(svg, (x, y));
            svg.text((x + 15.0, y), &text, LABEL);
        }
        false if text.is_empty() => {}
        false => svg.text((x, y), &text, LABEL.middle()),
    });
}

/// Draws a disc with an exclamation mark.
pub(super) fn draw_mark(svg: &mut Svg, at: (f64, f64)) {
    svg.circle(at, 9.0, &format!("fill=\"{BLUE}\" stroke=\"{PAPER}\" stroke-width=\"2\""));
    svg.text(at, "!", Font::new(14, PAPER).bold().middle());
}

/// The width of the label. A label behind a sign counts twice because the line goes through its
/// left end.
pub(super) fn label_width(edge: &GraphEdge) -> f64 {
    LABEL.width(&shown_label(edge)) * if edge.marked { 2.0 } else { 1.0 }
        + if edge.marked { 30.0 } else { 0.0 }
}

/// Space at the right of a box for a reference to itself.
pub(super) fn loop_room(edge: &GraphEdge, count: usize) -> f64 {
    1.2 * loop_reach(count) + label_width(edge) / 2.0 + 12.0
}

/// A second loop reaches beyond the label of the first.
fn loop_reach(count: usize) -> f64 {
    LOOP * (1.0 + 1.7 * count as f64)
}

/// A loop from a box's right side back to it. Further loops go around the first.
pub(super) fn loop_route(place: &NodeArea, count: usize) -> Route {
    let out = loop_reach(count);
    let (right, (_, middle)) = (place.x + place.width, place.middle());
    let half = (place.height / 4.0).min(12.0 + 4.0 * count as f64);
    let (top, bottom) = (middle - half, middle + half);
    Route {
        start: (right, top),
        curves: vec![[(right + 1.6 * out, top - LOOP), (right + 1.6 * out, bottom + LOOP), (right, bottom)]],
    }
}

/// Moves a route.
pub(super) fn shift_route(route: &Route, (x, y): (f64, f64)) -> Route {
    let by = |point: (f64, f64)| (point.0 + x, point.1 + y);
    Route { start: by(route.start), curves: route.curves.iter().map(|curve| curve.map(by)).collect() }
}

/// Points on the route, to find out how far it reaches: the control points of a curve lie beyond
/// it.
pub(super) fn route_points(route: &Route) -> Vec<(f64, f64)> {
    let mut points = vec![route.start];
    let mut start = route.start;
    for curve in &route.curves {
        points.extend([0.25, 0.5, 0.75, 1.0].map(|part| curve_point(start, curve, part)));
        start = curve[2];
    }
    points
}

/// With an odd number of curves the middle lies on a curve, else between two.
fn route_middle(route: &Route) -> (f64, f64) {
    let half = route.curves.len() / 2;
    if route.curves.len().is_multiple_of(2) {
        return half.checked_sub(1).map_or(route.start, |before| route.curves[before][2]);
    }
    let start = half.checked_sub(1).map_or(route.start, |before| route.curves[before][2]);
    curve_point(start, &route.curves[half], 0.5)
}

/// A point of a cubic Bézier curve.
fn curve_point(start: (f64, f64), [first, second, end]: &[(f64, f64); 3], part: f64) -> (f64, f64) {
    let rest = 1.0 - part;
    let [a, b, c, d] = [rest.powi(3), 3.0 * rest.powi(2) * part, 3.0 * rest * part.powi(2), part.powi(3)];
    (
        a * start.0 + b * first.0 + c * second.0 + d * end.0,
        a * start.1 + b * first.1 + c * second.1 + d * end.1,
    )
}

fn shown_label(edge: &GraphEdge) -> String {
    svg::shorten_middle(&edge.label, MOST_LABEL)
}
