//! How long blocks lived, by the path of their stack from the root.

use heaplab_profile::Profile;
use std::collections::HashMap;

/// A call tree with sums. PERF: a node is found by its caller and its name. A table by whole paths
/// compared some sixty names per look-up and took half of the time of a report with 135,000 stacks.
pub(super) struct LifetimeTree<'a> {
    nodes: HashMap<(usize, &'a str), usize>,
    /// Blocks, and the sum of their lifetimes in bytes of the allocation clock; the root is first.
    sums: Vec<(u64, u64)>,
}

const ROOT: usize = 0;

impl<'a> LifetimeTree<'a> {
    /// `None` where the recorder has no lifetimes.
    pub(super) fn from_profile(profile: &'a Profile) -> Option<LifetimeTree<'a>> {
        let mut tree = LifetimeTree { nodes: HashMap::new(), sums: vec![(0, 0)] };
        for site in &profile.sites {
            let recorded = site.recorded.as_ref()?;
            let (blocks, lifetime) =
                (site.total_blocks, recorded.lifetime_bytes + recorded.survivor_age_bytes);
            let mut node = ROOT;
            tree.add(node, blocks, lifetime);
            for frame in &site.frames {
                let next = tree.sums.len();
                node = *tree.nodes.entry((node, frame.function.as_str())).or_insert(next);
                if node == next {
                    tree.sums.push((0, 0));
                }
                tree.add(node, blocks, lifetime);
            }
        }
        Some(tree)
    }

    fn add(&mut self, node: usize, blocks: u64, lifetime: u64) {
        let (all_blocks, all_lifetimes) = &mut self.sums[node];
        *all_blocks += blocks;
        *all_lifetimes += lifetime;
    }

    /// The mean lifetime of the blocks whose stacks begin with this path.
    pub(super) fn mean_bytes(&self, path: &[&str]) -> f64 {
        let step = |node: usize, name: &&str| self.nodes.get(&(node, *name)).copied();
        let node = path.iter().try_fold(ROOT, step);
        let (blocks, sum) = node.map_or((0, 0), |node| self.sums[node]);
        sum as f64 / blocks.max(1) as f64
    }
}
