//! The table of a family of scopes: every live block by its address, and the sums of each scope
//! over its own blocks and those of the scopes nested in it. Everything is under one lock, so it is
//! exact with any number of threads.

#[cfg(feature = "symbols")]
use super::super::stacks;
use heaplab_profile::raw::tables::OVERFLOW_SITE;
use std::collections::HashMap;

/// Sites per scope; further ones are counted together at the overflow site.
const MOST_SITES: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::recorder) struct LiveBlock {
    pub(super) size: u64,
    pub(super) site: u32,
    /// The scope in which it was allocated.
    pub(super) scope: usize,
}

/// The figures that a limit is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScopeTotals {
    pub(crate) peak_bytes: u64,
    /// Allocations.
    pub(crate) blocks: u64,
    pub(crate) live_bytes: u64,
    pub(crate) live_blocks: u64,
}

#[derive(Debug, Default)]
pub(super) struct ScopeTable {
    /// Live blocks by address. PERF: 40 bytes per live block; the header has no room for a scope.
    blocks: HashMap<usize, LiveBlock>,
    scopes: Vec<ScopeSums>,
}

#[derive(Debug, Default)]
struct ScopeSums {
    parent: Option<usize>,
    totals: ScopeTotals,
    /// Whether the live bytes are at their peak now.
    is_at_peak: bool,
    /// As in `peak`: begins at 1 and increases when a peak ends.
    epoch: u64,
    sites: HashMap<u32, ScopeSite>,
}

#[derive(Debug, Default)]
struct ScopeSite {
    births: u64,
    birth_bytes: u64,
    live: LiveFigures,
    /// The live figures when the last peak before `epoch` ended; meaningless while `epoch` is older
    /// than the scope's.
    saved: LiveFigures,
    epoch: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct LiveFigures {
    blocks: u64,
    bytes: u64,
}

impl ScopeTable {
    /// Opens a scope and returns its index.
    pub(super) fn open(&mut self, within: Option<usize>) -> usize {
        // A new site has epoch 0, which no scope ever has.
        self.scopes.push(ScopeSums { parent: within, epoch: 1, ..ScopeSums::default() });
        self.scopes.len() - 1
    }

    pub(super) fn add_block(&mut self, address: usize, block: LiveBlock) {
        if let Some(gone) = self.blocks.insert(address, block) {
            // The earlier block was freed without our seeing it, or its address could not be in use
            // again.
            self.for_each_enclosing(gone.scope, |sums| sums.count_free(gone));
        }
        self.for_each_enclosing(block.scope, |sums| sums.count_alloc(block));
    }

    /// Counts a free; `None` if the table does not have the block.
    pub(super) fn remove_block(&mut self, address: usize) -> Option<()> {
        let block = self.take_block(address)?;
        self.for_each_enclosing(block.scope, |sums| sums.count_free(block));
        Some(())
    }

    /// Takes a block out while it has no address. It still counts as live.
    pub(super) fn take_block(&mut self, address: usize) -> Option<LiveBlock> {
        self.blocks.remove(&address)
    }

    pub(super) fn put_back(&mut self, address: usize, lifted: LiveBlock, size: u64) {
        if let Some(gone) = self.blocks.insert(address, LiveBlock { size, ..lifted }) {
            self.for_each_enclosing(gone.scope, |sums| sums.count_free(gone));
        }
        self.for_each_enclosing(lifted.scope, |sums| sums.count_realloc(lifted, size));
    }

    pub(super) fn totals(&self, scope: usize) -> ScopeTotals {
        self.scopes.get(scope).map_or_else(ScopeTotals::default, |sums| sums.totals)
    }

    #[cfg(feature = "symbols")]
    pub(super) fn sites(&self, scope: usize) -> Vec<heaplab_profile::raw::RawSite> {
        let Some(sums) = self.scopes.get(scope) else { return Vec::new() };
        let raw = |(&number, site): (&u32, &ScopeSite)| {
            let at_peak = site.figures_at_peak(sums);
            heaplab_profile::raw::RawSite {
                node: stacks::node_of(number),
                births: site.births,
                birth_bytes: site.birth_bytes,
                live_blocks: site.live.blocks as i64,
                live_bytes: site.live.bytes as i64,
                peak_blocks: at_peak.blocks as i64,
                peak_bytes: at_peak.bytes as i64,
                ..heaplab_profile::raw::RawSite::default()
            }
        };
        sums.sites.iter().map(raw).collect()
    }

    /// Applies a change to the scope and to all scopes around it.
    fn for_each_enclosing(&mut self, scope: usize, mut change: impl FnMut(&mut ScopeSums)) {
        let mut next = Some(scope);
        while let Some(sums) = next.and_then(|index| self.scopes.get_mut(index)) {
            change(sums);
            next = sums.parent;
        }
    }
}

impl ScopeSums {
    fn count_alloc(&mut self, block: LiveBlock) {
        self.totals.blocks += 1;
        self.totals.live_blocks += 1;
        self.totals.live_bytes += block.size;
        let site = self.saved_site(block.site);
        site.births += 1;
        site.birth_bytes += block.size;
        site.live.blocks += 1;
        site.live.bytes += block.size;
        self.update_peak();
    }

    fn count_realloc(&mut self, block: LiveBlock, size: u64) {
        if size < block.size {
            self.leave_peak();
        }
        self.totals.live_bytes = (self.totals.live_bytes + size).saturating_sub(block.size);
        let site = self.saved_site(block.site);
        site.live.bytes = (site.live.bytes + size).saturating_sub(block.size);
        self.update_peak();
    }

    fn count_free(&mut self, block: LiveBlock) {
        self.leave_peak();
        self.totals.live_blocks = self.totals.live_blocks.saturating_sub(1);
        self.totals.live_bytes = self.totals.live_bytes.saturating_sub(block.size);
        let site = self.saved_site(block.site);
        site.live.blocks = site.live.blocks.saturating_sub(1);
        site.live.bytes = site.live.bytes.saturating_sub(block.size);
    }

    /// The site, after its figures at the last peak were saved if necessary.
    fn saved_site(&mut self, number: u32) -> &mut ScopeSite {
        let has_room = self.sites.len() < MOST_SITES || self.sites.contains_key(&number);
        let site = self.sites.entry(if has_room { number } else { OVERFLOW_SITE }).or_default();
        if site.epoch != self.epoch {
            site.saved = site.live;
            site.epoch = self.epoch;
        }
        site
    }

    fn leave_peak(&mut self) {
        self.epoch += u64::from(self.is_at_peak);
        self.is_at_peak = false;
    }

    /// `>=`: of equal peaks the latest counts, as in dhat.
    fn update_peak(&mut self) {
        if self.totals.live_bytes >= self.totals.peak_bytes {
            self.totals.peak_bytes = self.totals.live_bytes;
            self.is_at_peak = true;
        }
    }
}

#[cfg(any(test, feature = "symbols"))]
impl ScopeSite {
    fn figures_at_peak(&self, sums: &ScopeSums) -> LiveFigures {
        if !sums.is_at_peak && self.epoch == sums.epoch { self.saved } else { self.live }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(size: u64, site: u32, scope: usize) -> LiveBlock {
        LiveBlock { size, site, scope }
    }

    fn at_peak(books: &ScopeTable, scope: usize, site: u32) -> (u64, u64) {
        let sums = &books.scopes[scope];
        let held = sums.sites[&site].figures_at_peak(sums);
        (held.blocks, held.bytes)
    }

    #[test]
    fn a_scope_counts_what_lies_within_it_and_not_what_lies_around_it() {
        let mut books = ScopeTable::default();
        let outer = books.open(None);
        books.add_block(0x10, block(100, 2, outer));
        let inner = books.open(Some(outer));
        books.add_block(0x20, block(30, 3, inner));
        books.remove_block(0x10);
        books.remove_block(0x99);
        let (inner, outer) = (books.totals(inner), books.totals(outer));
        assert_eq!(inner, ScopeTotals { peak_bytes: 30, blocks: 1, live_bytes: 30, live_blocks: 1 });
        assert_eq!(outer, ScopeTotals { peak_bytes: 130, blocks: 2, live_bytes: 30, live_blocks: 1 });
    }

    #[test]
    fn sites_know_what_they_held_at_the_peak() {
        let mut books = ScopeTable::default();
        let scope = books.open(None);
        books.add_block(0x10, block(100, 2, scope));
        let lifted = books.take_block(0x10).unwrap();
        books.put_back(0x30, lifted, 400);
        books.add_block(0x40, block(50, 3, scope));
        books.remove_block(0x30);
        books.add_block(0x50, block(60, 3, scope));
        assert_eq!(books.totals(scope).peak_bytes, 450);
        assert_eq!((at_peak(&books, scope, 2), at_peak(&books, scope, 3)), ((1, 400), (1, 50)));
        books.add_block(0x60, block(340, 4, scope));
        assert_eq!((at_peak(&books, scope, 2), at_peak(&books, scope, 3)), ((0, 0), (2, 110)), "the later");
    }

    #[test]
    fn an_address_that_comes_again_was_freed_in_between() {
        let mut books = ScopeTable::default();
        let scope = books.open(None);
        books.add_block(0x10, block(100, 2, scope));
        books.add_block(0x10, block(40, 3, scope));
        let measured = books.totals(scope);
        assert_eq!((measured.live_blocks, measured.live_bytes, measured.blocks), (1, 40, 2));
    }

    #[test]
    fn sites_beyond_the_cap_are_counted_together() {
        let mut books = ScopeTable::default();
        let scope = books.open(None);
        for number in 0..MOST_SITES + 10 {
            books.add_block(0x1000 + number, block(1, 2 + number as u32, scope));
        }
        assert_eq!(books.scopes[scope].sites[&OVERFLOW_SITE].births, 10);
        assert_eq!(books.scopes[scope].sites.len(), MOST_SITES + 1);
    }
}
