//! What a graph of the references shows about the blocks of a line.

use heaplab_record::{Attachment, Graph, Strength};
use std::collections::{BTreeMap, HashSet};

/// How a site's live blocks are referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reachability {
    /// Something that the program still owns leads to them.
    Reachable,
    /// They lie on a cycle of strong references that something outside still leads to.
    ReachableCycle,
    /// They lie on a cycle of strong references, or behind one, and nothing outside leads to it.
    OrphanedCycle,
    /// Nothing leads to them, and they are on no cycle: forgotten.
    Unreachable,
}

/// The reachability of the objects that each line made, by the graphs among the attachments. Where
/// one line made objects of several kinds, an orphaned cycle decides: the others are not what
/// stays.
pub fn reachability_by_line(attachments: &[Attachment]) -> BTreeMap<String, Reachability> {
    let mut by_line: BTreeMap<String, Reachability> = BTreeMap::new();
    for attachment in attachments {
        let Attachment::Graph(graph) = attachment else { continue };
        let orphaned = find_orphaned_nodes(graph);
        for node in &graph.nodes {
            let Some(line) = &node.born_at else { continue };
            let found = match (node.leaked, node.in_cycle) {
                (true, _) if orphaned.contains(&node.id) => Reachability::OrphanedCycle,
                (true, _) => Reachability::Unreachable,
                (false, true) => Reachability::ReachableCycle,
                (false, false) => Reachability::Reachable,
            };
            let known = by_line.entry(line.clone()).or_insert(found);
            if found == Reachability::OrphanedCycle {
                *known = found;
            }
        }
    }
    by_line
}

/// Objects on a leaked cycle, and what only these keep alive.
fn find_orphaned_nodes(graph: &Graph) -> HashSet<u32> {
    let mut found: HashSet<u32> =
        graph.nodes.iter().filter(|node| node.leaked && node.in_cycle).map(|node| node.id).collect();
    let mut open: Vec<u32> = found.iter().copied().collect();
    while let Some(from) = open.pop() {
        for edge in graph.edges.iter().filter(|edge| edge.from == from && edge.strength == Strength::Strong) {
            if found.insert(edge.to) {
                open.push(edge.to);
            }
        }
    }
    found
}
