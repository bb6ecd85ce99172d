//! Finds why an object is alive: the shortest chain of strong references to it.

use crate::node::{ObjectNode, Strength};
use crate::snapshot::ObjectSnapshot;
use std::collections::{HashMap, VecDeque};

impl ObjectSnapshot {
    /// The shortest chain of strong references to `target` from an object for which `predicate`
    /// holds, as indices into [`ObjectSnapshot::edges`], the far end first. Empty if the predicate
    /// holds for the target itself. References of witnesses do not count.
    pub fn find_backref_chain(
        &self,
        target: u32,
        predicate: impl Fn(u32, &ObjectNode) -> bool,
    ) -> Option<Vec<u32>> {
        // For each object, the reference that leads on towards the target.
        let mut onward: HashMap<u32, Option<u32>> = HashMap::from([(target, None)]);
        let mut queue = VecDeque::from([target]);
        while let Some(id) = queue.pop_front() {
            if predicate(id, self.node(id)?) {
                return Some(self.collect_chain(id, &onward));
            }
            for &number in self.referrers(id) {
                let edge = self.edge(number);
                if edge.strength == Strength::Strong
                    && self.is_counted(edge)
                    && !onward.contains_key(&edge.from)
                {
                    onward.insert(edge.from, Some(number));
                    queue.push_back(edge.from);
                }
            }
        }
        None
    }

    /// [`ObjectSnapshot::find_backref_chain`] from what keeps the target alive: a root, or
    /// otherwise an object with unexplained references.
    pub fn find_chain_to(&self, target: u32) -> Option<Vec<u32>> {
        let from_root = self.find_backref_chain(target, |_, node| node.root);
        from_root.or_else(|| self.find_backref_chain(target, |id, _| self.unexplained_strong(id) > 0))
    }

    fn collect_chain(&self, start: u32, onward: &HashMap<u32, Option<u32>>) -> Vec<u32> {
        let next = |number: &u32| onward.get(&self.edge(*number).to).copied().flatten();
        std::iter::successors(onward.get(&start).copied().flatten(), next).collect()
    }

    /// The reference of a chain that frees the target when broken: the one nearest to the target,
    /// preferring references to counted objects over an owner's pointer to its buffer. `None` if no
    /// single reference does.
    pub fn find_edge_to_break(&self, chain: &[u32], target: u32) -> Option<u32> {
        /// Longer chains are only tried from this end, to bound the time.
        const MOST: usize = 200;
        let frees = |number: &u32| self.simulate_break(&[*number]).objects.binary_search(&target).is_ok();
        let near = || chain.iter().rev().take(MOST).copied();
        let is_counted = |number: &u32| self.nodes[self.edge(*number).to as usize].strong.is_some();
        near().filter(is_counted).find(frees).or_else(|| near().find(frees))
    }
}
