//! Objects: boxes with name, type, counts and bytes. What is special about an object is written in
//! its box and shown by the look of it.

use super::routes::NodeArea;
use crate::svg::{self, BLUE, Font, INK, PAPER, QUIET, Svg, VERMILION};
use crate::{Words, format, prose};
use heaplab_record::GraphNode;

const MOST_NAME: usize = 30;
const MOST_TYPE: usize = 36;
const MOST_PLACE: usize = 40;
const PADDING: f64 = 10.0;
const LINE: f64 = 17.0;
/// Space around a target for its second frame, before which arrows end.
const AROUND: f64 = 6.0;
const TYPE: Font = Font::new(13, INK).mono();

/// Stripes for leaked objects, dots for objects that could not be read.
pub(super) const PATTERNS: &str = "<pattern id=\"leaked\" width=\"10\" height=\"10\" patternUnits=\"userSpaceOnUse\">\
    <rect width=\"10\" height=\"10\" fill=\"#fdf1ea\"/><path d=\"M-2 2L2 -2M0 10L10 0M8 12L12 8\" stroke=\"#f3c9ae\" stroke-width=\"2\"/></pattern>\
    <pattern id=\"opaque\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\"><rect width=\"7\" height=\"7\" fill=\"#eef0f2\"/>\
    <circle cx=\"3\" cy=\"3\" r=\"1\" fill=\"#c3c9cf\"/></pattern>";

/// A node, its lines of text and its size.
pub(super) struct NodeBox<'a> {
    pub(super) node: &'a GraphNode,
    lines: Vec<(String, Font)>,
    pub(super) size: (f64, f64),
}

impl<'a> NodeBox<'a> {
    pub(super) fn from_node(node: &'a GraphNode, words: &Words) -> NodeBox<'a> {
        let lines = node_lines(node, words);
        let wide = lines.iter().map(|(line, font)| font.width(line)).fold(60.0, f64::max);
        let around = 2.0 * frame_margin(node);
        let size = (wide + 2.0 * PADDING + around, LINE * lines.len() as f64 + 2.0 * PADDING - 4.0 + around);
        NodeBox { node, lines, size }
    }
}

const fn frame_margin(node: &GraphNode) -> f64 {
    if node.target { AROUND } else { 0.0 }
}

/// From top to bottom: what is special, name, type, counts, bytes, allocation site.
fn node_lines(node: &GraphNode, words: &Words) -> Vec<(String, Font)> {
    let mut lines = Vec::new();
    let special = node_states(node).map(|state| words.get(state.word));
    let special: Vec<String> = special.collect();
    if !special.is_empty() {
        let colour = if node.leaked || node.in_cycle { VERMILION } else { BLUE };
        lines.push((special.join(" · "), Font::new(12, colour).bold()));
    }
    if !node.label.is_empty() {
        lines.push((svg::shorten_middle(&node.label, MOST_NAME), Font::new(15, INK).bold()));
    }
    if !node.type_name.is_empty() {
        lines.push((svg::shorten_middle(&node.type_name, MOST_TYPE), TYPE));
    }
    let count = |key: &str, count: Option<u64>| {
        count.map(|count| words.say(key, &[("count", &format::count(count))]))
    };
    let counts: Vec<String> =
        [count("graph-strong", node.strong), count("graph-weak", node.weak)].into_iter().flatten().collect();
    if !counts.is_empty() {
        lines.push((counts.join(" · "), Font::new(13, INK)));
    }
    let shallow = format::bytes(node.shallow_bytes);
    let bytes = match node.retained_bytes {
        Some(retained) => {
            words.say("graph-bytes", &[("own", &shallow), ("retained", &format::bytes(retained))])
        }
        None => shallow,
    };
    lines.push((bytes, Font::new(13, INK)));
    if let Some(born_at) = &node.born_at {
        lines.push((svg::shorten_middle(born_at, MOST_PLACE), Font::new(11, QUIET)));
    }
    lines
}

pub(super) fn draw_box(svg: &mut Svg, sized: &NodeBox<'_>, place: &NodeArea, words: &Words) {
    let around = frame_margin(sized.node);
    let inner = NodeArea {
        x: place.x + around,
        y: place.y + around,
        width: place.width - 2.0 * around,
        height: place.height - 2.0 * around,
    };
    svg.group(&node_title(sized.node, words), |svg| {
        draw_frame(svg, sized.node, &inner);
        let mut y = inner.y + PADDING - 2.0 + LINE / 2.0;
        for (line, font) in &sized.lines {
            // Stripes run behind the letters.
            svg.text((inner.x + PADDING, y), line, font.halo());
            y += LINE;
        }
    });
}

/// Draws the box. Its frame and background show what is special.
pub(super) fn draw_frame(svg: &mut Svg, node: &GraphNode, place: &NodeArea) {
    let ground = match node {
        GraphNode { leaked: true, .. } => "url(#leaked)",
        GraphNode { opaque: true, .. } => "url(#opaque)",
        _ => PAPER,
    };
    let (colour, width) = match node {
        GraphNode { in_cycle: true, .. } => (VERMILION, 2.5),
        GraphNode { root: true, .. } => (INK, 2.5),
        _ => (QUIET, 1.2),
    };
    let dashes = if node.opaque { " stroke-dasharray=\"2 4\"" } else { "" };
    let round = if node.root { (place.height / 2.0).min(16.0) } else { 3.0 };
    let at = (place.x, place.y);
    let size = (place.width, place.height);
    if node.target {
        let (at, size) = ((at.0 - 4.5, at.1 - 4.5), (size.0 + 9.0, size.1 + 9.0));
        svg.rect(
            at,
            size,
            &format!("rx=\"{}\" fill=\"{PAPER}\" stroke=\"{BLUE}\" stroke-width=\"2.5\"", round + 4.0),
        );
    }
    svg.rect(
        at,
        size,
        &format!("rx=\"{round}\" fill=\"{ground}\" stroke=\"{colour}\" stroke-width=\"{width}\"{dashes}"),
    );
}

/// A property of a node, with the message of the word in the box and that of the legend's line.
pub(super) struct NodeState {
    pub(super) is: fn(&GraphNode) -> bool,
    pub(super) word: &'static str,
    pub(super) legend: &'static str,
    /// Sets this property only, for the sample in the legend.
    pub(super) sample: fn(&mut GraphNode),
}

pub(super) const STATES: [NodeState; 5] = [
    NodeState {
        is: |node| node.target,
        word: "graph-target",
        legend: "graph-legend-target",
        sample: |node| node.target = true,
    },
    NodeState {
        is: |node| node.root,
        word: "graph-root",
        legend: "graph-legend-root",
        sample: |node| node.root = true,
    },
    NodeState {
        is: |node| node.in_cycle,
        word: "graph-in-cycle",
        legend: "graph-legend-in-cycle",
        sample: |node| node.in_cycle = true,
    },
    NodeState {
        is: |node| node.leaked,
        word: "graph-leaked",
        legend: "graph-legend-leaked",
        sample: |node| node.leaked = true,
    },
    NodeState {
        is: |node| node.opaque,
        word: "graph-opaque",
        legend: "graph-legend-opaque",
        sample: |node| node.opaque = true,
    },
];

fn node_states(node: &GraphNode) -> impl Iterator<Item = &'static NodeState> {
    STATES.iter().filter(move |state| (state.is)(node))
}

/// The tooltip, with nothing shortened.
fn node_title(node: &GraphNode, words: &Words) -> String {
    let exact = |bytes: u64| format!("{} B", format::count(bytes));
    let bytes = match node.retained_bytes {
        Some(retained) => {
            words.say("graph-bytes", &[("own", &exact(node.shallow_bytes)), ("retained", &exact(retained))])
        }
        None => exact(node.shallow_bytes),
    };
    let parts = [node.label.clone(), node.type_name.clone(), bytes, node.born_at.clone().unwrap_or_default()];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    prose::strip_controls(&parts.join(" · "))
}
