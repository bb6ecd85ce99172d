//! The legend: the signs that are in the picture, then the lesson's own lines.

use super::routes::{NodeArea, Route};
use super::{Scene, WIDE, arrows, boxes};
use crate::Words;
use crate::svg::{FAINT, Font, GRID, INK, QUIET, Svg};
use heaplab_record::{Graph, GraphEdge, GraphNode, Strength};

const TEXT: Font = Font::new(13, INK);
const OWN: Font = Font::new(13, QUIET);
const LINE: f64 = 25.0;
const PADDING: f64 = 14.0;
const SIGN: f64 = 40.0;
/// Space between the graph and the legend beside it.
pub(super) const APART: f64 = 44.0;

/// Whether a sign of the legend applies to an edge.
type IsUsed = fn(&GraphEdge) -> bool;

enum LegendSign {
    Node(GraphNode),
    Edge(GraphEdge),
    None,
}

/// The legend's lines and its size.
pub(super) struct Legend {
    lines: Vec<(LegendSign, String)>,
    pub(super) size: (f64, f64),
}

impl Legend {
    pub(super) fn from_scene(graph: &Graph, scene: &Scene<'_>, words: &Words) -> Legend {
        let mut lines: Vec<(LegendSign, String)> = Vec::new();
        for state in &boxes::STATES {
            if scene.nodes.iter().any(|(sized, _)| (state.is)(sized.node)) {
                let mut node = GraphNode::default();
                (state.sample)(&mut node);
                lines.push((LegendSign::Node(node), words.get(state.legend)));
            }
        }
        let plain = GraphEdge::default();
        let samples: [(IsUsed, GraphEdge, &str); 4] = [
            (
                |edge| edge.strength == Strength::Strong && !edge.in_cycle && !edge.marked,
                plain.clone(),
                "graph-legend-strong",
            ),
            (
                |edge| edge.strength == Strength::Weak,
                GraphEdge { strength: Strength::Weak, ..plain.clone() },
                "graph-legend-weak",
            ),
            (|edge| edge.in_cycle, GraphEdge { in_cycle: true, ..plain.clone() }, "graph-legend-cycle"),
            (|edge| edge.marked, GraphEdge { marked: true, ..plain }, "graph-legend-marked"),
        ];
        for (is, sample, key) in samples {
            if scene.edges.iter().any(|(edge, _)| is(edge)) {
                lines.push((LegendSign::Edge(sample), words.get(key)));
            }
        }
        if graph.nodes.iter().any(|node| node.retained_bytes.is_some()) {
            lines.push((LegendSign::None, words.get("graph-legend-retained")));
        }
        lines.extend(graph.legend.iter().map(|line| (LegendSign::None, words.lang().pick(line).to_owned())));
        let wide = |(sign, text): &(LegendSign, String)| match sign {
            LegendSign::None => OWN.width(text),
            _ => SIGN + 12.0 + TEXT.width(text),
        };
        let width = lines.iter().map(wide).fold(0.0, f64::max);
        let size = match lines.len() {
            0 => (0.0, 0.0),
            count => (width + 2.0 * PADDING, LINE * count as f64 + 2.0 * PADDING - 6.0),
        };
        Legend { lines, size }
    }

    /// Whether there is space beside the graph. Otherwise the legend stands in the lower right
    /// corner.
    pub(super) fn fits_beside(&self, graph: f64) -> bool {
        !self.lines.is_empty() && graph + APART + self.size.0 <= WIDE * 1.1
    }

    pub(super) fn draw(&self, svg: &mut Svg, (left, top): (f64, f64)) {
        if self.lines.is_empty() {
            return;
        }
        svg.rect((left, top), self.size, &format!("rx=\"4\" fill=\"{FAINT}\" stroke=\"{GRID}\""));
        let x = left + PADDING;
        for (index, (sign, text)) in self.lines.iter().enumerate() {
            let y = top + PADDING - 3.0 + LINE * (index as f64 + 0.5);
            match sign {
                LegendSign::Node(node) => {
                    boxes::draw_frame(
                        svg,
                        node,
                        &NodeArea { x: x + 4.0, y: y - 7.0, width: SIGN - 8.0, height: 14.0 },
                    );
                }
                LegendSign::Edge(edge) => {
                    let third = SIGN / 3.0;
                    let curve = [(x + third, y), (x + 2.0 * third, y), (x + SIGN, y)];
                    let route = Route { start: (x, y), curves: vec![curve] };
                    arrows::draw_edge(svg, edge, &route);
                    if edge.marked {
                        arrows::draw_mark(svg, (x + SIGN / 2.0 - 6.0, y));
                    }
                }
                LegendSign::None => {
                    svg.text((x, y), text, OWN);
                    continue;
                }
            }
            svg.text((x + SIGN + 12.0, y), text, TEXT);
        }
    }
}
