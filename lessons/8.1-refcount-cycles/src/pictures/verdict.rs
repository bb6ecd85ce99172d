//! What a graph of owners means: who is on a cycle, who has leaked, and the sentence about it. It is the collector's rule once
//! more: counts, less the references from inside.

use heaplab_lesson::{Graph, Strength, Text};
use std::collections::BTreeSet;

/// The graph with its signs and its sentence, from its counts and edges.
pub(super) fn judge_graph(mut graph: Graph) -> Graph {
    let reached = find_reachable_from_outside(&graph);
    for node in &mut graph.nodes {
        node.leaked = !reached.contains(&node.id);
    }
    let strong: Vec<(u32, u32)> = strong_edges(&graph).collect();
    let back = |from, to| find_reachable(&strong, [to]).contains(&from);
    for edge in &mut graph.edges {
        edge.in_cycle = edge.strength == Strength::Strong && back(edge.from, edge.to);
        // From a younger one back to an older one: the reference that should not own.
        edge.marked = edge.in_cycle && edge.to < edge.from;
    }
    for node in &mut graph.nodes {
        node.in_cycle = graph.edges.iter().any(|edge| edge.in_cycle && edge.from == node.id);
    }
    graph.sentences = vec![explain_graph(&graph)];
    graph
}

fn strong_edges(graph: &Graph) -> impl Iterator<Item = (u32, u32)> {
    graph.edges.iter().filter(|edge| edge.strength == Strength::Strong).map(|edge| (edge.from, edge.to))
}

/// From roots, and from those who have more owners than the picture shows.
fn find_reachable_from_outside(graph: &Graph) -> BTreeSet<u32> {
    let strong: Vec<(u32, u32)> = strong_edges(graph).collect();
    let from_inside = |id| strong.iter().filter(|(_, to)| *to == id).count() as u64;
    let outside = graph.nodes.iter().filter(|node| node.root || node.strong > Some(from_inside(node.id)));
    find_reachable(&strong, outside.map(|node| node.id))
}

fn find_reachable(strong: &[(u32, u32)], start: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let mut open: Vec<u32> = start.into_iter().collect();
    let mut reached: BTreeSet<u32> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        let next = strong.iter().filter(|(from, _)| *from == id).map(|(_, to)| *to);
        open.extend(next.filter(|to| reached.insert(*to)));
    }
    reached
}

fn explain_graph(graph: &Graph) -> Text {
    let leaked = graph.nodes.iter().filter(|node| node.leaked);
    let (objects, bytes) =
        leaked.fold((0, 0), |(count, bytes), node| (count + 1, bytes + node.shallow_bytes));
    let strong = strong_edges(graph).count();
    let weak = graph.edges.len() - strong;
    if objects == 0 {
        let held = graph.nodes.iter().filter(|node| !node.root);
        let (objects, bytes) =
            held.fold((0, 0), |(count, bytes), node| (count + 1, bytes + node.shallow_bytes));
        return Text::new(
            format!(
                "No owner is on a cycle: when the variable goes, {objects} objects and {bytes} bytes go with it. \
                 The {weak} weak references do not hold anything."
            ),
            format!(
                "没有人在环上：变量一走，{objects} 个对象、{bytes} 字节跟着走。那 {weak} 条弱引用什么也不留。"
            ),
        );
    }
    let marked = graph.edges.iter().filter(|edge| edge.marked).count();
    Text::new(
        format!(
            "No variable refers to these {objects} objects, and no strong count is 0: all {strong} strong references come from \
             inside. {bytes} bytes are lost. Make the {marked} marked ones weak, and the whole family goes free."
        ),
        format!(
            "没有变量指向这 {objects} 个对象，却没有一个强引用计数为 0：{strong} 条强引用全来自内部。{bytes} 字节就这样丢了。\
             把标出的 {marked} 条改成弱引用，整家人就能释放。"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::pictures::{draw_held_family, draw_leaked_family};
    use heaplab_lesson::{Attachment, Graph, Strength};

    fn graph(pages: Vec<Attachment>) -> Graph {
        match <[Attachment; 1]>::try_from(pages) {
            Ok([Attachment::Graph(graph)]) => graph,
            other => panic!("one graph, not {other:?}"),
        }
    }

    #[test]
    fn a_family_of_rcs_holds_itself() {
        let graph = graph(draw_leaked_family());
        let counts: Vec<_> = graph.nodes.iter().map(|node| (node.strong, node.weak)).collect();
        assert_eq!(counts, [(Some(2), Some(0)), (Some(1), Some(0)), (Some(1), Some(0))]);
        assert!(graph.nodes.iter().all(|node| node.leaked && node.in_cycle));
        assert!(graph.edges.iter().all(|edge| edge.in_cycle));
        let marked: Vec<_> = graph.edges.iter().filter(|edge| edge.marked).map(|edge| edge.to).collect();
        assert_eq!(marked, [1, 1], "both ways back to the parent");
        assert!(
            graph.sentences[0].en.contains("these 3 objects")
                && graph.sentences[0].en.contains("all 4 strong")
        );
    }

    #[test]
    fn a_weak_way_back_is_no_cycle() {
        let graph = graph(draw_held_family());
        let counts: Vec<_> = graph.nodes.iter().map(|node| (node.strong, node.weak)).collect();
        assert_eq!(counts, [(None, None), (Some(1), Some(2)), (Some(1), Some(0)), (Some(1), Some(0))]);
        assert!(!graph.nodes.iter().any(|node| node.leaked || node.in_cycle));
        assert!(graph.sentences[0].en.contains("3 objects") && graph.sentences[0].en.contains("The 2 weak"));
    }

    #[test]
    fn another_graph_is_another_sentence() {
        let leaked = graph(draw_leaked_family());
        let mut weakened = leaked.clone();
        for edge in weakened.edges.iter_mut().filter(|edge| edge.marked) {
            edge.strength = Strength::Weak;
        }
        let judged = super::judge_graph(weakened);
        assert!(!judged.nodes.iter().any(|node| node.in_cycle));
        // Its count is still 2, and the picture shows nobody who holds it: somebody outside does.
        assert!(judged.nodes.iter().all(|node| !node.leaked));
        assert_ne!(judged.sentences, leaked.sentences);

        let mut heavier = leaked.clone();
        heavier.nodes[0].shallow_bytes += 1_000;
        assert_ne!(super::judge_graph(heavier).sentences, leaked.sentences);
    }
}
