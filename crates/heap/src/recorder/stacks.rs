//! Stores every distinct stack of the process once, in a call tree that the stacks share, and gives
//! each a number: its site. The tables are locked, but a thread asks them only for a stack that its
//! own cache does not have.

use super::index::NumberIndex;
use super::tables::{self, hot};
use super::unwind::{Frames, MAX_FRAMES};
use super::zeroed::{self, Zeroed};
use heaplab_profile::raw::tables::{BulkTables, MAX_NODES, MAX_SITES, OVERFLOW_SITE};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};

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

/// What finds nodes and sites in the tables. 370 MiB of address space, of which only the used part
/// is ever touched.
struct StackIndex {
    lock: AtomicBool,
    by_child: NumberIndex<{ 4 * MAX_NODES }>,
    site_hashes: [AtomicU64; MAX_SITES],
    by_hash: NumberIndex<{ 4 * MAX_SITES }>,
    last_path: LastPath,
}

/// The nodes of the stack that was added last, the outermost first. PERF: a new stack has most of its
/// outer frames in common with the one before it, and comparing their addresses takes far less time than
/// looking up each node.
struct LastPath {
    length: AtomicUsize,
    addresses: [AtomicU64; MAX_FRAMES],
    nodes: [AtomicU32; MAX_FRAMES],
}

impl LastPath {
    /// The number of outer frames that a stack shares with this path, and the node of the innermost of
    /// them; 0, the root, without any. The path is cut there.
    fn share(&self, outermost_first: impl Iterator<Item = u64>) -> (usize, u32) {
        let length = self.length.load(Relaxed);
        let known = self.addresses[..length.min(MAX_FRAMES)].iter().map(|address| address.load(Relaxed));
        let shared = known.zip(outermost_first).take_while(|(known, address)| known == address).count();
        self.length.store(shared, Relaxed);
        (shared, shared.checked_sub(1).map_or(0, |last| self.nodes[last].load(Relaxed)))
    }

    fn push(&self, address: u64, node: u32) {
        let length = self.length.load(Relaxed);
        if length < MAX_FRAMES {
            self.addresses[length].store(address, Relaxed);
            self.nodes[length].store(node, Relaxed);
            self.length.store(length + 1, Relaxed);
        }
    }
}

// SAFETY: atomics of zero are valid; there is no destructor.
unsafe impl Zeroed for StackIndex {}

static INDEX: AtomicPtr<StackIndex> = AtomicPtr::new(std::ptr::null_mut());

/// The site of a stack, and whether it is new; a new stack gets a number of the thread's batch.
#[cold]
pub(super) fn find_or_add_site(frames: &Frames, batch: &Batch) -> (u32, bool) {
    let tables = tables::bulk().zip(get_or_make_index());
    let Some((lists, index)) = tables else { return (OVERFLOW_SITE, false) };
    let _locked = Locked::new(&index.lock);
    StackTables { lists, index }.find_or_add(frames, batch).unwrap_or((OVERFLOW_SITE, false))
}

/// The site of the stack with this hash, if any thread has met it.
#[cold]
pub(super) fn find_site(hash: u64) -> Option<u32> {
    let index = get_or_make_index()?;
    let _locked = Locked::new(&index.lock);
    index.find(hash)
}

/// The hash of the stack of a site.
pub(super) fn site_hash(site: u32) -> u64 {
    get_or_make_index().map_or(0, |index| index.site_hashes[site as usize % MAX_SITES].load(Relaxed))
}

/// The innermost node of a site; 0, the root, for the overflow site.
#[cfg(feature = "symbols")]
pub(super) fn node_of(site: u32) -> u32 {
    tables::bulk().and_then(|lists| lists.site_nodes.get(site as usize)).map_or(0, |node| node.load(Relaxed))
}

/// Begins with empty tables, at the start of a process.
pub(super) fn reset() {
    // A forked child forgets the index of its parent: it names nodes that the child does not have.
    INDEX.store(std::ptr::null_mut(), Relaxed);
    hot().process.nodes.store(1, Relaxed);
    hot().process.sites.store(u64::from(OVERFLOW_SITE) + 1, Relaxed);
    if let Some(lists) = tables::bulk() {
        // The root and the overflow site are read even if no stack is ever added.
        tables::has_node(lists, 0);
        tables::has_site(lists, OVERFLOW_SITE as usize);
    }
}

fn get_or_make_index() -> Option<&'static StackIndex> {
    // SAFETY: the pointer is null or from `zeroed::leak`, which lives as long as the process.
    let existing = || unsafe { INDEX.load(Acquire).as_ref() };
    if let Some(index) = existing() {
        return Some(index);
    }
    let made: &'static StackIndex = zeroed::leak()?;
    let pointer = std::ptr::from_ref(made).cast_mut();
    match INDEX.compare_exchange(std::ptr::null_mut(), pointer, AcqRel, Acquire) {
        Ok(_) => Some(made),
        // Another thread was faster. Our mapping was never touched and only takes address space.
        Err(_) => existing(),
    }
}

impl StackIndex {
    /// The site of a stack, which is identified by its 64-bit hash; used under the lock. Among a
    /// million stacks, two have the same hash with a probability of one in thirty million.
    fn find(&self, hash: u64) -> Option<u32> {
        self.by_hash.find(hash, |site| self.site_hashes[site as usize].load(Relaxed) == hash)
    }
}

/// The call tree and the sites; used under the lock.
struct StackTables {
    lists: &'static BulkTables,
    index: &'static StackIndex,
}

impl StackTables {
    fn find_or_add(&self, frames: &Frames, batch: &Batch) -> Option<(u32, bool)> {
        let hash_of = |site: u32| self.index.site_hashes[site as usize].load(Relaxed);
        if let Some(site) = self.index.find(frames.hash) {
            return Some((site, false));
        }
        let outermost_first = || frames.addresses().iter().rev().copied();
        let path = &self.index.last_path;
        let (shared, mut node) = path.share(outermost_first());
        for address in outermost_first().skip(shared) {
            node = self.find_or_add_child(node, address)?;
            path.push(address, node);
        }
        let site = self.take_number(batch)?;
        self.lists.site_nodes[site as usize].store(node, Relaxed);
        self.index.site_hashes[site as usize].store(frames.hash, Relaxed);
        self.index.by_hash.insert(site, hash_of);
        Some((site, true))
    }

    /// A number that no stack has yet.
    fn take_number(&self, batch: &Batch) -> Option<u32> {
        if batch.next.load(Relaxed) == batch.end.load(Relaxed) {
            let first = hot().process.sites.load(Relaxed) as u32;
            if first as usize >= MAX_SITES {
                return None;
            }
            // With many threads, whole batches would run out: then numbers are given one by one.
            let is_scarce = first as usize >= MAX_SITES / 2;
            let end = if is_scarce { first + 1 } else { (first / BATCH + 1) * BATCH };
            if !tables::has_site(self.lists, end as usize - 1) {
                return None;
            }
            batch.next.store(first, Relaxed);
            batch.end.store(end, Relaxed);
            hot().process.sites.store(end.into(), Release);
        }
        let number = batch.next.load(Relaxed);
        batch.next.store(number + 1, Relaxed);
        Some(number)
    }

    /// The node for `address` called from `parent`; it is added if it is new.
    fn find_or_add_child(&self, parent: u32, address: u64) -> Option<u32> {
        let (parents, addresses) = (&self.lists.node_parents, &self.lists.node_addresses);
        let of = |node: u32| (parents[node as usize].load(Relaxed), addresses[node as usize].load(Relaxed));
        // PERF: both numbers change every bit of the hash. Few addresses have many parents.
        let hash = |(parent, address): (u32, u64)| {
            let mixed = address.wrapping_add(u64::from(parent).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
            mixed ^ mixed >> 32
        };
        let wanted = (parent, address);
        let by_child = &self.index.by_child;
        if let Some(node) = by_child.find(hash(wanted), |node| of(node) == wanted) {
            return Some(node);
        }
        let node = u32::try_from(hot().process.nodes.load(Relaxed)).ok()?;
        if !tables::has_node(self.lists, node as usize) {
            return None;
        }
        parents[node as usize].store(parent, Relaxed);
        addresses[node as usize].store(address, Relaxed);
        by_child.insert(node, |node| hash(of(node)));
        hot().process.nodes.store(u64::from(node) + 1, Release);
        Some(node)
    }
}

/// A lock for code that may not sleep in the kernel.
pub(super) struct Locked<'a>(&'a AtomicBool);

impl<'a> Locked<'a> {
    pub(super) fn new(lock: &'a AtomicBool) -> Locked<'a> {
        while lock.swap(true, Acquire) {
            std::thread::yield_now();
        }
        Locked(lock)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.store(false, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_shares_the_outer_frames_of_the_one_before_it() {
        let path = LastPath {
            length: AtomicUsize::new(0),
            addresses: [const { AtomicU64::new(0) }; MAX_FRAMES],
            nodes: [const { AtomicU32::new(0) }; MAX_FRAMES],
        };
        assert_eq!(path.share([100, 200].into_iter()), (0, 0), "the first stack begins at the root");
        for (address, node) in [(100, 1), (200, 2), (300, 3)] {
            path.push(address, node);
        }
        assert_eq!(path.share([100, 200, 400].into_iter()), (2, 2));
        // What differed is gone: the old third frame must not come back behind another second one.
        assert_eq!(path.share([100, 200, 300].into_iter()), (2, 2));
        assert_eq!(path.share([500].into_iter()), (0, 0));
    }
}
