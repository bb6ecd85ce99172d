//! Scopes, which [`limit`](crate::limit()) measures, independent of regions. A thread is in at most
//! one scope at a time. Each block that it allocates there is entered in the table of the scope's
//! *family*: the outermost scope and the scopes nested in it (see `scope_table`).
//!
//! The header of such a block carries the family's tag above the site number, so that a free by any
//! thread is counted. Outside of scopes this takes one branch per event: on a thread-local pointer
//! when a block is allocated, on the tag when it is freed.

mod scope_table;

use super::header::{self, Header};
use super::{fork, thread, unwind};
use heaplab_profile::raw::tables::MAX_SITES;
pub(crate) use scope_table::ScopeTotals;
use scope_table::{LiveBlock, ScopeTable};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The low bits of a header's site number are the site; the family's tag is above them.
const SITE_BITS: u32 = MAX_SITES.ilog2();
const _: () = assert!(MAX_SITES == 1 << SITE_BITS, "the thread's tables mask the tag away");
/// Tags of families; 0 means none.
const TAGS: u32 = (u32::MAX >> SITE_BITS) - 1;

thread_local! {
    // It has no destructor, so it can be used while a thread ends.
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

/// A block that is being reallocated, and the family it belongs to.
pub(super) struct LiftedBlock {
    block: LiveBlock,
    family: Arc<ScopeFamily>,
}

impl Scope {
    /// Opens a scope: nested in the scope of this thread, or the first of a new family.
    pub(crate) fn open() -> Scope {
        thread::untracked(|| {
            if let Some(outer) = Scope::current() {
                let index = outer.family.table().open(Some(outer.index));
                return Scope { family: outer.family, index };
            }
            // After 1,022 families a tag is used again. Each family has only its own blocks in its
            // table, so every family with the tag is asked for a block.
            let tag = LAST_TAG.fetch_add(1, Relaxed) % TAGS + 1;
            let mut books = ScopeTable::default();
            let index = books.open(None);
            let family = Arc::new(ScopeFamily { tag, table: Mutex::new(books) });
            let mut families = lock(&FAMILIES);
            families.retain(|family| family.strong_count() > 0);
            families.push(Arc::downgrade(&family));
            Scope { family, index }
        })
    }

    pub(crate) fn current() -> Option<Scope> {
        with_current(Scope::clone)
    }

    /// Runs `work` with this thread in the scope. Afterwards, also after a panic, the thread is
    /// back in its former scope.
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

    pub(crate) fn totals(&self) -> ScopeTotals {
        thread::untracked(|| self.family.table().totals(self.index))
    }

    /// The figures so far per site, as a recording.
    #[cfg(feature = "symbols")]
    pub(crate) fn recording(&self) -> heaplab_profile::raw::RawRecording {
        thread::untracked(|| {
            let sites = self.family.table().sites(self.index);
            // The nodes are read after the sites: a site must not refer to a node that was not
            // copied.
            let names = heaplab_profile::raw::tables::read_name_tables(&super::tables::OwnTables);
            let names = names.unwrap_or_default();
            heaplab_profile::raw::RawRecording {
                modules: names.modules,
                nodes: names.nodes,
                python: names.python,
                threads: vec![String::new()],
                sites,
                ..heaplab_profile::raw::RawRecording::default()
            }
        })
    }
}

impl ScopeFamily {
    fn table(&self) -> MutexGuard<'_, ScopeTable> {
        lock(&self.table)
    }

    /// The first result of `ask` among the families with this tag that still exist. This thread's
    /// own family is asked first. A forked child asks none: another thread of its parent may have
    /// held a lock.
    fn find<R>(tag: u32, ask: impl Fn(&Arc<ScopeFamily>) -> Option<R>) -> Option<R> {
        if fork::is_child() {
            return None;
        }
        let own = Scope::current().filter(|scope| scope.family.tag == tag);
        let found = own.and_then(|scope| ask(&scope.family));
        found.or_else(|| {
            let families: Vec<Arc<ScopeFamily>> =
                lock(&FAMILIES).iter().filter_map(Weak::upgrade).filter(|family| family.tag == tag).collect();
            families.iter().find_map(ask)
        })
    }
}

/// Whether any thread has recorded. If none has, the recorder is not the program's allocator.
pub(crate) fn has_recorded() -> bool {
    thread::all_threads().next().is_some()
}

/// Whether this thread is in a scope. Every allocation asks this.
#[inline]
pub(super) fn is_entered() -> bool {
    CURRENT.with(|entered| !entered.get().is_null())
}

/// Whether a block belongs to a family. Every free asks this.
#[inline]
pub(super) fn is_tagged(header: Header) -> bool {
    header.site >> SITE_BITS != 0
}

pub(super) fn site_without_tag(header: Header) -> u32 {
    header.site & (u32::MAX >> SITE_BITS)
}

/// Records a block that a thread in a scope allocated. Returns the header with the family's tag.
#[cold]
#[inline(never)]
pub(super) fn record_alloc(header: Header, block: *mut u8, size: usize) -> Header {
    if fork::is_child() {
        return header;
    }
    let start = unwind::caller_start();
    let site = thread::with_current(|thread| match header.site {
        // No region is open.
        0 => thread.find_site(&start),
        site => site,
    });
    // The recorder's own blocks belong to no scope.
    let Some(site) = site else { return header };
    thread::untracked(|| with_current(|scope| scope.record_block(header, block, size, site)))
        .unwrap_or(header)
}

/// Records that a tagged block is freed.
#[cold]
#[inline(never)]
pub(super) fn record_free(header: Header, block: *mut u8) {
    thread::with_current(|_| {
        thread::untracked(|| {
            ScopeFamily::find(header.site >> SITE_BITS, |family| family.table().remove_block(block.addr()));
        });
    });
}

/// Takes a block out of the table while it is reallocated: another thread may get its old address
/// before the new address is known.
#[cold]
#[inline(never)]
pub(super) fn take_block(header: Header, block: *mut u8) -> Option<LiftedBlock> {
    thread::with_current(|_| {
        let tag = header.site >> SITE_BITS;
        thread::untracked(|| {
            ScopeFamily::find(tag, |family| {
                let lifted = family.table().take_block(block.addr())?;
                Some(LiftedBlock { block: lifted, family: family.clone() })
            })
        })
    })?
}

/// Puts a block back that was taken out, with its new address and size. A block that was not in the
/// table belongs to this thread's scope from now on, by dhat's rule for blocks allocated outside.
///
/// # Safety
/// `block` has a header.
#[cold]
#[inline(never)]
pub(super) unsafe fn put_block_back(lifted: Option<LiftedBlock>, block: *mut u8, size: usize) {
    let start = unwind::caller_start();
    // SAFETY: the caller's promise.
    let header = unsafe { header::read(block) };
    let tagged = thread::with_current(|thread| {
        let new_site = || thread.find_site(&start);
        let site = if lifted.is_none() && is_entered() { new_site() } else { 0 };
        thread::untracked(|| {
            let Some(lifted) = lifted else {
                if fork::is_child() {
                    return None;
                }
                return with_current(|scope| scope.record_block(header, block, size, site));
            };
            lifted.family.table().put_back(block.addr(), lifted.block, size as u64);
            Some(with_tag(header, lifted.family.tag))
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
    // SAFETY: the pointer is null or was set by `enter` to a scope that is borrowed until `enter`
    // resets it.
    unsafe { entered.as_ref() }.map(look)
}

/// The data stays usable after a panic: the code under these locks does not panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
