//! Boxes, and routes between them as curves.

/// A box by its upper left corner and its size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct NodeArea {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl NodeArea {
    pub(super) const fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// Cubic Bézier curves: a start, then two control points and an end per curve.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Route {
    pub(super) start: (f64, f64),
    pub(super) curves: Vec<[(f64, f64); 3]>,
}

/// From a box's lower side to the upper side of a box below it, or from right to left side where
/// boxes lie `across`.
pub(super) fn flow_route(from: &NodeArea, to: &NodeArea, across: bool) -> Route {
    let ((x1, y1), (x2, y2)) = (from.middle(), to.middle());
    let (start, end) = match across {
        true => ((from.x + from.width, y1), (to.x, y2)),
        false => ((x1, from.y + from.height), (x2, to.y)),
    };
    let half = (f64::midpoint(start.0, end.0), f64::midpoint(start.1, end.1));
    let curve = match across {
        true => [(half.0, start.1), (half.0, end.1), end],
        false => [(start.0, half.1), (end.0, half.1), end],
    };
    Route { start, curves: vec![curve] }
}

/// The route with its ends moved to the sides of the boxes.
pub(super) fn dock_route(mut route: Route, from: &NodeArea, to: &NodeArea) -> Route {
    if let Some([leave, ..]) = route.curves.first() {
        route.start = border_point(from, *leave);
    }
    if let Some([_, enter, end]) = route.curves.last_mut() {
        *end = border_point(to, *enter);
    }
    route
}

/// From box to box, bent to its left by this many pixels.
pub(super) fn bend_route(from: &NodeArea, to: &NodeArea, by: f64) -> Route {
    let ((x1, y1), (x2, y2)) = (from.middle(), to.middle());
    let (across, down) = (x2 - x1, y2 - y1);
    let long = across.hypot(down).max(1.0);
    let control =
        (f64::midpoint(x1, x2) + down / long * by * 2.0, f64::midpoint(y1, y2) - across / long * by * 2.0);
    let (start, end) = (border_point(from, control), border_point(to, control));
    // A quadratic curve as a cubic one.
    let near =
        |end: (f64, f64)| (end.0 + (control.0 - end.0) * 2.0 / 3.0, end.1 + (control.1 - end.1) * 2.0 / 3.0);
    Route { start, curves: vec![[near(start), near(end), end]] }
}

/// Where the line from a box's middle to a point crosses the border.
fn border_point(place: &NodeArea, to: (f64, f64)) -> (f64, f64) {
    let (x, y) = place.middle();
    let (across, down) = (to.0 - x, to.1 - y);
    let part = |half: f64, way: f64| if way.abs() < 1e-9 { f64::INFINITY } else { half / way.abs() };
    let part = part(place.width / 2.0, across).min(part(place.height / 2.0, down)).min(1.0);
    (x + across * part, y + down * part)
}

/// The route in the other direction.
pub(super) fn reverse_route(route: &Route) -> Route {
    let mut curves = Vec::with_capacity(route.curves.len());
    for (index, [first, second, _]) in route.curves.iter().enumerate().rev() {
        let end = if index == 0 { route.start } else { route.curves[index - 1][2] };
        curves.push([*second, *first, end]);
    }
    let start = route.curves.last().map_or(route.start, |curve| curve[2]);
    Route { start, curves }
}
