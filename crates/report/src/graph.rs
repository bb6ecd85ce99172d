//! Object graphs: one box per object, one arrow per reference. Every colour has a word, a line
//! style or a pattern that says the same.

mod arrows;
mod boxes;
mod layout;
mod legend;
pub(crate) mod mind_map;
pub(crate) mod regions;
mod routes;

use crate::picture::PictureKind;
use crate::svg::{EDGE, Font, INK, QUIET, Svg};
use crate::{RenderError, Words, prose};
use boxes::NodeBox;
use heaplab_record::{Attachment, Graph, GraphEdge, GraphNode, Run, Strength, Text};
use layout::Link;
use routes::{NodeArea, Route};

/// More nodes than this cannot be read.
const MOST_NODES: usize = 80;
const HEAD: f64 = 84.0;
/// About the width of a page. Parts that are not connected fill rows of this width.
const WIDE: f64 = 1150.0;
const HIGH: f64 = 800.0;
/// Space between parts that are not connected.
const APART: f64 = 34.0;
const SENTENCE: Font = Font::new(15, INK);
const SENTENCE_COLUMNS: usize = 84;
const SENTENCE_LINE: f64 = 22.0;

impl PictureKind for Graph {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &Text {
        &self.title
    }

    fn draw(&self, _: &[(&Run, &Attachment)], who: &str, words: &Words) -> Result<String, RenderError> {
        Ok(draw_graph(self, who, words))
    }

    fn sentences(&self) -> &[Text] {
        &self.sentences
    }

    fn clear_data(&mut self) {
        (self.nodes, self.edges, self.sentences) = (Vec::new(), Vec::new(), Vec::new());
    }
}

/// `who` is the line under the title.
fn draw_graph(graph: &Graph, who: &str, words: &Words) -> String {
    let scene = Scene::from_graph(graph, words);
    let title = words.lang().pick(&graph.title);
    let mut svg = Svg::default();
    svg.define(boxes::PATTERNS);
    svg.draw_head(title, who);
    for (edge, route) in &scene.edges {
        arrows::draw_edge(&mut svg, edge, route);
    }
    for (sized, place) in &scene.nodes {
        boxes::draw_box(&mut svg, sized, place, words);
    }
    // Last, so that no box stands on a label.
    for (edge, route) in &scene.edges {
        arrows::draw_label(&mut svg, edge, route);
    }
    let legend = legend::Legend::from_scene(graph, &scene, words);
    let sentences = graph_sentences(graph, &scene, words);
    let lines: Vec<Vec<String>> = sentences.iter().map(|said| prose::wrap(said, SENTENCE_COLUMNS)).collect();
    let wide = lines.iter().flatten().map(|line| SENTENCE.width(line)).fold(0.0, f64::max);
    let beside = legend.fits_beside(scene.size.0);
    let drawn = if beside { scene.size.0 + legend::APART + legend.size.0 } else { scene.size.0 };
    let under =
        if beside || wide == 0.0 { wide.max(legend.size.0) } else { wide + legend::APART + legend.size.0 };
    let titled = Font::new(21, INK).width(title).max(Font::new(13, QUIET).width(who));
    let width = 2.0 * EDGE + drawn.max(under).max(titled);
    let bottom = HEAD + if beside { scene.size.1.max(legend.size.1) } else { scene.size.1 } + 30.0;
    let said = draw_sentences(&mut svg, &lines, bottom);
    legend.draw(&mut svg, (width - EDGE - legend.size.0, if beside { HEAD } else { bottom }));
    let height = bottom + if beside { said } else { said.max(legend.size.1) } + EDGE;
    svg.finish((width, height), title, &sentences.join(" "))
}

/// Draws the sentences and returns their height.
fn draw_sentences(svg: &mut Svg, sentences: &[Vec<String>], top: f64) -> f64 {
    let mut y = top + SENTENCE_LINE / 2.0;
    for lines in sentences {
        for line in lines {
            svg.text((EDGE, y), line, SENTENCE);
            y += SENTENCE_LINE;
        }
        y += 6.0;
    }
    y - top
}

/// The sentences under the picture: the lesson's own, then how many nodes were left out, or that
/// there is nothing.
fn graph_sentences(graph: &Graph, scene: &Scene<'_>, words: &Words) -> Vec<String> {
    let mut said: Vec<String> = graph.sentences.iter().map(|of| words.lang().pick(of).to_owned()).collect();
    if graph.nodes.is_empty() {
        said.push(words.get("graph-nothing"));
    }
    let omitted = graph.omitted_nodes + (graph.nodes.len() - scene.nodes.len()) as u64;
    if omitted > 0 {
        said.push(words.say("graph-omitted", &[("nodes", &crate::format::count(omitted))]));
    }
    said
}

/// Nodes and edges with their positions.
struct Scene<'a> {
    nodes: Vec<(NodeBox<'a>, NodeArea)>,
    edges: Vec<(&'a GraphEdge, Route)>,
    size: (f64, f64),
}

impl<'a> Scene<'a> {
    fn from_graph(graph: &'a Graph, words: &Words) -> Scene<'a> {
        let nodes = choose_nodes(graph);
        let sized: Vec<NodeBox<'a>> = nodes.iter().map(|node| NodeBox::from_node(node, words)).collect();
        let ends = |edge: &GraphEdge| {
            let find = |id: u32| nodes.iter().position(|node| node.id == id);
            Some((find(edge.from)?, find(edge.to)?))
        };
        let edges: Vec<(&GraphEdge, (usize, usize))> =
            graph.edges.iter().filter_map(|edge| Some((edge, ends(edge)?))).collect();
        let mut scene = Scene { nodes: Vec::new(), edges: Vec::new(), size: (0.0, 0.0) };
        let mut places = vec![NodeArea::default(); nodes.len()];
        let (mut row_top, mut row_right, mut row_bottom) = (0.0, 0.0_f64, 0.0_f64);
        for members in connected_parts(nodes.len(), &edges) {
            let part = Part::from_members(&members, &sized, &edges);
            if row_right > 0.0 && row_right + APART + part.size.0 > WIDE {
                (row_top, row_right) = (row_bottom + APART, 0.0);
            }
            let left = if row_right > 0.0 { row_right + APART } else { 0.0 };
            let by = (EDGE + left, HEAD + row_top);
            for (member, place) in members.iter().zip(&part.places) {
                places[*member] = NodeArea { x: place.x + by.0, y: place.y + by.1, ..*place };
            }
            scene.edges.extend(
                part.routes.iter().map(|(edge, route)| (edges[*edge].0, arrows::shift_route(route, by))),
            );
            row_right = left + part.size.0;
            row_bottom = row_bottom.max(row_top + part.size.1);
            scene.size = (scene.size.0.max(row_right), row_bottom);
        }
        scene.nodes = sized.into_iter().zip(places).collect();
        scene
    }
}

/// At most [`MOST_NODES`] nodes, each id once. Targets and roots are preferred.
fn choose_nodes(graph: &Graph) -> Vec<&GraphNode> {
    let mut nodes: Vec<(usize, &GraphNode)> = Vec::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        if !nodes.iter().any(|(_, known)| known.id == node.id) {
            nodes.push((index, node));
        }
    }
    nodes.sort_by_key(|(index, node)| (!(node.target || node.root), *index));
    nodes.truncate(MOST_NODES);
    nodes.sort_by_key(|(index, _)| *index);
    nodes.into_iter().map(|(_, node)| node).collect()
}

/// Groups of connected nodes, in the order of their first nodes.
fn connected_parts(nodes: usize, edges: &[(&GraphEdge, (usize, usize))]) -> Vec<Vec<usize>> {
    let mut part: Vec<usize> = (0..nodes).collect();
    // As often as a part may grow: a part takes the least number of its nodes.
    let mut changed = true;
    while changed {
        changed = false;
        for (_, (from, to)) in edges {
            let least = part[*from].min(part[*to]);
            changed |= part[*from] != least || part[*to] != least;
            (part[*from], part[*to]) = (least, least);
        }
    }
    let first = (0..nodes).filter(|node| part[*node] == *node);
    first.map(|first| (0..nodes).filter(|node| part[*node] == first).collect()).collect()
}

/// One group of connected nodes; its upper left corner is the origin.
struct Part {
    places: Vec<NodeArea>,
    /// With each edge's index in the list.
    routes: Vec<(usize, Route)>,
    size: (f64, f64),
}

impl Part {
    /// Lays the group out downwards or across, whichever fits a page better.
    fn from_members(
        members: &[usize],
        sized: &[NodeBox<'_>],
        edges: &[(&GraphEdge, (usize, usize))],
    ) -> Part {
        let local = |node: usize| members.iter().position(|member| *member == node);
        let inside: Vec<(usize, (usize, usize))> = edges
            .iter()
            .enumerate()
            .filter_map(|(index, (_, (from, to)))| Some((index, (local(*from)?, local(*to)?))))
            .collect();
        let sizes: Vec<(f64, f64)> = members.iter().map(|member| sized[*member].size).collect();
        let ways = [false, true].map(|across| Part::lay_out(&sizes, &inside, edges, across));
        let fits = |part: &Part| (WIDE / part.size.0.max(1.0)).min(HIGH / part.size.1.max(1.0)).min(1.0);
        let [down, across] = ways;
        if fits(&across) > fits(&down) { across } else { down }
    }

    fn lay_out(
        sizes: &[(f64, f64)],
        inside: &[(usize, (usize, usize))],
        edges: &[(&GraphEdge, (usize, usize))],
        across: bool,
    ) -> Part {
        let loops =
            |node: usize| inside.iter().filter(move |(_, ends)| *ends == (node, node)).map(|(edge, _)| *edge);
        let room = |node: usize| {
            let rooms = loops(node).enumerate().map(|(count, edge)| arrows::loop_room(edges[edge].0, count));
            rooms.fold(0.0, f64::max)
        };
        let roomy: Vec<(f64, f64, f64)> =
            sizes.iter().enumerate().map(|(node, (width, height))| (*width, *height, room(node))).collect();
        let linked: Vec<&(usize, (usize, usize))> =
            inside.iter().filter(|(_, (from, to))| from != to).collect();
        let links: Vec<Link> = linked
            .iter()
            .map(|(edge, (from, to))| Link {
                from: *from,
                to: *to,
                strong: edges[*edge].0.strength == Strength::Strong,
            })
            .collect();
        let labels = linked.iter().map(|(edge, _)| arrows::label_width(edges[*edge].0)).fold(0.0, f64::max);
        let gap = match (across, layout::is_sideways(sizes.len(), &links)) {
            (true, true) => (labels + 60.0, 56.0),
            (true, false) => (labels + 60.0, 30.0),
            (false, true) => (labels + 60.0, 70.0),
            (false, false) => (36.0, 70.0),
        };
        let (places, laid) = layout::lay_out(&roomy, gap, &links, across);
        let mut routes: Vec<(usize, Route)> = linked.iter().map(|(edge, _)| *edge).zip(laid).collect();
        for (node, place) in places.iter().enumerate() {
            routes.extend(
                loops(node).enumerate().map(|(count, edge)| (edge, arrows::loop_route(place, count))),
            );
        }
        Part::move_to_origin(places, routes, &roomy)
    }

    /// Moves the group so that its upper left corner is at the origin.
    fn move_to_origin(
        mut places: Vec<NodeArea>,
        routes: Vec<(usize, Route)>,
        roomy: &[(f64, f64, f64)],
    ) -> Part {
        let mut corners: Vec<(f64, f64)> = Vec::new();
        for (place, (width, height, room)) in places.iter().zip(roomy) {
            corners.extend([(place.x, place.y), (place.x + width + room, place.y + height)]);
        }
        corners.extend(routes.iter().flat_map(|(_, route)| arrows::route_points(route)));
        let least = corners
            .iter()
            .fold((f64::INFINITY, f64::INFINITY), |least, at| (least.0.min(at.0), least.1.min(at.1)));
        let most = corners.iter().fold((least.0, least.1), |most, at| (most.0.max(at.0), most.1.max(at.1)));
        for place in &mut places {
            (place.x, place.y) = (place.x - least.0, place.y - least.1);
        }
        let routes = routes
            .into_iter()
            .map(|(edge, route)| (edge, arrows::shift_route(&route, (-least.0, -least.1))))
            .collect();
        Part { places, routes, size: (most.0 - least.0, most.1 - least.1) }
    }
}

#[cfg(test)]
mod tests;
