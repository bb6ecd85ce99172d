//! Where nodes and edges of a graph go, by layout-rs. What that crate cannot do is kept away from it:
//!
//! - a graph of nothing (it subtracts 1 from the number of ranks) and a loop from a node to itself (its ranks break);
//! - a cycle: it looks for one by trying every path, which takes 2ⁿ steps on a chain of n diamonds. It gets an acyclic graph in
//!   the order of its sources, where each such search ends at its first step, and its own checks are off;
//! - more long edges than it orders in a second: those beyond are drawn here, from box to box, and so is every further edge
//!   between two nodes that have one already.

use layout::core::base::Orientation;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::{Point, Position};
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;

/// Edges that layout-rs places at most, and the ranks that these pass by in all.
const MOST_EDGES: usize = 160;
const MOST_PASSED: usize = 120;
/// How far further edges between two nodes bend away from the first.
const BEND: f64 = 34.0;

/// From which node to which, by their places in the list; strong ones decide what stands above what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) strong: bool,
}

/// A box: its left upper corner and its size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Place {
    pub(super) const fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// The points of cubic curves: a start, then two control points and an end for each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Route {
    pub(super) start: (f64, f64),
    pub(super) curves: Vec<[(f64, f64); 3]>,
}

/// Places for nodes of these sizes, in the order given, and a route for every link. No link may lead from a node to itself.
pub(super) fn place(
    sizes: &[(f64, f64)],
    gap: (f64, f64),
    links: &[Link],
    across: bool,
) -> (Vec<Place>, Vec<Route>) {
    let order = order(sizes.len(), links);
    let laid = chosen(sizes.len(), links, &order);
    let mut drawing = Drawing {
        places: sizes
            .iter()
            .map(|(width, height)| Place { width: *width, height: *height, ..Place::default() })
            .collect(),
        routes: vec![None; links.len()],
    };
    if !sizes.is_empty() {
        let orientation = if across { Orientation::LeftToRight } else { Orientation::TopToBottom };
        let mut graph = VisualGraph::new(orientation);
        graph.dag.set_validate(false);
        let handles: Vec<_> = sizes
            .iter()
            .enumerate()
            .map(|(index, size)| graph.add_node(element(index, *size, gap, orientation)))
            .collect();
        for link in &laid {
            let (from, to) = directed(&links[*link], &order);
            graph.add_edge(Arrow::simple_with_properties("", link.to_string()), handles[from], handles[to]);
        }
        graph.do_it(false, false, false, &mut drawing);
    }
    let Drawing { places, mut routes } = drawing;
    for (index, link) in links.iter().enumerate() {
        let is_turned = directed(link, &order) != (link.from, link.to);
        let laid = routes[index].take().map(|route| if is_turned { turned(&route) } else { route });
        routes[index] = Some(laid.unwrap_or_else(|| {
            let before = links[..index].iter().filter(|other| is_pair(other, link)).count();
            bent(&places[link.from], &places[link.to], BEND * before as f64)
        }));
    }
    (places, routes.into_iter().flatten().collect())
}

/// Whether a link will be drawn between neighbours that stand side by side, where its label needs room.
pub(super) fn is_sideways(nodes: usize, links: &[Link]) -> bool {
    let laid = chosen(nodes, links, &order(nodes, links));
    let has_way = |link: &Link| laid.iter().any(|laid| is_pair(&links[*laid], link));
    links.iter().any(|link| !link.strong && !has_way(link))
}

fn element(
    index: usize,
    (width, height): (f64, f64),
    (across, down): (f64, f64),
    orientation: Orientation,
) -> Element {
    let size = Point::new(width, height);
    let shape = ShapeKind::new_box("");
    let mut element =
        Element::create_with_properties(shape, StyleAttr::simple(), orientation, size, index.to_string());
    element.pos = Position::new(Point::zero(), size, Point::zero(), Point::new(across, down));
    element
}

/// Nodes in an order in which every strong link that closes no cycle leads forward: each node's place in it.
fn order(nodes: usize, links: &[Link]) -> Vec<usize> {
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    let mut is_target = vec![false; nodes];
    for link in links.iter().filter(|link| link.strong) {
        targets[link.from].push(link.to);
        is_target[link.to] = true;
    }
    // Those that nothing holds first: they stand above what they hold.
    let starts = (0..nodes).filter(|node| !is_target[*node]).chain(0..nodes);
    let (mut seen, mut done) = (vec![false; nodes], Vec::with_capacity(nodes));
    for start in starts.collect::<Vec<_>>() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if !std::mem::replace(&mut seen[start], true) {
            path.push((start, 0));
        }
        while let Some((node, next)) = path.pop() {
            match targets[node].get(next) {
                None => done.push(node),
                Some(target) => {
                    path.push((node, next + 1));
                    if !std::mem::replace(&mut seen[*target], true) {
                        path.push((*target, 0));
                    }
                }
            }
        }
    }
    let mut order = vec![0; nodes];
    for (place, node) in done.into_iter().rev().enumerate() {
        order[node] = place;
    }
    order
}

/// A link's ends, the one that comes first in the order first.
fn directed(link: &Link, order: &[usize]) -> (usize, usize) {
    if order[link.from] <= order[link.to] { (link.from, link.to) } else { (link.to, link.from) }
}

fn is_pair(one: &Link, other: &Link) -> bool {
    (one.from, one.to) == (other.from, other.to) || (one.from, one.to) == (other.to, other.from)
}

/// The links that layout-rs gets: one between any two nodes, short ones before long ones, as many as it can do; in the order
/// of their sources.
fn chosen(nodes: usize, links: &[Link], order: &[usize]) -> Vec<usize> {
    let is_first = |index: &usize| !links[..*index].iter().any(|other| is_pair(other, &links[*index]));
    let mut candidates: Vec<usize> = (0..links.len()).filter(is_first).collect();
    let source = |index: &usize| order[directed(&links[*index], order).0];
    candidates.sort_by_key(source);
    // A weak link says nothing of who is above whom: one between two that strong ones put side by side leaves them there.
    let strong = ranks(
        nodes,
        candidates.iter().filter(|index| links[**index].strong).map(|index| directed(&links[*index], order)),
    );
    candidates.retain(|index| {
        let link = &links[*index];
        link.strong || strong[link.from] != strong[link.to] || strong[link.from] == 0
    });
    let ranks = ranks(nodes, candidates.iter().map(|index| directed(&links[*index], order)));
    let passed = |index: &usize| {
        let (from, to) = directed(&links[*index], order);
        ranks[to] - ranks[from] - 1
    };
    candidates.sort_by_key(|index| (passed(index), !links[*index].strong, *index));
    let mut budget = MOST_PASSED;
    candidates.retain(|index| match budget.checked_sub(passed(index)) {
        Some(left) => {
            budget = left;
            true
        }
        None => false,
    });
    candidates.truncate(MOST_EDGES);
    candidates.sort_by_key(|index| (source(index), *index));
    candidates
}

/// How many links lead to a node at most, one after the other; the links come in the order of their sources.
fn ranks(nodes: usize, links: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut ranks = vec![0_usize; nodes];
    for (from, to) in links {
        ranks[to] = ranks[to].max(ranks[from] + 1);
    }
    ranks
}

/// From box to box, bent to its left by so many pixels.
fn bent(from: &Place, to: &Place, by: f64) -> Route {
    let ((x1, y1), (x2, y2)) = (from.middle(), to.middle());
    let (across, down) = (x2 - x1, y2 - y1);
    let long = across.hypot(down).max(1.0);
    let control =
        (f64::midpoint(x1, x2) + down / long * by * 2.0, f64::midpoint(y1, y2) - across / long * by * 2.0);
    let (start, end) = (border(from, control), border(to, control));
    // A quadratic curve as a cubic one.
    let near =
        |end: (f64, f64)| (end.0 + (control.0 - end.0) * 2.0 / 3.0, end.1 + (control.1 - end.1) * 2.0 / 3.0);
    Route { start, curves: vec![[near(start), near(end), end]] }
}

/// Where the way from a box's middle to a point leaves the box.
fn border(place: &Place, to: (f64, f64)) -> (f64, f64) {
    let (x, y) = place.middle();
    let (across, down) = (to.0 - x, to.1 - y);
    let part = |half: f64, way: f64| if way.abs() < 1e-9 { f64::INFINITY } else { half / way.abs() };
    let part = part(place.width / 2.0, across).min(part(place.height / 2.0, down)).min(1.0);
    (x + across * part, y + down * part)
}

/// The same way from its end.
fn turned(route: &Route) -> Route {
    let mut curves = Vec::with_capacity(route.curves.len());
    for (index, [first, second, _]) in route.curves.iter().enumerate().rev() {
        let end = if index == 0 { route.start } else { route.curves[index - 1][2] };
        curves.push([*second, *first, end]);
    }
    let start = route.curves.last().map_or(route.start, |curve| curve[2]);
    Route { start, curves }
}

/// What layout-rs draws on: it keeps where things are.
struct Drawing {
    places: Vec<Place>,
    routes: Vec<Option<Route>>,
}

impl RenderBackend for Drawing {
    fn draw_rect(
        &mut self,
        xy: Point,
        size: Point,
        _: &StyleAttr,
        properties: Option<String>,
        _: Option<ClipHandle>,
    ) {
        let index = properties.and_then(|index| index.parse::<usize>().ok());
        if let Some(place) = index.and_then(|index| self.places.get_mut(index)) {
            *place = Place { x: xy.x, y: xy.y, width: size.x, height: size.y };
        }
    }

    /// The first pair is a start and the control point behind it, every other one a control point and the end behind it; the
    /// control point that a curve leaves with mirrors the one that the last came in by.
    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        _: (bool, bool),
        _: &StyleAttr,
        properties: Option<String>,
        _: &str,
    ) {
        let index = properties.and_then(|index| index.parse::<usize>().ok());
        let Some(route) = index.and_then(|index| self.routes.get_mut(index)) else { return };
        let Some(((start, leave), rest)) = path.split_first() else { return };
        let (mut leave, mut curves) = ((leave.x, leave.y), Vec::new());
        for (enter, end) in rest {
            curves.push([leave, (enter.x, enter.y), (end.x, end.y)]);
            leave = (2.0 * end.x - enter.x, 2.0 * end.y - enter.y);
        }
        *route = (!curves.is_empty()).then_some(Route { start: (start.x, start.y), curves });
    }

    fn draw_line(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_circle(&mut self, _: Point, _: Point, _: &StyleAttr, _: Option<String>) {}

    fn draw_text(&mut self, _: Point, _: &str, _: &StyleAttr) {}

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: usize, to: usize) -> Link {
        Link { from, to, strong: true }
    }

    fn placed(nodes: usize, links: &[Link], across: bool) -> Vec<Place> {
        let sizes: Vec<(f64, f64)> = (0..nodes)
            .map(|node| (80.0 + (node % 7) as f64 * 20.0, 40.0 + (node % 3) as f64 * 16.0))
            .collect();
        let (places, routes) = place(&sizes, (60.0, 60.0), links, across);
        assert_eq!((places.len(), routes.len()), (nodes, links.len()));
        for (index, one) in places.iter().enumerate() {
            assert!(one.x.is_finite() && one.y.is_finite());
            for other in &places[index + 1..] {
                let apart = one.x + one.width <= other.x + 0.5
                    || other.x + other.width <= one.x + 0.5
                    || one.y + one.height <= other.y + 0.5
                    || other.y + other.height <= one.y + 0.5;
                assert!(apart, "{one:?} {other:?} {links:?}");
            }
        }
        for route in &routes {
            assert!(!route.curves.is_empty());
            let points = route.curves.iter().flatten().chain([&route.start]);
            assert!(points.into_iter().all(|point| point.0.is_finite() && point.1.is_finite()), "{route:?}");
        }
        places
    }

    #[test]
    fn what_is_held_stands_below_or_behind() {
        let links = [link(0, 1), link(1, 2), link(0, 2)];
        let down = placed(3, &links, false);
        assert!(down[0].y < down[1].y && down[1].y < down[2].y);
        let across = placed(3, &links, true);
        assert!(across[0].x < across[1].x && across[1].x < across[2].x);
    }

    #[test]
    fn a_route_leads_from_its_holder_to_what_is_held() {
        let near = |point: (f64, f64), place: &Place| {
            let ((x, y), (wide, high)) =
                (place.middle(), (place.width / 2.0 + 2.0, place.height / 2.0 + 2.0));
            (point.0 - x).abs() <= wide && (point.1 - y).abs() <= high
        };
        // A cycle, a weak link back, a second link of the same two, and one the other way.
        let links = [
            link(0, 1),
            link(1, 2),
            link(2, 0),
            Link { strong: false, ..link(2, 1) },
            link(0, 1),
            link(1, 0),
        ];
        for across in [false, true] {
            let (places, routes) = place(&[(90.0, 50.0); 3], (60.0, 60.0), &links, across);
            for (link, route) in links.iter().zip(&routes) {
                let end = route.curves.last().unwrap()[2];
                assert!(near(route.start, &places[link.from]), "{link:?} {route:?} {places:?}");
                assert!(near(end, &places[link.to]), "{link:?} {route:?} {places:?}");
            }
            for (index, route) in routes.iter().enumerate() {
                assert!(!routes[index + 1..].contains(route), "no two lie on each other");
            }
        }
    }

    /// A xorshift generator: the same graphs on every run.
    fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
        move |below| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below.max(1) as u64) as usize
        }
    }

    #[test]
    fn any_graph_can_be_placed() {
        for seed in 1..=rounds() {
            let mut next = numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let nodes = 1 + next(if seed % 10 == 0 { 80 } else { 14 });
            let count = next(3 * nodes);
            let mut links = Vec::new();
            for _ in 0..count {
                let (from, to) = (next(nodes), next(nodes));
                if from != to {
                    links.push(Link { from, to, strong: next(4) > 0 });
                }
            }
            placed(nodes, &links, seed % 2 == 0);
        }
    }

    /// `HEAPLAB_GRAPHS=100000` tries more.
    fn rounds() -> u64 {
        std::env::var("HEAPLAB_GRAPHS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(400)
    }

    #[test]
    fn hard_shapes_take_no_time() {
        let started = std::time::Instant::now();
        // Diamonds in a chain; everything to everything; a fan; a ring; nothing at all.
        let diamonds: Vec<Link> = (0..26)
            .flat_map(|at| {
                let top = at * 3;
                [link(top, top + 1), link(top, top + 2), link(top + 1, top + 3), link(top + 2, top + 3)]
            })
            .collect();
        placed(79, &diamonds, false);
        let all: Vec<Link> = (0..80)
            .flat_map(|from| (0..80).filter(move |to| *to != from).map(move |to| link(from, to)))
            .collect();
        placed(80, &all, true);
        placed(80, &(1..80).map(|to| link(0, to)).collect::<Vec<_>>(), false);
        placed(80, &(0..80).map(|at| link(at, (at + 1) % 80)).collect::<Vec<_>>(), true);
        placed(0, &[], false);
        placed(80, &[], true);
        assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    }
}
