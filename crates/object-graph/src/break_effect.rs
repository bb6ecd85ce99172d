//! "Break this edge and N bytes go free": what counting would do, step by step, without doing it.
//!
//! Reference counts are not reachability. A cycle that nothing reaches any more keeps itself; a value that is gone leaves its
//! block to the `Weak` pointers. Both come out here as they do in the program.

use crate::node::Strength;
use crate::snapshot::ObjectSnapshot;
use std::collections::HashMap;

/// What goes free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreedObjects {
    /// Requested bytes.
    pub bytes: u64,
    /// Blocks.
    pub blocks: u64,
    /// The objects, by their ids, in their order.
    pub objects: Vec<u32>,
}

impl ObjectSnapshot {
    /// What goes free if these references are broken, by their numbers in [`Snapshot::edges`]. A witness's counts for nothing.
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

    /// What goes free if a root goes out of scope.
    pub fn simulate_root_drop(&self, root: u32) -> FreedObjects {
        self.simulate_break(&self.references(root).collect::<Vec<_>>())
    }

    /// What goes free if every reference to an object is broken that was seen.
    pub fn simulate_release(&self, id: u32) -> FreedObjects {
        self.simulate_break(self.referrers(id))
    }
}

struct RemainingCounts<'a> {
    snapshot: &'a ObjectSnapshot,
    /// Strong and weak references that are left, of the objects that have lost one.
    left: HashMap<u32, (u64, u64)>,
    /// Objects whose values go, with their references still to be released.
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
