//! Graphs as lessons hand them over, and as they never should.

use super::*;
use crate::svg;
use crate::{Lang, fixture};
use heaplab_record::Strength;

fn draw_fixture(graph: &Graph) -> String {
    let file = draw_graph(graph, "leaky", &Words::new(Lang::En));
    svg::parse_svg(&file);
    assert!(!file.contains("NaN") && !file.contains("inf"), "{file}");
    file
}

fn texts(graph: &Graph) -> String {
    svg::texts(&draw_fixture(graph)).join("\n")
}

#[test]
fn nodes_say_what_they_are() {
    let text = texts(&fixture::pictures::graph());
    for wanted in [
        "parent",
        "Rc<Node>",
        "strong 2 · weak 1",
        "64 B · holds 2.18 kB",
        "root",
        "leaked",
        "lessons/8.3-cycles/src/main.rs:30",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(text.contains("程序员晚枫出品"), "{text}");
    assert!(text.contains("Break"), "{text}");
}

#[test]
fn sentences_and_counts_follow_the_data() {
    let mut graph = fixture::pictures::graph();
    graph.nodes[1].strong = Some(77);
    graph.sentences[0].en = "Break nothing.".to_owned();
    graph.omitted_nodes = 1234;
    let text = texts(&graph);
    assert!(
        text.contains("strong 77") && text.contains("Break nothing.") && text.contains("1,234 more"),
        "{text}"
    );
}

#[test]
fn the_legend_has_only_the_signs_that_are_used() {
    let mut graph = fixture::pictures::graph();
    let all = texts(&graph);
    for sign in ["keeps alive", "weak reference", "on a cycle", "root:", "cannot be looked into"] {
        assert!(all.contains(sign), "{sign} in {all}");
    }
    graph.edges.retain(|edge| edge.strength == Strength::Strong && !edge.in_cycle);
    graph.nodes.iter_mut().for_each(|node| node.opaque = false);
    let few = texts(&graph);
    for sign in ["weak reference", "closes a cycle", "cannot be looked into"] {
        assert!(!few.contains(sign), "{sign} in {few}");
    }
}

#[test]
fn weak_edges_are_dashed_and_only_these() {
    let mut graph = fixture::pictures::graph();
    // The legend has a sample of its own for each kind of edge.
    let dashed = |graph: &Graph| draw_fixture(graph).matches("stroke-dasharray=\"6 4\"").count();
    let weak = graph.edges.iter().filter(|edge| edge.strength == Strength::Weak).count();
    assert_eq!(dashed(&graph), weak + 1);
    graph.edges.iter_mut().for_each(|edge| edge.strength = Strength::Strong);
    assert_eq!(dashed(&graph), 0);
}

#[test]
fn long_names_are_cut_and_whole_under_the_pointer() {
    let mut graph = fixture::pictures::graph();
    graph.nodes[0].type_name = format!("alloc::collections::BTreeMap<{}>", "very::long::Name, ".repeat(20));
    let file = draw_fixture(&graph);
    let document = svg::parse_svg(&file);
    let titles: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("title"))
        .filter_map(|node| node.text())
        .collect();
    assert!(titles.iter().any(|title| title.contains(graph.nodes[0].type_name.trim())));
    assert!(svg::texts(&file).iter().all(|text| text.chars().count() < 90));
}

#[test]
fn graphs_that_never_should_be() {
    let mut graph = fixture::pictures::graph();
    // Loops, twice the same edge, ends that are not there, ids twice.
    for _ in 0..3 {
        let first = graph.edges[0].clone();
        graph.edges.push(first);
        graph.edges.push(GraphEdge { from: 7, to: 7, label: "self".into(), ..GraphEdge::default() });
        graph.edges.push(GraphEdge { from: 7, to: 4_000_000_000, ..GraphEdge::default() });
        graph.nodes.push(graph.nodes[0].clone());
    }
    assert!(texts(&graph).matches("self").count() >= 3);
    graph.nodes.clear();
    assert!(texts(&graph).contains("nothing to draw"));
    graph.edges.clear();
    draw_fixture(&graph);
    for count in [1, 2, 79, 80, 81, 300] {
        let node = |id: u32| GraphNode {
            id: id * 7919,
            type_name: "Rc<T>".into(),
            leaked: id.is_multiple_of(2),
            ..GraphNode::default()
        };
        graph.nodes = (0..count).map(node).collect();
        graph.edges = (1..count)
            .map(|id| GraphEdge { from: id / 2 * 7919, to: id * 7919, ..GraphEdge::default() })
            .collect();
        let more = texts(&graph);
        assert_eq!(more.contains("220 more"), count == 300, "{count}");
        graph.edges.clear();
        draw_fixture(&graph);
    }
}

#[test]
fn parts_stand_beside_each_other_and_not_on_each_other() {
    let graph = fixture::pictures::graph();
    let scene = Scene::from_graph(&graph, &Words::new(Lang::Zh));
    for (index, (_, one)) in scene.nodes.iter().enumerate() {
        for (_, other) in &scene.nodes[index + 1..] {
            let apart = one.x + one.width <= other.x
                || other.x + other.width <= one.x
                || one.y + one.height <= other.y
                || other.y + other.height <= one.y;
            assert!(apart, "{one:?} {other:?}");
        }
    }
}
