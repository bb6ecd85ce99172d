//! Who owns whom in one family, walked over the real structure, with the counts that its `Rc`s tell.

use super::verdict::judge_graph;
use crate::families::{rc_cycle, weak_back_edge as weak};
use crate::ledger::{Counts, ReferenceCounts};
use heaplab_lesson::{Attachment, Graph, GraphEdge, GraphNode, Strength, Text};
use std::rc::{Rc, Weak};

/// The strong and the weak count before the value in an `Rc`'s block.
const COUNTS_BYTES: usize = 2 * size_of::<usize>();

/// A family of `rc_cycle` after its last variable has gone.
pub(crate) fn draw_leaked_family() -> Vec<Attachment> {
    let parent = rc_cycle::make(0);
    let witness = Rc::downgrade(&parent);
    drop(parent);
    // Had it been freed there would be nothing to draw.
    let Some(parent) = witness.upgrade() else { return Vec::new() };
    let mut counts = parent.counts();
    // The one who looks is no part of the picture: an Rc and a Weak of ours are taken off.
    counts.strong -= 1;
    counts.weak = counts.weak.map(|weak| weak - 1);
    let children = parent.children.borrow();
    let family = Family {
        parent: make_node("Parent", counts, &*parent, parent.name.capacity() + buffer_bytes(&children)),
        children: children.iter().map(|child| make_node("Child", child.counts(), &**child, 0)).collect(),
        refers_back: children.iter().map(|child| Rc::ptr_eq(&child.parent, &parent)).collect(),
        back: Strength::Strong,
        held_by: None,
    };
    let title = Text::new("rc_cycle: a family that nobody refers to", "rc_cycle：已经没人要的一家人");
    vec![Attachment::Graph(family.to_graph("rc-cycle", title))]
}

/// A family of `weak_back_edge` while a variable still holds it.
pub(crate) fn draw_held_family() -> Vec<Attachment> {
    let parent = weak::make(0);
    let children = parent.children.borrow();
    let family = Family {
        parent: make_node(
            "Parent",
            parent.counts(),
            &*parent,
            parent.name.capacity() + buffer_bytes(&children),
        ),
        children: children.iter().map(|child| make_node("Child", child.counts(), &**child, 0)).collect(),
        refers_back: children
            .iter()
            .map(|child| Weak::ptr_eq(&child.parent, &Rc::downgrade(&parent)))
            .collect(),
        back: Strength::Weak,
        held_by: Some("family"),
    };
    let title =
        Text::new("weak_back_edge: a family that a variable holds", "weak_back_edge：还有变量拿着的一家人");
    vec![Attachment::Graph(family.to_graph("weak-back-edge", title))]
}

/// What a walk over a family has seen.
struct Family {
    parent: GraphNode,
    children: Vec<GraphNode>,
    /// Whether each child refers to this parent.
    refers_back: Vec<bool>,
    back: Strength,
    /// The variable that holds the parent.
    held_by: Option<&'static str>,
}

impl Family {
    fn to_graph(self, name: &str, title: Text) -> Graph {
        const VARIABLE: u32 = 0;
        const PARENT: u32 = 1;
        let mut nodes = Vec::new();
        let mut edges = Vec::new();
        if let Some(variable) = self.held_by {
            let shallow_bytes = size_of::<Rc<()>>() as u64;
            let (type_name, label) = ("Rc<Parent>".to_owned(), variable.to_owned());
            nodes.push(GraphNode {
                id: VARIABLE,
                type_name,
                label,
                shallow_bytes,
                root: true,
                ..GraphNode::default()
            });
            edges.push(make_edge(VARIABLE, PARENT, String::new(), Strength::Strong));
        }
        nodes.push(GraphNode { id: PARENT, ..self.parent });
        for (index, (child, refers_back)) in (0..).zip(self.children.into_iter().zip(self.refers_back)) {
            let id = PARENT + 1 + index;
            nodes.push(GraphNode { id, ..child });
            edges.push(make_edge(PARENT, id, format!("children[{index}]"), Strength::Strong));
            if refers_back {
                edges.push(make_edge(id, PARENT, "parent".to_owned(), self.back));
            }
        }
        judge_graph(Graph {
            name: name.to_owned(),
            title,
            sentences: Vec::new(),
            nodes,
            edges,
            omitted_nodes: 0,
            legend: Vec::new(),
        })
    }
}

/// `buffers` are the bytes that the value alone owns beside its own block.
fn make_node<T>(type_name: &str, counts: Counts, value: &T, buffers: usize) -> GraphNode {
    GraphNode {
        type_name: type_name.to_owned(),
        shallow_bytes: (COUNTS_BYTES + size_of_val(value) + buffers) as u64,
        strong: Some(counts.strong),
        weak: counts.weak,
        ..GraphNode::default()
    }
}

fn buffer_bytes<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

fn make_edge(from: u32, to: u32, label: String, strength: Strength) -> GraphEdge {
    GraphEdge { from, to, label, strength, ..GraphEdge::default() }
}
