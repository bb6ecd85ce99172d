//! Who owns whom in a family: its graph, which objects are on a cycle, which have leaked, and one
//! sentence about it. It is the rule of a cycle collector: reference counts, less the references
//! from inside.

use super::Texts;
use heaplab_record::{Attachment, CountedObject, Family, Graph, GraphEdge, GraphNode, Strength};
use std::collections::BTreeSet;

const VARIABLE: u32 = 0;
const PARENT: u32 = 1;

pub(super) fn present(family: &Family, texts: &Texts) -> Attachment {
    Attachment::Graph(find_cycles(draw_family(family), texts))
}

fn draw_family(family: &Family) -> Graph {
    let mut nodes = Vec::new();
    let mut edges = Vec::new();
    if let Some(variable) = &family.variable {
        nodes.push(GraphNode {
            id: VARIABLE,
            type_name: "Rc<Parent>".to_owned(),
            label: variable.clone(),
            shallow_bytes: size_of::<usize>() as u64,
            root: true,
            ..GraphNode::default()
        });
        edges.push(make_edge(VARIABLE, PARENT, String::new(), Strength::Strong));
    }
    nodes.push(make_node(PARENT, "Parent", &family.parent));
    for (index, child) in (0..).zip(&family.children) {
        let id = PARENT + 1 + index;
        nodes.push(make_node(id, "Child", &child.object));
        edges.push(make_edge(PARENT, id, format!("children[{index}]"), Strength::Strong));
        if child.refers_back {
            edges.push(make_edge(id, PARENT, "parent".to_owned(), family.back));
        }
    }
    Graph {
        name: family.name.clone(),
        title: family.title.clone(),
        sentences: Vec::new(),
        nodes,
        edges,
        omitted_nodes: 0,
        legend: Vec::new(),
    }
}

fn make_node(id: u32, type_name: &str, object: &CountedObject) -> GraphNode {
    GraphNode {
        id,
        type_name: type_name.to_owned(),
        shallow_bytes: object.bytes,
        strong: Some(object.strong),
        weak: object.weak,
        ..GraphNode::default()
    }
}

fn make_edge(from: u32, to: u32, label: String, strength: Strength) -> GraphEdge {
    GraphEdge { from, to, label, strength, ..GraphEdge::default() }
}

fn find_cycles(mut graph: Graph, texts: &Texts) -> Graph {
    let reachable = find_reachable_from_outside(&graph);
    for node in &mut graph.nodes {
        node.leaked = !reachable.contains(&node.id);
    }
    let strong: Vec<(u32, u32)> = strong_edges(&graph).collect();
    for edge in &mut graph.edges {
        let returns = find_reachable(&strong, [edge.to]).contains(&edge.from);
        edge.in_cycle = edge.strength == Strength::Strong && returns;
        // From a younger object back to an older one: the reference that should not own.
        edge.marked = edge.in_cycle && edge.to < edge.from;
    }
    for node in &mut graph.nodes {
        node.in_cycle = graph.edges.iter().any(|edge| edge.in_cycle && edge.from == node.id);
    }
    explain(&mut graph, texts);
    graph
}

fn strong_edges(graph: &Graph) -> impl Iterator<Item = (u32, u32)> {
    graph.edges.iter().filter(|edge| edge.strength == Strength::Strong).map(|edge| (edge.from, edge.to))
}

/// Everything reachable from roots and from objects that have more owners than the picture shows.
fn find_reachable_from_outside(graph: &Graph) -> BTreeSet<u32> {
    let strong: Vec<(u32, u32)> = strong_edges(graph).collect();
    let from_inside = |id| strong.iter().filter(|(_, to)| *to == id).count() as u64;
    let outside = graph.nodes.iter().filter(|node| node.root || node.strong > Some(from_inside(node.id)));
    find_reachable(&strong, outside.map(|node| node.id))
}

fn find_reachable(strong: &[(u32, u32)], start: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let mut open: Vec<u32> = start.into_iter().collect();
    let mut reachable: BTreeSet<u32> = open.iter().copied().collect();
    while let Some(id) = open.pop() {
        let next = strong.iter().filter(|(from, _)| *from == id).map(|(_, to)| *to);
        open.extend(next.filter(|to| reachable.insert(*to)));
    }
    reachable
}

fn explain(graph: &mut Graph, texts: &Texts) {
    let is_leaked = graph.nodes.iter().any(|node| node.leaked);
    let is_counted = |node: &&GraphNode| if is_leaked { node.leaked } else { !node.root };
    let counted = graph.nodes.iter().filter(is_counted);
    let bytes: u64 = counted.clone().map(|node| node.shallow_bytes).sum();
    let strong = strong_edges(graph).count();
    let [objects, strong, weak, marked] = [
        counted.count(),
        strong,
        graph.edges.len() - strong,
        graph.edges.iter().filter(|edge| edge.marked).count(),
    ]
    .map(|count| count.to_string());
    let arguments = [
        ("objects", &*objects),
        ("bytes", &bytes.to_string()),
        ("strong", &strong),
        ("weak", &weak),
        ("marked", &marked),
    ];
    let key = if is_leaked { "owners-leaked" } else { "owners-held" };
    graph.sentences = vec![texts.say(key, &arguments)];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, Words};
    use heaplab_record::{FamilyChild, Text};

    fn texts() -> Texts {
        Texts { en: Words::new(Lang::En), zh: Words::new(Lang::Zh) }
    }

    /// A parent with two children that refer back to it.
    fn family(back: Strength, variable: Option<&str>) -> Graph {
        let object = |strong| CountedObject { bytes: 10, strong, weak: Some(0) };
        let child = FamilyChild { object: object(1), refers_back: true };
        let family = Family {
            name: "family".to_owned(),
            title: Text::default(),
            variable: variable.map(str::to_owned),
            parent: object(if back == Strength::Strong { 2 } else { 1 }),
            children: vec![child; 2],
            back,
        };
        find_cycles(draw_family(&family), &texts())
    }

    #[test]
    fn a_family_of_strong_references_keeps_itself() {
        let graph = family(Strength::Strong, None);
        assert!(graph.nodes.iter().all(|node| node.leaked && node.in_cycle));
        assert!(graph.edges.iter().all(|edge| edge.in_cycle));
        let marked: Vec<_> = graph.edges.iter().filter(|edge| edge.marked).map(|edge| edge.to).collect();
        assert_eq!(marked, [1, 1], "both ways back to the parent");
        let sentence = &graph.sentences[0].en;
        assert!(sentence.contains("these 3 objects") && sentence.contains("all 4 strong"), "{sentence}");
    }

    #[test]
    fn a_weak_way_back_is_no_cycle() {
        let graph = family(Strength::Weak, Some("family"));
        assert!(!graph.nodes.iter().any(|node| node.leaked || node.in_cycle));
        let sentence = &graph.sentences[0].en;
        assert!(sentence.contains("3 objects") && sentence.contains("The 2 weak"), "{sentence}");
    }

    #[test]
    fn another_graph_is_another_sentence() {
        let leaked = family(Strength::Strong, None);
        let mut weakened = leaked.clone();
        for edge in weakened.edges.iter_mut().filter(|edge| edge.marked) {
            edge.strength = Strength::Weak;
        }
        let judged = find_cycles(weakened, &texts());
        assert!(!judged.nodes.iter().any(|node| node.in_cycle));
        // The parent's count is still 2 and the picture shows no owner: an owner outside holds it.
        assert!(judged.nodes.iter().all(|node| !node.leaked));
        assert_ne!(judged.sentences, leaked.sentences);

        let mut heavier = leaked.clone();
        heavier.nodes[0].shallow_bytes += 1_000;
        assert_ne!(find_cycles(heavier, &texts()).sentences, leaked.sentences);
    }
}
