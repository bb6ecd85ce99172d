//! Simulates what reference counting would free: "break this edge and N bytes go free".
//!
//! Reference counts are not reachability. A cycle that nothing reaches keeps itself alive, and a
//! dropped value leaves its block to the `Weak` pointers. The simulation shows both as they happen
//! in the program.

use crate::node::Strength;
use crate::snapshot::ObjectSnapshot;
use std::collections::HashMap;

/// What would be freed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreedObjects {
    /// Requested bytes.
    pub bytes: u64,
    /// Blocks.
    pub blocks: u64,
    /// The ids of the objects, ascending.
    pub objects: Vec<u32>,
}

impl ObjectSnapshot {
    /// What is freed if these references (indices into [`ObjectSnapshot::edges`]) are broken.
    /// References of witnesses do not count.
    pub fn simulate_break(&self, edges: &[u32]) -> FreedObjects {
        let mut counts = RemainingCounts { snapshot: self, left: HashMap::new(), dropped: Vec::new() };
        for &number in edges {
            if let Some(edge) = self.edges.get(number as usize).filter(|edge| self.is_counted(edge)) {
                counts.release(edge.to, edge.strength);
            }
        }
        counts.drop_all();
        counts.into_freed()
    }

    /// What is freed if a root goes out of scope.
    pub fn simulate_root_drop(&self, root: u32) -> FreedObjects {
        self.simulate_break(&self.references(root).collect::<Vec<_>>())
    }

    /// What is freed if every known reference to an object is broken.
    pub fn simulate_release(&self, id: u32) -> FreedObjects {
        self.simulate_break(self.referrers(id))
    }
}

struct RemainingCounts<'a> {
    snapshot: &'a ObjectSnapshot,
    /// The remaining strong and weak counts of the objects that have lost a reference.
    left: HashMap<u32, (u64, u64)>,
    /// Objects whose values are dropped and whose references have not been released yet.
    dropped: Vec<u32>,
}

impl RemainingCounts<'_> {
    fn release(&mut self, id: u32, strength: Strength) {
        let snapshot = self.snapshot;
        let before = || {
            (snapshot.count_references(id, Strength::Strong), snapshot.count_references(id, Strength::Weak))
        };
        let (strong, weak) = self.left.entry(id).or_insert_with(before);
        match strength {
            Strength::Strong if *strong == 1 => {
                *strong = 0;
                self.dropped.push(id);
            }
            Strength::Strong => *strong = strong.saturating_sub(1),
            Strength::Weak => *weak = weak.saturating_sub(1),
        }
    }

    fn drop_all(&mut self) {
        while let Some(id) = self.dropped.pop() {
            for number in self.snapshot.references(id) {
                let edge = self.snapshot.edge(number);
                self.release(edge.to, edge.strength);
            }
        }
    }

    fn into_freed(self) -> FreedObjects {
        let gone = self.left.iter().filter(|(_, left)| **left == (0, 0));
        let mut objects: Vec<u32> = gone.map(|(&id, _)| id).collect();
        objects.sort_unstable();
        let sum = |of: fn(&crate::ObjectNode) -> u64| {
            objects.iter().map(|&id| of(&self.snapshot.nodes[id as usize])).sum()
        };
        FreedObjects { bytes: sum(|node| node.shallow_bytes), blocks: sum(|node| node.blocks), objects }
    }
}
