//! Places nodes and routes edges with layout-rs, and keeps away from it what it cannot do:
//!
//! - an empty graph (it subtracts 1 from the number of ranks) and an edge from a node to itself
//!   (its ranks break);
//! - a cycle: it searches for one by trying every path, which takes 2ⁿ steps on a chain of n
//!   diamonds. It gets an acyclic graph in the order of its sources, where each search ends at its
//!   first step, and its own checks are off;
//! - more long edges than it can order in a second. The remaining ones are drawn here, from box to
//!   box, and so is every further edge between two connected nodes.

use super::routes::{NodeArea, Route, bend_route, dock_route, flow_route, reverse_route};
use layout::core::base::Orientation;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::{Point, Position};
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;

/// Most edges that layout-rs gets, and the most ranks that these may pass in all.
const MOST_EDGES: usize = 160;
const MOST_PASSED: usize = 120;
/// How far further edges between two nodes bend away from the first.
const BEND: f64 = 34.0;

/// An edge between two nodes, by their indexes. Strong ones decide which node stands above which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) strong: bool,
}

/// Positions of nodes with these sizes, in the given order, and a route for every link. A size is
/// a width, a height, and the space to keep free at the right. No link may lead from a node to
/// itself.
pub(super) fn lay_out(
    sizes: &[(f64, f64, f64)],
    gap: (f64, f64),
    links: &[Link],
    across: bool,
) -> (Vec<NodeArea>, Vec<Route>) {
    let order = topological_order(sizes.len(), links);
    let laid = choose_links(sizes.len(), links, &order);
    let mut drawing = Drawing {
        places: sizes
            .iter()
            .map(|(width, height, _)| NodeArea { width: *width, height: *height, ..NodeArea::default() })
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
            .map(|(index, size)| {
                graph.add_node(node_element(index, (size.0 + size.2, size.1), gap, orientation))
            })
            .collect();
        for link in &laid {
            let (from, to) = directed_ends(&links[*link], &order);
            graph.add_edge(Arrow::simple_with_properties("", link.to_string()), handles[from], handles[to]);
        }
        graph.do_it(false, false, false, &mut drawing);
    }
    let Drawing { mut places, mut routes } = drawing;
    for (place, (_, _, room)) in places.iter_mut().zip(sizes) {
        place.width -= room;
    }
    for (index, link) in links.iter().enumerate() {
        let (from, to) = directed_ends(link, &order);
        let laid = routes[index].take().map(|route| match route.curves.len() {
            1 => flow_route(&places[from], &places[to], across),
            _ => dock_route(route, &places[from], &places[to]),
        });
        let laid =
            laid.map(|route| if (from, to) == (link.from, link.to) { route } else { reverse_route(&route) });
        routes[index] = Some(laid.unwrap_or_else(|| {
            let before = links[..index].iter().filter(|other| is_same_pair(other, link)).count();
            bend_route(&places[link.from], &places[link.to], BEND * before as f64)
        }));
    }
    (places, routes.into_iter().flatten().collect())
}

/// Whether a link will be drawn between nodes that stand side by side, where its label needs
/// space.
pub(super) fn is_sideways(nodes: usize, links: &[Link]) -> bool {
    let laid = choose_links(nodes, links, &topological_order(nodes, links));
    let has_way = |link: &Link| laid.iter().any(|laid| is_same_pair(&links[*laid], link));
    links.iter().any(|link| !link.strong && !has_way(link))
}

fn node_element(
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

/// Each node's place in an order in which every strong link leads forward unless it closes a
/// cycle.
fn topological_order(nodes: usize, links: &[Link]) -> Vec<usize> {
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

/// A link's ends in the topological order.
fn directed_ends(link: &Link, order: &[usize]) -> (usize, usize) {
    if order[link.from] <= order[link.to] { (link.from, link.to) } else { (link.to, link.from) }
}

fn is_same_pair(one: &Link, other: &Link) -> bool {
    (one.from, one.to) == (other.from, other.to) || (one.from, one.to) == (other.to, other.from)
}

/// The links that layout-rs gets, in the order of their sources: one between any two nodes, short
/// ones before long ones, as many as it can do.
fn choose_links(nodes: usize, links: &[Link], order: &[usize]) -> Vec<usize> {
    let is_first = |index: &usize| !links[..*index].iter().any(|other| is_same_pair(other, &links[*index]));
    let mut candidates: Vec<usize> = (0..links.len()).filter(is_first).collect();
    let source = |index: &usize| order[directed_ends(&links[*index], order).0];
    candidates.sort_by_key(source);
    // A weak link says nothing of who is above whom: one between two that strong ones put side by
    // side leaves them there.
    let strong = node_ranks(
        nodes,
        candidates
            .iter()
            .filter(|index| links[**index].strong)
            .map(|index| directed_ends(&links[*index], order)),
    );
    candidates.retain(|index| {
        let link = &links[*index];
        link.strong || strong[link.from] != strong[link.to] || strong[link.from] == 0
    });
    let ranks = node_ranks(nodes, candidates.iter().map(|index| directed_ends(&links[*index], order)));
    let passed = |index: &usize| {
        let (from, to) = directed_ends(&links[*index], order);
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

/// The length of the longest chain of links to each node. The links come in the order of their
/// sources.
fn node_ranks(nodes: usize, links: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut ranks = vec![0_usize; nodes];
    for (from, to) in links {
        ranks[to] = ranks[to].max(ranks[from] + 1);
    }
    ranks
}

/// The backend that layout-rs draws on. It keeps positions only.
struct Drawing {
    places: Vec<NodeArea>,
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
            *place = NodeArea { x: xy.x, y: xy.y, width: size.x, height: size.y };
        }
    }

    /// The first pair is a start and the control point after it, every other pair a control point
    /// and the end after it. A curve's first control point mirrors the last one of the curve
    /// before.
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
mod tests;
