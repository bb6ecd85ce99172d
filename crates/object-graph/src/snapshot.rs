//! [`ObjectSnapshot`]: all objects and references at one moment, and basic queries.

use crate::node::{Edge, ObjectNode, Strength};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

/// All objects that the roots reach, and the references between them.
///
/// An object's id is its index: roots first, then the others by their distance from the roots, in
/// the order of fields and items. Ids are the same on every run that builds the same objects, and
/// are never addresses.
pub struct ObjectSnapshot {
    pub(crate) nodes: Vec<ObjectNode>,
    /// Sorted by the nodes they start from.
    pub(crate) edges: Vec<Edge>,
    /// The index of each node's first edge, and the number of edges at the end.
    out: Vec<u32>,
    /// Indices of the edges that lead to each node.
    into: Vec<u32>,
    into_starts: Vec<u32>,
    /// Ids by the start of their blocks.
    pub(crate) by_address: HashMap<usize, u32>,
    /// Retained bytes of each object; `None` where no root reaches it.
    pub(crate) retained: OnceCell<Vec<Option<u64>>>,
    /// The strongly connected component of each object.
    pub(crate) cycles: OnceCell<Vec<u32>>,
}

impl ObjectSnapshot {
    pub(crate) fn new(
        nodes: Vec<ObjectNode>,
        edges: Vec<Edge>,
        by_address: HashMap<usize, u32>,
    ) -> ObjectSnapshot {
        let out = bucket_starts(nodes.len(), edges.iter().map(|edge| edge.from));
        let into_starts = bucket_starts(nodes.len(), edges.iter().map(|edge| edge.to));
        let mut next = into_starts.clone();
        let mut into = vec![0; edges.len()];
        for (number, edge) in edges.iter().enumerate() {
            let place = &mut next[edge.to as usize];
            into[*place as usize] = number as u32;
            *place += 1;
        }
        let (retained, cycles) = (OnceCell::new(), OnceCell::new());
        ObjectSnapshot { nodes, edges, out, into, into_starts, by_address, retained, cycles }
    }

    /// All objects; an object's id is its index.
    pub fn nodes(&self) -> &[ObjectNode] {
        &self.nodes
    }

    /// All references; those of one object are adjacent.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// One object.
    pub fn node(&self, id: u32) -> Option<&ObjectNode> {
        self.nodes.get(id as usize)
    }

    /// The id of the root with this name.
    pub fn root(&self, name: &str) -> Option<u32> {
        self.ids().find(|&id| self.is_root(id) && &*self.nodes[id as usize].label == name)
    }

    /// The references of an object, as indices into [`ObjectSnapshot::edges`].
    pub fn references(&self, id: u32) -> Range<u32> {
        let start = |id: usize| self.out.get(id).copied().unwrap_or(self.edges.len() as u32);
        start(id as usize)..start(id as usize + 1)
    }

    /// The references to an object, as indices into [`ObjectSnapshot::edges`].
    pub fn referrers(&self, id: u32) -> &[u32] {
        let start = |id: usize| self.into_starts.get(id).map_or(self.into.len(), |&start| start as usize);
        &self.into[start(id as usize)..start(id as usize + 1)]
    }

    /// Strong references to an object that no root explains: from a variable that was not given as
    /// a root, a closure, or a forgotten pointer. 0 for objects that are not counted.
    pub fn unexplained_strong(&self, id: u32) -> u64 {
        self.count_unexplained(id, Strength::Strong)
    }

    /// Weak references to an object that no root explains.
    pub fn unexplained_weak(&self, id: u32) -> u64 {
        self.count_unexplained(id, Strength::Weak)
    }

    /// The bytes of all objects.
    pub fn bytes(&self) -> u64 {
        self.nodes.iter().map(|node| node.shallow_bytes).sum()
    }

    pub(crate) fn ids(&self) -> Range<u32> {
        0..self.nodes.len() as u32
    }

    pub(crate) fn edge(&self, number: u32) -> &Edge {
        &self.edges[number as usize]
    }

    pub(crate) fn is_root(&self, id: u32) -> bool {
        self.node(id).is_some_and(|node| node.root || node.witness)
    }

    /// Whether a reference counts; those of witnesses do not.
    pub(crate) fn is_counted(&self, edge: &Edge) -> bool {
        !self.nodes[edge.from as usize].witness
    }

    /// The number of references of a kind to an object, without those of witnesses. An object that
    /// is not counted has one owner.
    pub(crate) fn count_references(&self, id: u32, strength: Strength) -> u64 {
        let node = &self.nodes[id as usize];
        let seen = |edge: &&u32| self.edge(**edge).strength == strength;
        let of_kind = self.referrers(id).iter().filter(seen);
        let of_witnesses = of_kind.filter(|edge| !self.is_counted(self.edge(**edge))).count() as u64;
        let counted = match strength {
            Strength::Strong => node.strong.unwrap_or(1),
            Strength::Weak => node.weak.unwrap_or(0),
        };
        counted.saturating_sub(of_witnesses)
    }

    fn count_unexplained(&self, id: u32, strength: Strength) -> u64 {
        let Some(node) = self.node(id) else { return 0 };
        let counted = match strength {
            Strength::Strong => node.strong,
            Strength::Weak => node.weak,
        };
        let seen = self.referrers(id).iter().filter(|&&edge| self.edge(edge).strength == strength).count();
        counted.unwrap_or(0).saturating_sub(seen as u64)
    }
}

/// The start of each key's entries after sorting by key, and the total at the end.
fn bucket_starts(length: usize, keys: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; length + 1];
    for key in keys {
        starts[key as usize + 1] += 1;
    }
    for index in 0..length {
        starts[index + 1] += starts[index];
    }
    starts
}
