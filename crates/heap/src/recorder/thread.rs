//! The tables of one thread: its counters per site, its cache of known stacks, its name. A thread
//! writes only its own tables; readers walk the list of all.
//!
//! Events (a block is allocated, resized or freed) can come at any time: in destructors while a
//! thread ends, in a signal handler during another event, in a forked child. `is_busy` means that
//! the recorder itself is running on this thread and may hold a lock; such events are not counted.
//! Events of a signal handler during another event are counted.

use super::errno::keep_errno;
#[cfg(all(feature = "preload", target_os = "linux"))]
use super::python::{self, PythonMemo};
use super::site::{Lifetimes, SingleWriter as _};
use super::stacks::{self, Batch, Locked};
use super::tables::{self, hot};
use super::unwind::{Frames, StackBounds, StackMemo, StackStart, Walk};
use super::zeroed::{self, Zeroed};
use super::{fork, linker, modules, peak};
use heaplab_profile::raw::tables::*;
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU32, Ordering::*};
use thread_stack_cache::StackCache;

mod at_thread_end;
#[cfg(all(feature = "preload", target_os = "linux"))]
mod python_site;
#[cfg(all(feature = "preload", target_os = "linux"))]
mod static_local;
mod table_pool;
mod thread_stack_cache;

/// Groups of sites whose counters share a segment.
const GROUPS: usize = MAX_SITES / SEGMENT_SITES;

/// What a thread needs besides its row and its segments of the recording's tables. 12 MiB of address
/// space, of which a thread touches a few pages.
pub(super) struct ThreadTables {
    next: AtomicPtr<ThreadTables>,
    index: AtomicU32,
    /// The process that made the tables, as [`fork::generation`] counts.
    generation: AtomicU32,
    row: AtomicPtr<ThreadRow>,
    /// How many bytes this thread may keep back of its changes; 0 makes it ask at the next one.
    pub(super) slack: AtomicI64,
    batch: Batch,
    stack_memo: StackMemo,
    stack_cache: StackCache,
    #[cfg(all(feature = "preload", target_os = "linux"))]
    python: PythonMemo,
    /// The segments of this thread's counters, by group.
    counters: [AtomicPtr<Segment>; GROUPS],
    lifetimes: [AtomicPtr<Segment>; GROUPS],
}

// SAFETY: atomics and null pointers of zero are valid; there is no destructor.
unsafe impl Zeroed for ThreadTables {}

/// Held while a segment is added.
static SEGMENTS_LOCK: AtomicBool = AtomicBool::new(false);
static THREADS: AtomicPtr<ThreadTables> = AtomicPtr::new(ptr::null_mut());
static OWNER: AtomicPtr<ThreadTables> = AtomicPtr::new(ptr::null_mut());

struct Local {
    thread: Cell<*const ThreadTables>,
    /// The tables under this thread's earlier name, until it gets new ones.
    former: Cell<*const ThreadTables>,
    /// The thread's tables were released. What its last destructors do takes and releases tables
    /// event by event.
    ended: Cell<bool>,
    /// The recorder is running on this thread: its own allocations are not the program's.
    is_busy: Cell<bool>,
    /// The lowest address of the thread's stack and one past its highest; zeros before they are known.
    stack: Cell<(usize, usize)>,
}

#[cfg(all(feature = "preload", target_os = "linux"))]
static LOCAL: static_local::StaticLocal = static_local::StaticLocal;

#[cfg(not(all(feature = "preload", target_os = "linux")))]
thread_local! {
    // It has no destructor, so it can be used while a thread ends.
    static LOCAL: Local = const {
        Local {
            thread: Cell::new(ptr::null()),
            former: Cell::new(ptr::null()),
            ended: Cell::new(false),
            is_busy: Cell::new(false),
            stack: Cell::new((0, 0)),
        }
    };
}

/// Runs `event` with this thread's tables, unless the recorder is already running on this thread.
/// PERF: `LocalKey::with` is not inlined if it contains a whole event.
#[inline(always)]
pub(super) fn with_current<R>(event: impl FnOnce(&'static ThreadTables) -> R) -> Option<R> {
    let (busy, thread) = LOCAL.with(|local| (local.is_busy.get(), local.thread.get()));
    if busy {
        return None;
    }
    // SAFETY: null or from `zeroed::leak`, which lives as long as the process.
    match unsafe { thread.as_ref() } {
        Some(thread) => Some(event(thread)),
        None => LOCAL.with(|local| with_new_tables(local, event)),
    }
}

/// Gives this thread its tables before its first event.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(super) fn prepare() {
    with_current(|_| ());
}

/// Handles the first event of a thread, and every event after its end.
#[cold]
#[inline(never)]
fn with_new_tables<R>(local: &Local, event: impl FnOnce(&'static ThreadTables) -> R) -> Option<R> {
    let _kept = keep_errno();
    local.is_busy.set(true);
    let thread = register_thread(local);
    if let Some(thread) = thread.filter(|_| !local.ended.get()) {
        at_thread_end::release_at_thread_end(thread);
    }
    local.is_busy.set(false);
    let Some(thread) = thread else {
        hot().process.lost_events.fetch_add(1, Relaxed);
        return None;
    };
    if !local.ended.get() {
        local.thread.set(thread);
        return Some(event(thread));
    }
    // Our destructor may not run again, so the tables are released at once.
    let result = event(thread);
    thread.release();
    Some(result)
}

/// Runs `work` without recording what it allocates.
pub(crate) fn untracked<R>(work: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            LOCAL.with(|local| local.is_busy.set(self.0));
        }
    }
    let _restore = Restore(LOCAL.with(|local| local.is_busy.replace(true)));
    work()
}

/// The tables of every thread that has recorded, the latest first.
pub(super) fn all_threads() -> impl Iterator<Item = &'static ThreadTables> {
    // SAFETY: null or from `zeroed::leak`.
    let first = unsafe { THREADS.load(Acquire).as_ref() };
    // SAFETY: as above; the list only ever grows at its head.
    std::iter::successors(first, |thread| unsafe { thread.next.load(Acquire).as_ref() })
}

/// Clears all counters and makes the calling thread the owner, whose figures are exact.
pub(super) fn claim_and_clear() {
    all_threads().for_each(ThreadTables::clear);
    tables::clear_segments();
    OWNER.store(ptr::null_mut(), Relaxed);
    with_current(ThreadTables::claim_or_is_owner);
}

/// Forgets all threads, at the start of a forked child, whose only thread this is.
pub(super) fn reset() {
    THREADS.store(ptr::null_mut(), Relaxed);
    OWNER.store(ptr::null_mut(), Relaxed);
    SEGMENTS_LOCK.store(false, Relaxed);
    table_pool::reset();
    LOCAL.with(|local| {
        local.thread.set(ptr::null());
        local.former.set(ptr::null());
    });
}

fn register_thread(local: &Local) -> Option<&'static ThreadTables> {
    // SAFETY: null or from `zeroed::leak`.
    if let Some(former) = unsafe { local.former.replace(ptr::null()).as_ref() } {
        former.release();
    }
    if local.stack.get() == (0, 0) {
        local.stack.set(stack_bounds());
    }
    let (low, high) = local.stack.get();
    let thread = table_pool::acquire()?;
    // The overflow site must have a row, so that no event is lost later.
    thread.counters_of(OVERFLOW_SITE)?;
    thread.stack_memo.set_bounds(StackBounds { low, high });
    Some(thread)
}

impl ThreadTables {
    /// Whether this thread owns the region. The first thread that asks becomes the owner.
    #[inline]
    pub(super) fn claim_or_is_owner(&self) -> bool {
        let me = ptr::from_ref(self).cast_mut();
        let owner = OWNER.load(Relaxed);
        if ptr::eq(owner, me) {
            return true;
        }
        if owner.is_null() && OWNER.compare_exchange(ptr::null_mut(), me, Relaxed, Relaxed).is_ok() {
            return true;
        }
        peak::mark_shared();
        false
    }

    #[inline]
    pub(super) fn find_site(&self, start: &StackStart) -> u32 {
        let StackStart { return_address, stack_pointer, frame_pointer } = *start;
        #[cfg(all(feature = "preload", target_os = "linux"))]
        if python::is_active() {
            return self.find_python_site(return_address, stack_pointer, frame_pointer);
        }
        self.stack_memo
            .find(start)
            .unwrap_or_else(|| self.find_site_slowly(return_address, stack_pointer, frame_pointer))
    }

    /// Handles a stack that the memo does not have, or that is not known to be whole. PERF: the
    /// start is passed in registers, so that an event does not write it to memory.
    #[cold]
    #[inline(never)]
    fn find_site_slowly(&self, return_address: u64, stack_pointer: usize, frame_pointer: usize) -> u32 {
        let _kept = keep_errno();
        let start = &StackStart { return_address, stack_pointer, frame_pointer };
        if linker::contains(return_address) {
            linker::note_call();
        }
        if let Some(known) = self.stack_memo.find_doubtful(start).filter(|known| known.site != 0) {
            self.count_walk(known.cut, known.guessed);
            return known.site;
        }
        let mut walk = Walk::new();
        walk.run(start, &self.stack_memo.bounds(), Some(&self.stack_memo));
        if walk.is_cut() || walk.is_guessed() {
            self.count_walk(walk.is_cut(), walk.is_guessed());
        }
        if let Some(site) = self.stack_cache.find(walk.hash()) {
            // PERF: a stack is stored when the thread meets it again. Most stacks of a thread's start
            // never come again, and ten thousand of those took 2.7 MB.
            self.stack_memo.store(&walk, start, site);
            return site;
        }
        match walk.whole_frames() {
            Some(frames) => self.learn_site(frames),
            None => self.walk_and_learn_site(start, walk.hash()),
        }
    }

    /// Handles a stack that this thread's cache does not have, and whose outer part the memo has:
    /// if the stack is new, all its addresses are needed now.
    #[inline(never)]
    fn walk_and_learn_site(&self, start: &StackStart, hash: u64) -> u32 {
        if let Some(site) = untracked(|| stacks::find_site(hash)) {
            self.stack_cache.add(hash, site, stacks::site_hash);
            return site;
        }
        let mut walk = Walk::new();
        walk.run(start, &self.stack_memo.bounds(), None);
        walk.whole_frames().map_or(0, |frames| self.learn_site(frames))
    }

    /// The counters of a site; those of the overflow site if there is no memory for its own.
    #[inline]
    pub(super) fn site(&self, site: u32) -> &SiteRow {
        // SAFETY: null, or a segment of the tables, which stay mapped.
        match unsafe { self.counters[group(site)].load(Relaxed).as_ref() } {
            Some(segment) => &segment.0[site as usize % SEGMENT_SITES],
            None => self.site_of_new_segment(site),
        }
    }

    #[cold]
    fn site_of_new_segment(&self, site: u32) -> &SiteRow {
        let found = self.counters_of(site).or_else(|| self.counters_of(OVERFLOW_SITE));
        // `register_thread` has made the segment of the overflow site.
        found.unwrap_or(&hot().spare_row)
    }

    /// The counters of a site, in a segment that is added if the thread has none for it.
    #[cold]
    fn counters_of(&self, site: u32) -> Option<&SiteRow> {
        let segment = self.segment(&self.counters, SegmentKind::Counters, site)?;
        Some(&segment.0[site as usize % SEGMENT_SITES])
    }

    /// The lifetimes of a site's freed blocks; `None` if there is no memory for them.
    #[inline]
    pub(super) fn lifetimes(&self, site: u32) -> Option<&Lifetimes> {
        // SAFETY: null, or a segment of the tables, which stay mapped.
        let segment = match unsafe { self.lifetimes[group(site)].load(Relaxed).as_ref() } {
            Some(segment) => segment,
            None => self.segment(&self.lifetimes, SegmentKind::Lifetimes, site)?,
        };
        const { assert!(size_of::<Lifetimes>() * SEGMENT_SITES == size_of::<Segment>()) };
        // SAFETY: a segment of lifetimes is an array of these, of the same size.
        let all = unsafe { &*ptr::from_ref(segment).cast::<[Lifetimes; SEGMENT_SITES]>() };
        Some(&all[site as usize % SEGMENT_SITES])
    }

    #[cold]
    fn segment(
        &self,
        directory: &[AtomicPtr<Segment>; GROUPS],
        kind: SegmentKind,
        site: u32,
    ) -> Option<&'static Segment> {
        let place = &directory[group(site)];
        // SAFETY: null, or a segment of the tables, which stay mapped.
        if let Some(segment) = unsafe { place.load(Relaxed).as_ref() } {
            return Some(segment);
        }
        // It is marked busy, because a signal handler that allocates must not wait for the lock
        // that this thread holds.
        let _kept = keep_errno();
        untracked(|| {
            let _locked = Locked::new(&SEGMENTS_LOCK);
            let owner = SegmentOwner { kind, thread: self.index(), group: group(site) as u32 };
            let segment = tables::add_segment(owner)?;
            place.store(ptr::from_ref(segment).cast_mut(), Relaxed);
            Some(segment)
        })
    }

    /// This thread's row of the recording.
    #[inline]
    pub(super) fn row(&self) -> &'static ThreadRow {
        // SAFETY: set by `connect` before anybody else sees the tables, to a row that stays mapped.
        unsafe { &*self.row.load(Relaxed) }
    }

    /// The number of this thread's row.
    #[inline]
    pub(super) fn index(&self) -> u32 {
        self.index.load(Relaxed)
    }

    fn connect(&self, index: u32, row: &'static ThreadRow) {
        self.index.store(index, Relaxed);
        self.generation.store(fork::generation(), Relaxed);
        self.row.store(ptr::from_ref(row).cast_mut(), Relaxed);
    }

    /// Releases the tables. The next thread that takes them sees everything that this one wrote.
    fn release(&self) {
        peak::flush(self.row());
        self.row().is_taken.store(0, Release);
    }

    #[cold]
    fn count_walk(&self, cut: bool, guessed: bool) {
        self.row().slow_walks.add(guessed.into());
        self.row().cut_stacks.add(cut.into());
    }

    #[cold]
    fn learn_site(&self, frames: &Frames) -> u32 {
        // It is marked busy, because a signal handler that allocates must not wait for the lock
        // that this thread holds.
        let (site, is_new) = untracked(|| stacks::find_or_add_site(frames, &self.batch));
        if is_new {
            untracked(|| modules::add_missing(frames.addresses()));
            #[cfg(all(feature = "preload", target_os = "linux"))]
            python::note_stack(frames.addresses());
        }
        self.update_name();
        self.stack_cache.add(frames.hash, site, stacks::site_hash);
        site
    }

    /// Threads get their name after they have started, so the name is checked at each new stack. If
    /// an earlier thread's rows are in these tables, they keep their name and this thread takes
    /// other tables at its next event.
    fn update_name(&self) {
        let now = table_pool::current_name();
        let row = self.row();
        if table_pool::has_name(row, now) || table_pool::has_name(row, table_pool::SEVERAL) {
            return;
        }
        if row.uses.load(Relaxed) <= 1 {
            table_pool::set_name(row, now);
            return;
        }
        LOCAL.with(|local| {
            // Not after the thread's end: then the tables are released anyway.
            if ptr::eq(local.thread.get(), self) {
                local.former.set(local.thread.replace(ptr::null()));
            }
        });
    }

    /// Clears the row for a new region; the segments are cleared by themselves.
    fn clear(&self) {
        let row = self.row();
        self.slack.set(0);
        row.pending_bytes.set(0);
        row.pending_clock_bytes.set(0);
        row.uses.set(row.is_taken.load(Relaxed));
        row.slow_walks.set(0);
        row.cut_stacks.set(0);
    }
}

#[inline(always)]
fn group(site: u32) -> usize {
    (site as usize / SEGMENT_SITES) % GROUPS
}

/// The lowest address of this thread's stack and one past its highest; zeros if unknown, which
/// makes every walk use the unwind tables.
#[cfg(target_os = "linux")]
pub(super) fn stack_bounds() -> (usize, usize) {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the attributes are initialised by the first call, read by the second and given back
    // by the third.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return (0, 0);
        }
        let known = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size) == 0;
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if known { (low.addr(), low.addr().saturating_add(size)) } else { (0, 0) }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn stack_bounds() -> (usize, usize) {
    (0, 0)
}
