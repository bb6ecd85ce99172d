//! Selects the part of a snapshot to draw, as objgraph selects it.

mod sentences;

use crate::snapshot::ObjectSnapshot;
use heaplab_record::{Graph, GraphEdge, GraphNode};
use std::collections::{HashSet, VecDeque};

/// A picture with more objects than this cannot be read.
pub const MOST_DRAWN: usize = 80;

#[derive(Clone, Copy)]
enum Direction {
    References,
    Referrers,
}

impl ObjectSnapshot {
    /// The graph of what these objects refer to, up to `max_depth` references away; of an object
    /// with more than `too_many` references, the first `too_many`. objgraph's defaults are 3 and
    /// 10. Name, title and legend are left empty for the caller.
    pub fn show_refs(&self, of: &[u32], max_depth: usize, too_many: usize) -> Graph {
        self.build_graph(of, max_depth, too_many, Direction::References)
    }

    /// The graph of what refers to these objects, limited as in [`ObjectSnapshot::show_refs`]. The
    /// sentences say why the first object is alive and which reference to break.
    pub fn show_backrefs(&self, targets: &[u32], max_depth: usize, too_many: usize) -> Graph {
        self.build_graph(targets, max_depth, too_many, Direction::Referrers)
    }

    fn build_graph(&self, from: &[u32], max_depth: usize, too_many: usize, direction: Direction) -> Graph {
        heaplab_heap::untracked(|| {
            let from: Vec<u32> = from.iter().copied().filter(|&id| self.node(id).is_some()).collect();
            let drawn = self.find_reachable(&from, max_depth, too_many, MOST_DRAWN, direction);
            let all = self.find_reachable(&from, usize::MAX, usize::MAX, usize::MAX, direction);
            let explanation = match direction {
                Direction::Referrers => sentences::explain_backrefs(self, from.first().copied()),
                Direction::References => sentences::explain_refs(self, from.first().copied()),
            };
            let mut ids: Vec<u32> = drawn.into_iter().collect();
            ids.sort_unstable();
            let mut graph = Graph {
                nodes: self.build_nodes(&ids, &from),
                edges: self.build_edges(&ids, explanation.marked),
                omitted_nodes: (all.len() - ids.len()) as u64,
                sentences: explanation.sentences,
                ..Graph::default()
            };
            self.add_unexplained(&ids, &mut graph);
            graph
        })
    }

    fn find_reachable(
        &self,
        from: &[u32],
        max_depth: usize,
        too_many: usize,
        most: usize,
        direction: Direction,
    ) -> HashSet<u32> {
        let mut reached: HashSet<u32> = HashSet::new();
        let mut queue: VecDeque<(u32, usize)> = from.iter().map(|&id| (id, 0)).collect();
        while let Some((id, depth)) = queue.pop_front() {
            if reached.len() >= most {
                break;
            }
            if !reached.insert(id) || depth >= max_depth {
                continue;
            }
            match direction {
                Direction::References => {
                    let next = self.references(id).take(too_many).map(|number| self.edge(number).to);
                    queue.extend(next.map(|id| (id, depth + 1)));
                }
                Direction::Referrers => {
                    let next = self.referrers(id).iter().take(too_many).map(|&number| self.edge(number).from);
                    queue.extend(next.map(|id| (id, depth + 1)));
                }
            }
        }
        reached
    }

    fn build_nodes(&self, ids: &[u32], targets: &[u32]) -> Vec<GraphNode> {
        let sites: Vec<_> = ids.iter().map(|&id| self.nodes[id as usize].alloc_site).collect();
        let known: Vec<_> = sites.iter().copied().flatten().collect();
        let mut lines =
            if known.is_empty() { Vec::new() } else { heaplab_heap::resolve_lines(&known) }.into_iter();
        let drawn = |(&id, site): (&u32, &Option<heaplab_heap::AllocSite>)| {
            let node = &self.nodes[id as usize];
            GraphNode {
                id,
                type_name: node.type_name.to_string(),
                label: node.label.to_string(),
                shallow_bytes: node.shallow_bytes,
                retained_bytes: self.retained_bytes(id),
                strong: node.strong,
                weak: node.weak,
                born_at: site.and_then(|_| lines.next().flatten()),
                root: node.root,
                target: targets.contains(&id),
                in_cycle: self.is_in_cycle(id),
                leaked: self.is_leaked(id),
                opaque: node.opaque.is_some(),
            }
        };
        ids.iter().zip(&sites).map(drawn).collect()
    }

    fn build_edges(&self, ids: &[u32], marked: Option<u32>) -> Vec<GraphEdge> {
        let numbers = ids.iter().flat_map(|&id| self.references(id));
        let between = numbers.filter(|&number| ids.binary_search(&self.edge(number).to).is_ok());
        let drawn = |number: u32| {
            let edge = self.edge(number);
            GraphEdge {
                from: edge.from,
                to: edge.to,
                label: edge.label.to_string(),
                strength: edge.strength,
                in_cycle: self.is_edge_in_cycle(number),
                marked: marked == Some(number),
            }
        };
        between.map(drawn).collect()
    }

    /// Adds one node for whatever keeps drawn objects alive and was not given as a root.
    fn add_unexplained(&self, ids: &[u32], graph: &mut Graph) {
        let id = self.nodes.len() as u32;
        for &to in ids {
            let count = self.unexplained_strong(to);
            if count > 0 {
                let label = format!("× {count}");
                graph.edges.push(GraphEdge { from: id, to, label, ..GraphEdge::default() });
            }
        }
        if graph.edges.iter().any(|edge| edge.from == id) {
            let label = "?".to_owned();
            graph.nodes.push(GraphNode { id, label, root: true, ..GraphNode::default() });
        }
    }
}
