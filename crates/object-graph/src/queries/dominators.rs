//! Computes retained sizes by dominators: an object dominates another if every path from the roots
//! to the other leads through it.
//!
//! The algorithm is Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001), near
//! linear on the graphs of real programs and quadratic at worst.
//!
//! Two things are special to reference counts. An object with unexplained references counts as
//! reachable from the roots. And weak pointers keep a block after its value is dropped, so if there
//! are any, the block is a node of its own, reached from the value and from the owners of the weak
//! pointers.

use crate::node::{ObjectNode, Strength};
use crate::snapshot::ObjectSnapshot;

impl ObjectSnapshot {
    /// The object's own bytes and those of everything that is reached only through it. This is what
    /// is freed with it, unless it includes a cycle of strong references. `None` for what no root
    /// reaches.
    pub fn retained_bytes(&self, id: u32) -> Option<u64> {
        let sizes = self.retained.get_or_init(|| compute_retained(self));
        sizes.get(id as usize).copied().flatten()
    }

    /// Whether neither a root nor an unexplained reference keeps the object alive, and yet it is
    /// not freed. Only a witness makes such an object visible. A dropped value has not leaked: its
    /// block stays only as long as the `Weak` pointers do.
    pub fn is_leaked(&self, id: u32) -> bool {
        let is_value = |node: &ObjectNode| !node.witness && !node.is_dropped();
        self.retained_bytes(id).is_none() && self.node(id).is_some_and(is_value)
    }

    /// The objects that are [leaked](ObjectSnapshot::is_leaked).
    pub fn leaked_objects(&self) -> Vec<u32> {
        self.ids().filter(|&id| self.is_leaked(id)).collect()
    }
}

/// Retained bytes of each object; `None` where no root reaches it.
fn compute_retained(snapshot: &ObjectSnapshot) -> Vec<Option<u64>> {
    let graph = DominatorGraph::new(snapshot);
    let order = graph.reverse_postorder();
    let mut position = vec![UNREACHED; graph.len()];
    for (at, &node) in order.iter().enumerate() {
        position[node as usize] = at as u32;
    }
    let dominators = graph.dominators(&order, &position);
    // In reverse order: a dominator comes before what it dominates.
    let mut sums: Vec<u64> = order.iter().map(|&node| graph.bytes[node as usize]).collect();
    for at in (1..order.len()).rev() {
        let sum = sums[at];
        sums[dominators[at] as usize] += sum;
    }
    let bytes = |id: usize| (position[id] != UNREACHED).then(|| sums[position[id] as usize]);
    (0..snapshot.nodes().len()).map(bytes).collect()
}

const UNREACHED: u32 = u32::MAX;

/// The strong references of a snapshot, a node above all roots, and the blocks that weak pointers
/// keep.
struct DominatorGraph {
    targets: Vec<u32>,
    starts: Vec<u32>,
    bytes: Vec<u64>,
    top: u32,
}

impl DominatorGraph {
    fn new(snapshot: &ObjectSnapshot) -> DominatorGraph {
        let objects = snapshot.nodes().len();
        let mut bytes: Vec<u64> = snapshot.nodes().iter().map(|node| node.shallow_bytes).collect();
        let mut edges: Vec<(u32, u32)> = Vec::with_capacity(snapshot.edges().len());
        // The separate block node of each object that has one.
        let mut blocks = vec![UNREACHED; objects];
        let top = objects as u32;
        bytes.push(0);
        for id in snapshot.ids() {
            if snapshot.nodes()[id as usize].root || snapshot.unexplained_strong(id) > 0 {
                edges.push((top, id));
            }
            let is_weak = |edge: &&u32| {
                let edge = snapshot.edge(**edge);
                edge.strength == Strength::Weak && snapshot.is_counted(edge)
            };
            if snapshot.nodes()[id as usize].is_dropped() {
                // The value is dropped, so only the block is left.
                blocks[id as usize] = id;
                if snapshot.unexplained_weak(id) > 0 {
                    edges.push((top, id));
                }
                continue;
            }
            let unexplained = snapshot.unexplained_weak(id) > 0;
            if unexplained || snapshot.referrers(id).iter().any(|edge| is_weak(&edge)) {
                let block = bytes.len() as u32;
                blocks[id as usize] = block;
                let own_bytes = std::mem::take(&mut bytes[id as usize]);
                bytes.push(own_bytes);
                edges.push((id, block));
                if unexplained {
                    edges.push((top, block));
                }
            }
        }
        for edge in snapshot.edges().iter().filter(|edge| snapshot.is_counted(edge)) {
            match edge.strength {
                Strength::Strong => edges.push((edge.from, edge.to)),
                Strength::Weak => edges.push((edge.from, blocks[edge.to as usize])),
            }
        }
        edges.sort_unstable();
        let mut starts = vec![0; bytes.len() + 1];
        edges.iter().for_each(|&(from, _)| starts[from as usize + 1] += 1);
        (0..bytes.len()).for_each(|index| starts[index + 1] += starts[index]);
        DominatorGraph { targets: edges.into_iter().map(|(_, to)| to).collect(), starts, bytes, top }
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn targets(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.targets[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The nodes that `top` reaches, in reverse postorder.
    fn reverse_postorder(&self) -> Vec<u32> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.len()];
        seen[self.top as usize] = true;
        // Each node with the number of targets already visited.
        let mut path = vec![(self.top, 0)];
        while let Some((node, done)) = path.last_mut() {
            match self.targets(*node).get(*done) {
                Some(&next) => {
                    *done += 1;
                    if !std::mem::replace(&mut seen[next as usize], true) {
                        path.push((next, 0));
                    }
                }
                None => {
                    order.push(*node);
                    path.pop();
                }
            }
        }
        order.reverse();
        order
    }

    /// The immediate dominator of each node, both as positions in `order`. The first node's is
    /// itself.
    fn dominators(&self, order: &[u32], position: &[u32]) -> Vec<u32> {
        let mut into: Vec<(u32, u32)> = Vec::new();
        for (at, &node) in order.iter().enumerate() {
            into.extend(self.targets(node).iter().map(|&to| (position[to as usize], at as u32)));
        }
        into.sort_unstable();
        let mut dominators = vec![UNREACHED; order.len()];
        dominators[0] = 0;
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for group in into.chunk_by(|one, other| one.0 == other.0) {
                let node = group[0].0;
                if node == 0 {
                    continue;
                }
                let known = group
                    .iter()
                    .map(|&(_, from)| from)
                    .filter(|&from| dominators[from as usize] != UNREACHED);
                let Some(common) = known.reduce(|one, other| common_dominator(&dominators, one, other))
                else {
                    continue;
                };
                has_changed |= std::mem::replace(&mut dominators[node as usize], common) != common;
            }
        }
        dominators
    }
}

fn common_dominator(dominators: &[u32], mut one: u32, mut other: u32) -> u32 {
    while one != other {
        if one > other {
            one = dominators[one as usize];
        } else {
            other = dominators[other as usize];
        }
    }
    one
}
