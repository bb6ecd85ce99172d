//! Stores every distinct stack of the process once, in a call tree that the stacks share, and gives
//! each a number: its site. The tables are locked, but a thread asks them only for a stack that its
//! own cache does not have.

use super::index::NumberIndex;
use super::unwind::Frames;
use super::zeroed::{self, Zeroed};
use heaplab_profile::raw::Node;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering::*};

/// Nodes of the call tree at most.
const MAX_NODES: usize = 1 << 20;
/// Sites at most.
pub(super) const MAX_SITES: usize = 1 << 16;
/// The site that counts allocations for which the tables have no room.
pub(super) const OVERFLOW: u32 = 1;
/// How many site numbers a thread takes at once. PERF: a thread's counters are indexed by site
/// number, and 32 of them fill a page. With numbers taken one by one, each thread had a few
/// counters on nearly every page: 26 MB for 10,000 sites of 8 threads.
const BATCH: u32 = 32;

/// Site numbers that a thread has taken for stacks that it will meet first.
#[derive(Default)]
pub(super) struct Batch {
    next: AtomicU32,
    end: AtomicU32,
}

/// 60 MiB of address space, of which only the used part is ever touched.
struct StackTables {
    lock: AtomicBool,
    nodes: AtomicU32,
    sites: AtomicU32,
    parents: [AtomicU32; MAX_NODES],
    addresses: [AtomicU64; MAX_NODES],
    by_child: NumberIndex<{ 4 * MAX_NODES }>,
    site_nodes: [AtomicU32; MAX_SITES],
    site_hashes: [AtomicU64; MAX_SITES],
    by_hash: NumberIndex<{ 4 * MAX_SITES }>,
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for StackTables {}

static TABLES: AtomicPtr<StackTables> = AtomicPtr::new(std::ptr::null_mut());

/// The site of a stack; a new stack gets a number of the thread's batch.
#[cold]
pub(super) fn find_or_add_site(frames: &Frames, batch: &Batch) -> u32 {
    let Some(tables) = get_or_make_tables() else { return OVERFLOW };
    let _locked = Locked::new(tables);
    tables.find_or_add(frames, batch).unwrap_or(OVERFLOW)
}

/// The innermost node of a site; 0, the root, for the overflow site.
pub(super) fn node_of(site: u32) -> u32 {
    existing_tables()
        .and_then(|tables| tables.site_nodes.get(site as usize))
        .map_or(0, |node| node.load(Relaxed))
}

/// One more than the highest site number in use.
pub(super) fn site_count() -> u32 {
    existing_tables().map_or(2, |tables| tables.sites.load(Acquire).max(2))
}

/// The call tree; node 0 is the root.
pub(super) fn collect_nodes() -> Vec<Node> {
    let Some(tables) = existing_tables() else { return vec![Node::default()] };
    let used = tables.nodes.load(Acquire).max(1) as usize;
    let node = |(parent, address): (&AtomicU32, &AtomicU64)| Node {
        parent: parent.load(Relaxed),
        address: address.load(Relaxed),
    };
    tables.parents.iter().zip(&tables.addresses).take(used).map(node).collect()
}

fn existing_tables() -> Option<&'static StackTables> {
    // SAFETY: the pointer is null or from `zeroed::leak`, which lives as long as the process.
    unsafe { TABLES.load(Acquire).as_ref() }
}

fn get_or_make_tables() -> Option<&'static StackTables> {
    if let Some(tables) = existing_tables() {
        return Some(tables);
    }
    let made: &'static StackTables = zeroed::leak()?;
    made.nodes.store(1, Relaxed);
    made.sites.store(OVERFLOW + 1, Relaxed);
    let pointer = std::ptr::from_ref(made).cast_mut();
    match TABLES.compare_exchange(std::ptr::null_mut(), pointer, AcqRel, Acquire) {
        Ok(_) => Some(made),
        // Another thread was faster. Our mapping was never touched and only takes address space.
        Err(_) => existing_tables(),
    }
}

impl StackTables {
    fn find_or_add(&self, frames: &Frames, batch: &Batch) -> Option<u32> {
        let hash_of = |site: u32| self.site_hashes[site as usize].load(Relaxed);
        // A stack is identified by its 64-bit hash. Among 65,536 stacks, two have the same hash
        // with a probability of one in ten billion.
        if let Some(site) = self.by_hash.find(frames.hash, |site| hash_of(site) == frames.hash) {
            return Some(site);
        }
        let mut node = 0;
        for &address in frames.addresses().iter().rev() {
            node = self.find_or_add_child(node, address)?;
        }
        let site = self.take_number(batch)?;
        self.site_nodes[site as usize].store(node, Relaxed);
        self.site_hashes[site as usize].store(frames.hash, Relaxed);
        self.by_hash.insert(site, hash_of);
        Some(site)
    }

    /// A number that no stack has yet.
    fn take_number(&self, batch: &Batch) -> Option<u32> {
        if batch.next.load(Relaxed) == batch.end.load(Relaxed) {
            let first = self.sites.load(Relaxed);
            if first as usize >= MAX_SITES {
                return None;
            }
            // With many threads, whole batches would run out: then numbers are given one by one.
            let is_scarce = first as usize >= MAX_SITES / 2;
            let end = if is_scarce { first + 1 } else { (first / BATCH + 1) * BATCH };
            batch.next.store(first, Relaxed);
            batch.end.store(end, Relaxed);
            self.sites.store(end, Release);
        }
        let number = batch.next.load(Relaxed);
        batch.next.store(number + 1, Relaxed);
        Some(number)
    }

    /// The node for `address` called from `parent`; it is added if it is new.
    fn find_or_add_child(&self, parent: u32, address: u64) -> Option<u32> {
        let of = |node: u32| {
            (self.parents[node as usize].load(Relaxed), self.addresses[node as usize].load(Relaxed))
        };
        let hash = |(parent, address): (u32, u64)| {
            (u64::from(parent) << 40) ^ address.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        let wanted = (parent, address);
        if let Some(node) = self.by_child.find(hash(wanted), |node| of(node) == wanted) {
            return Some(node);
        }
        let node = self.nodes.load(Relaxed);
        if node as usize >= MAX_NODES {
            return None;
        }
        self.parents[node as usize].store(parent, Relaxed);
        self.addresses[node as usize].store(address, Relaxed);
        self.by_child.insert(node, |node| hash(of(node)));
        self.nodes.store(node + 1, Release);
        Some(node)
    }
}

struct Locked<'a>(&'a StackTables);

impl<'a> Locked<'a> {
    fn new(tables: &'a StackTables) -> Locked<'a> {
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
