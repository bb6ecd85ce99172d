//! Every distinct stack of the process, once: a call tree that stacks share, and a number a stack. Looked up under a lock, but
//! only when a thread meets a stack that its own cache does not know.

use super::walk::Frames;
use super::zeroed::{self, Zeroed};
use heaplab_profile::raw::Node;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

/// Nodes of the call tree.
const MOST_NODES: usize = 1 << 20;
/// Sites.
pub(super) const MOST_SITES: usize = 1 << 16;
/// Where births are counted for which there is no room left.
pub(super) const OVERFLOW: u32 = 1;

/// The tables; 45 MiB of address space, of which only what is used is ever touched.
struct Tables {
    lock: AtomicBool,
    nodes: AtomicU32,
    sites: AtomicU32,
    parents: [AtomicU32; MOST_NODES],
    addresses: [AtomicU64; MOST_NODES],
    /// Open addressing, by parent and address.
    by_child: [AtomicU32; 2 * MOST_NODES],
    site_nodes: [AtomicU32; MOST_SITES],
    site_hashes: [AtomicU64; MOST_SITES],
    /// Open addressing, by the stack's hash.
    by_hash: [AtomicU32; 2 * MOST_SITES],
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for Tables {}

static TABLES: AtomicPtr<Tables> = AtomicPtr::new(std::ptr::null_mut());

/// The number of a stack.
#[cold]
pub(super) fn site(frames: &Frames) -> u32 {
    let Some(tables) = tables() else { return OVERFLOW };
    let _locked = Locked::new(tables);
    tables.find_or_add(frames).unwrap_or(OVERFLOW)
}

/// The innermost node of a site; 0, the root, for the overflow site.
pub(super) fn node_of(site: u32) -> u32 {
    existing().and_then(|tables| tables.site_nodes.get(site as usize)).map_or(0, |node| node.load(Relaxed))
}

/// How many site numbers are in use, 0 and the overflow site among them.
pub(super) fn sites() -> u32 {
    existing().map_or(2, |tables| tables.sites.load(Acquire).max(2))
}

/// The call tree as it is now; node 0 is the root.
pub(super) fn nodes() -> Vec<Node> {
    let Some(tables) = existing() else { return vec![Node::default()] };
    let used = tables.nodes.load(Acquire).max(1) as usize;
    let node = |(parent, address): (&AtomicU32, &AtomicU64)| Node {
        parent: parent.load(Relaxed),
        address: address.load(Relaxed),
    };
    tables.parents.iter().zip(&tables.addresses).take(used).map(node).collect()
}

fn existing() -> Option<&'static Tables> {
    // SAFETY: the pointer is null or from `zeroed::leak`, which lives as long as the process.
    unsafe { TABLES.load(Acquire).as_ref() }
}

fn tables() -> Option<&'static Tables> {
    if let Some(tables) = existing() {
        return Some(tables);
    }
    let made: &'static Tables = zeroed::leak()?;
    made.nodes.store(1, Relaxed);
    made.sites.store(OVERFLOW + 1, Relaxed);
    let pointer = std::ptr::from_ref(made).cast_mut();
    match TABLES.compare_exchange(std::ptr::null_mut(), pointer, AcqRel, Acquire) {
        Ok(_) => Some(made),
        // Another thread was quicker: ours was never touched and costs address space only.
        Err(_) => existing(),
    }
}

impl Tables {
    fn find_or_add(&self, frames: &Frames) -> Option<u32> {
        let mask = self.by_hash.len() - 1;
        let mut slot = spread(frames.hash) & mask;
        for _ in 0..self.by_hash.len() {
            let found = self.by_hash[slot].load(Relaxed);
            if found == 0 {
                return self.add(frames, slot);
            }
            // A 64-bit hash names a stack: of 65,536 stacks, two share one with a probability of one in ten billion.
            if self.site_hashes[found as usize].load(Relaxed) == frames.hash {
                return Some(found);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    fn add(&self, frames: &Frames, slot: usize) -> Option<u32> {
        let site = self.sites.load(Relaxed);
        if site as usize >= MOST_SITES {
            return None;
        }
        let mut node = 0;
        for &address in frames.addresses().iter().rev() {
            node = self.child(node, address)?;
        }
        self.site_nodes[site as usize].store(node, Relaxed);
        self.site_hashes[site as usize].store(frames.hash, Relaxed);
        self.by_hash[slot].store(site, Relaxed);
        self.sites.store(site + 1, Release);
        Some(site)
    }

    /// The node of `address` called from `parent`, made if it is new.
    fn child(&self, parent: u32, address: u64) -> Option<u32> {
        let mask = self.by_child.len() - 1;
        let mut slot = spread((u64::from(parent) << 40) ^ address.wrapping_mul(0x9e37_79b9_7f4a_7c15)) & mask;
        loop {
            let found = self.by_child[slot].load(Relaxed);
            if found == 0 {
                break;
            }
            let same = self.parents[found as usize].load(Relaxed) == parent;
            if same && self.addresses[found as usize].load(Relaxed) == address {
                return Some(found);
            }
            slot = (slot + 1) & mask;
        }
        let node = self.nodes.load(Relaxed);
        // The table of children is twice as large: it never fills, and the loop above ends.
        if node as usize >= MOST_NODES {
            return None;
        }
        self.parents[node as usize].store(parent, Relaxed);
        self.addresses[node as usize].store(address, Relaxed);
        self.by_child[slot].store(node, Relaxed);
        self.nodes.store(node + 1, Release);
        Some(node)
    }
}

/// A multiplication leaves the best bits at the top.
fn spread(hash: u64) -> usize {
    (hash ^ (hash >> 32)) as usize
}

struct Locked<'a>(&'a Tables);

impl<'a> Locked<'a> {
    fn new(tables: &'a Tables) -> Locked<'a> {
        while tables.lock.swap(true, Acquire) {
            std::thread::yield_now();
        }
        Locked(tables)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.lock.store(false, Release);
    }
}
