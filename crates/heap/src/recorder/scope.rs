//! Scopes: what `limit` measures, whatever regions there are. A thread is in at most one scope at a time; what it allocates
//! there is written down block by block (see `books`) under the lock of the scope's family: the outermost scope and those
//! within it.
//!
//! A block of a family carries the family's tag above the site in its header, so that it is known whoever frees it. The hot
//! path pays one branch: on a thread-local null when a block is made, on the tag when it is freed.

mod scope_table;

use super::header::{self, Header};
use super::stacks::{self, MAX_SITES};
use super::{thread, walk};
pub(crate) use scope_table::ScopeTotals;
use scope_table::{LiveBlock, ScopeTable};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The bits of a header's site number that are the site; a family's tag lies above them.
const SITE_BITS: u32 = 16;
const _: () = assert!(MAX_SITES == 1 << SITE_BITS, "the thread's tables mask the tag away");

thread_local! {
    // Without a destructor, so that it can be used while a thread ends.
    static CURRENT: Cell<*const Scope> = const { Cell::new(ptr::null()) };
}

static FAMILIES: Mutex<Vec<Weak<ScopeFamily>>> = Mutex::new(Vec::new());
static LAST_TAG: AtomicU32 = AtomicU32::new(0);

/// One measurement, shared by the threads that are in it.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    family: Arc<ScopeFamily>,
    index: usize,
}

#[derive(Debug)]
struct ScopeFamily {
    tag: u32,
    table: Mutex<ScopeTable>,
}

impl Scope {
    /// A new scope: within the one that this thread is in, or the first of a family.
    pub(crate) fn open() -> Scope {
        thread::untracked(|| {
            if let Some(outer) = Scope::current() {
                let index = outer.family.table().open(Some(outer.index));
                return Scope { family: outer.family, index };
            }
            // Tag 0 is no family. After 65,535 families a tag comes again: a block that one has left behind carries it, but
            // stands in no book of the other.
            let tag = LAST_TAG.fetch_add(1, Relaxed) % (u32::MAX >> SITE_BITS) + 1;
            let mut books = ScopeTable::default();
            let index = books.open(None);
            let family = Arc::new(ScopeFamily { tag, table: Mutex::new(books) });
            let mut families = lock(&FAMILIES);
            families.retain(|family| family.strong_count() > 0);
            families.push(Arc::downgrade(&family));
            Scope { family, index }
        })
    }

    /// The scope that this thread is in.
    pub(crate) fn current() -> Option<Scope> {
        with_current(Scope::clone)
    }

    /// Runs `work` with this thread in the scope. Also when it panics, the thread is afterwards where it was before.
    pub(crate) fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        struct Restore(*const Scope);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.with(|entered| entered.set(self.0));
            }
        }
        let _restore = Restore(CURRENT.with(|entered| entered.replace(self)));
        work()
    }

    /// What was measured so far.
    pub(crate) fn totals(&self) -> ScopeTotals {
        thread::untracked(|| self.family.table().totals(self.index))
    }

    /// What was measured so far, site by site, as a recording with nothing else in it.
    #[cfg(feature = "symbols")]
    pub(crate) fn recording(&self) -> heaplab_profile::raw::RawRecording {
        thread::untracked(|| {
            let sites = self.family.table().sites(self.index);
            heaplab_profile::raw::RawRecording {
                modules: super::modules::list_modules(),
                threads: vec![String::new()],
                sites,
                // After the sites: no site may name a stack that is not there yet.
                nodes: stacks::collect_nodes(),
                ..heaplab_profile::raw::RawRecording::default()
            }
        })
    }
}

impl ScopeFamily {
    fn table(&self) -> MutexGuard<'_, ScopeTable> {
        lock(&self.table)
    }

    /// The family of a tag, if it still measures.
    fn find(tag: u32) -> Option<Arc<ScopeFamily>> {
        let own = Scope::current().filter(|scope| scope.family.tag == tag);
        let found = || lock(&FAMILIES).iter().filter_map(Weak::upgrade).find(|family| family.tag == tag);
        own.map(|scope| scope.family).or_else(found)
    }
}

/// Whether any thread has ever recorded: if none has, the recorder is not the program's allocator.
pub(crate) fn has_recorded() -> bool {
    thread::all_threads().next().is_some()
}

/// Whether this thread is in a scope: the branch that a new block costs.
#[inline]
pub(super) fn is_entered() -> bool {
    CURRENT.with(|entered| !entered.get().is_null())
}

/// Whether a block is of a family: the branch that a free costs.
#[inline]
pub(super) fn is_tagged(header: Header) -> bool {
    header.site >> SITE_BITS != 0
}

/// The site in a header, without a family's tag.
pub(super) fn site_without_tag(header: Header) -> u32 {
    header.site & (u32::MAX >> SITE_BITS)
}

/// A block that was made by a thread in a scope. Gives the header with the family's tag.
#[cold]
#[inline(never)]
pub(super) fn record_alloc(header: Header, block: *mut u8, size: usize) -> Header {
    let frame = walk::frame_pointer();
    let site = thread::with_current(|thread| match header.site {
        // No region is open.
        0 => thread.find_site(frame),
        site => site,
    });
    // The recorder's own blocks are in no scope.
    let Some(site) = site else { return header };
    thread::untracked(|| with_current(|scope| scope.record_block(header, block, size, site)))
        .unwrap_or(header)
}

/// A block that its owner gives back.
#[cold]
#[inline(never)]
pub(super) fn record_free(header: Header, block: *mut u8) {
    thread::with_current(|_| {
        thread::untracked(|| {
            if let Some(family) = ScopeFamily::find(header.site >> SITE_BITS) {
                family.table().remove_block(block.addr());
            }
        });
    });
}

/// Takes a block out of the books while it is reallocated: its address may be another thread's before the new one is known.
#[cold]
#[inline(never)]
pub(super) fn take_block(header: Header, block: *mut u8) -> Option<LiveBlock> {
    thread::with_current(|_| {
        thread::untracked(|| ScopeFamily::find(header.site >> SITE_BITS)?.table().take_block(block.addr()))
    })?
}

/// Puts a block back that was lifted, at the address and with the size that it has now. One that was not in the books is of
/// this thread's scope from now on: dhat's rule for blocks that were born outside.
///
/// # Safety
/// `block` has a header.
#[cold]
#[inline(never)]
pub(super) unsafe fn put_block_back(before: Header, lifted: Option<LiveBlock>, block: *mut u8, size: usize) {
    let frame = walk::frame_pointer();
    // SAFETY: the caller's promise.
    let header = unsafe { header::read(block) };
    let tagged = thread::with_current(|thread| {
        let new_site = || thread.find_site(frame);
        let site = if lifted.is_none() && is_entered() { new_site() } else { 0 };
        thread::untracked(|| {
            let Some(lifted) = lifted else {
                return with_current(|scope| scope.record_block(header, block, size, site));
            };
            let tag = before.site >> SITE_BITS;
            ScopeFamily::find(tag)?.table().put_back(block.addr(), lifted, size as u64);
            Some(with_tag(header, tag))
        })
    });
    if let Some(header) = tagged.flatten() {
        // SAFETY: the caller's promise.
        unsafe { header::write(block, header) };
    }
}

impl Scope {
    fn record_block(&self, header: Header, block: *mut u8, size: usize, site: u32) -> Header {
        let site = site & (u32::MAX >> SITE_BITS);
        let block_at_birth = LiveBlock { size: size as u64, site, scope: self.index };
        self.family.table().add_block(block.addr(), block_at_birth);
        with_tag(header, self.family.tag)
    }
}

fn with_tag(header: Header, tag: u32) -> Header {
    Header { site: site_without_tag(header) | tag << SITE_BITS, ..header }
}

fn with_current<R>(look: impl FnOnce(&Scope) -> R) -> Option<R> {
    let entered = CURRENT.with(Cell::get);
    // SAFETY: null, or set by `enter` to a scope that is borrowed until it takes the pointer back.
    unsafe { entered.as_ref() }.map(look)
}

/// A thread that panicked has left nothing half done: the books are written by code that does not panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
