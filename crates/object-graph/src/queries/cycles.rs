//! Finds cycles of strong references, which counting alone never frees, by Tarjan's algorithm for
//! strongly connected components, without recursion.

use crate::node::Strength;
use crate::snapshot::ObjectSnapshot;

const UNVISITED: u32 = u32::MAX;

impl ObjectSnapshot {
    /// Every group of objects that keep each other alive, the largest group first, the ids of each
    /// ascending.
    pub fn cycles(&self) -> Vec<Vec<u32>> {
        let mut groups: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
        for id in self.ids().filter(|&id| self.is_in_cycle(id)) {
            groups.entry(self.components()[id as usize]).or_default().push(id);
        }
        let mut groups: Vec<Vec<u32>> = groups.into_values().collect();
        groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group[0]));
        groups
    }

    /// Whether an object keeps itself alive, alone or through others.
    pub fn is_in_cycle(&self, id: u32) -> bool {
        self.references(id).any(|edge| self.is_edge_in_cycle(edge))
    }

    /// Whether a reference is part of such a cycle.
    pub fn is_edge_in_cycle(&self, edge: u32) -> bool {
        let edge = self.edge(edge);
        let component = |id: u32| self.components()[id as usize];
        edge.strength == Strength::Strong && component(edge.from) == component(edge.to)
    }

    fn components(&self) -> &[u32] {
        self.cycles.get_or_init(|| TarjanSearch::new(self).components())
    }
}

struct TarjanSearch<'a> {
    snapshot: &'a ObjectSnapshot,
    found: u32,
    index: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    /// Objects whose component is not complete yet.
    open: Vec<u32>,
}

impl TarjanSearch<'_> {
    fn new(snapshot: &ObjectSnapshot) -> TarjanSearch<'_> {
        let unseen = vec![UNVISITED; snapshot.nodes().len()];
        let (low, component) = (unseen.clone(), unseen.clone());
        TarjanSearch { snapshot, found: 0, index: unseen, low, component, open: Vec::new() }
    }

    fn components(mut self) -> Vec<u32> {
        for id in self.snapshot.ids() {
            if self.index[id as usize] == UNVISITED {
                self.search_from(id);
            }
        }
        self.component
    }

    fn search_from(&mut self, start: u32) {
        self.enter(start);
        // The path: objects, each with the references that are still to be followed.
        let mut path = vec![(start, self.snapshot.references(start))];
        while let Some((id, references)) = path.last_mut() {
            let id = *id;
            if let Some(number) = references.next() {
                let edge = self.snapshot.edge(number);
                if edge.strength == Strength::Weak {
                    continue;
                }
                let to = edge.to as usize;
                if self.index[to] == UNVISITED {
                    self.enter(edge.to);
                    path.push((edge.to, self.snapshot.references(edge.to)));
                } else if self.component[to] == UNVISITED {
                    self.low[id as usize] = self.low[id as usize].min(self.index[to]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                let parent = *parent as usize;
                self.low[parent] = self.low[parent].min(self.low[id as usize]);
            }
            if self.low[id as usize] == self.index[id as usize] {
                self.close(id);
            }
        }
    }

    fn enter(&mut self, id: u32) {
        self.index[id as usize] = self.found;
        self.low[id as usize] = self.found;
        self.found += 1;
        self.open.push(id);
    }

    /// `id` is the first member of its component; the others are on the stack above it.
    fn close(&mut self, id: u32) {
        while let Some(member) = self.open.pop() {
            self.component[member as usize] = id;
            if member == id {
                break;
            }
        }
    }
}
