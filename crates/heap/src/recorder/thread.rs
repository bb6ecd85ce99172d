//! What a thread of the program has in the recorder: its counters a site, a cache of the stacks that it knows, its name. A
//! thread writes only its own; a snapshot walks the list of all.

use super::level::Pending;
use super::site::{Lifetimes, Site};
use super::stacks::{self, MOST_SITES};
use super::walk::{self, Bounds, Frames};
use super::zeroed::{self, Zeroed};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering::*};

/// Entries of a thread's cache of stacks.
const CACHED: usize = 1 << 14;
/// How many neighbours are looked at.
const PROBES: usize = 4;
/// Linux's own limit on a thread's name, its NUL included.
const NAME_BYTES: usize = 16;

/// 21 MiB of address space, of which a thread touches a page or two a handful of sites.
pub(super) struct Thread {
    next: AtomicPtr<Thread>,
    /// Whether a living thread writes here.
    taken: AtomicBool,
    name: [AtomicU64; NAME_BYTES / 8],
    stack_high: AtomicUsize,
    root: AtomicU64,
    pub(super) pending: Pending,
    pub(super) slow_walks: AtomicU64,
    pub(super) cut_stacks: AtomicU64,
    cached_hashes: [AtomicU64; CACHED],
    cached_sites: [AtomicU32; CACHED],
    pub(super) counted: Counted,
}

/// What a region clears.
#[repr(C, align(4096))]
pub(super) struct Counted {
    pub(super) sites: [Site; MOST_SITES],
    pub(super) lifetimes: [Lifetimes; MOST_SITES],
}

// SAFETY: atomics and null pointers of zero are valid; there is no destructor.
unsafe impl Zeroed for Thread {}
// SAFETY: as above.
unsafe impl Zeroed for Counted {}

static THREADS: AtomicPtr<Thread> = AtomicPtr::new(ptr::null_mut());
static OWNER: AtomicPtr<Thread> = AtomicPtr::new(ptr::null_mut());
static SHARED: AtomicBool = AtomicBool::new(false);

struct Local {
    thread: Cell<*const Thread>,
    /// The recorder is at work on this thread: what it allocates itself is not the program's.
    busy: Cell<bool>,
}

thread_local! {
    // Without a destructor, so that it can be used while a thread ends.
    static LOCAL: Local = const { Local { thread: Cell::new(ptr::null()), busy: Cell::new(false) } };
}

/// Runs `event` for this thread, unless the recorder itself is at work on it.
#[inline]
pub(super) fn with<R>(frame: usize, event: impl FnOnce(&'static Thread) -> R) -> Option<R> {
    LOCAL.with(|local| {
        if local.busy.get() {
            return None;
        }
        // SAFETY: null or from `zeroed::leak`, which lives as long as the process.
        let thread = match unsafe { local.thread.get().as_ref() } {
            Some(thread) => thread,
            None => {
                local.busy.set(true);
                let thread = register(frame);
                local.thread.set(thread.map_or(ptr::null(), ptr::from_ref));
                local.busy.set(false);
                thread?
            }
        };
        Some(event(thread))
    })
}

/// Runs `work` unseen: what it allocates is no part of any region.
pub(crate) fn unseen<R>(work: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            LOCAL.with(|local| local.busy.set(self.0));
        }
    }
    let _restore = Restore(LOCAL.with(|local| local.busy.replace(true)));
    work()
}

/// Every thread that has recorded, the latest first.
pub(super) fn all() -> impl Iterator<Item = &'static Thread> {
    // SAFETY: null or from `zeroed::leak`.
    let first = unsafe { THREADS.load(Acquire).as_ref() };
    // SAFETY: as above; the list only ever grows at its head.
    std::iter::successors(first, |thread| unsafe { thread.next.load(Acquire).as_ref() })
}

/// Makes the calling thread the one whose figures are exact, and clears everyone's.
pub(super) fn own_and_clear(frame: usize) {
    for thread in all() {
        thread.clear();
    }
    SHARED.store(false, Relaxed);
    OWNER.store(ptr::null_mut(), Relaxed);
    with(frame, Thread::owns);
}

/// Whether a second thread has recorded in the region.
pub(super) fn is_shared() -> bool {
    SHARED.load(Relaxed)
}

#[cold]
fn register(frame: usize) -> Option<&'static Thread> {
    let high = stack_high();
    let thread =
        match all().find(|thread| thread.taken.compare_exchange(false, true, AcqRel, Relaxed).is_ok()) {
            // A thread that has ended left its tables; one writer at a time is all they need.
            Some(left) => left,
            None => {
                let new: &'static Thread = zeroed::leak()?;
                new.taken.store(true, Relaxed);
                let pointer = ptr::from_ref(new).cast_mut();
                let mut head = THREADS.load(Acquire);
                loop {
                    new.next.store(head, Relaxed);
                    match THREADS.compare_exchange_weak(head, pointer, AcqRel, Acquire) {
                        Ok(_) => break,
                        Err(now) => head = now,
                    }
                }
                new
            }
        };
    thread.stack_high.store(high, Relaxed);
    thread.root.store(walk::learn_root(frame, high), Relaxed);
    thread.read_name();
    at_thread_end::leave_behind(thread);
    Some(thread)
}

impl Thread {
    /// Whether this thread is the region's owner; the first that asks becomes it.
    #[inline]
    pub(super) fn owns(&self) -> bool {
        let me = ptr::from_ref(self).cast_mut();
        let owner = OWNER.load(Relaxed);
        if ptr::eq(owner, me) {
            return true;
        }
        if owner.is_null() && OWNER.compare_exchange(ptr::null_mut(), me, Relaxed, Relaxed).is_ok() {
            return true;
        }
        // PERF: a load before the store keeps the line shared.
        if !SHARED.load(Relaxed) {
            SHARED.store(true, Relaxed);
        }
        false
    }

    pub(super) fn is_owner(&self) -> bool {
        ptr::eq(OWNER.load(Relaxed), self)
    }

    /// The site of the stack at `frame`.
    #[inline]
    pub(super) fn site_of(&self, frame: usize) -> u32 {
        let bounds = Bounds { high: self.stack_high.load(Relaxed), root: self.root.load(Relaxed) };
        let frames = walk::stack(frame, &bounds);
        if frames.slow || frames.cut {
            self.note(&frames);
        }
        let start = (frames.hash ^ (frames.hash >> 29)) as usize;
        for probe in 0..PROBES {
            let slot = (start + probe) % CACHED;
            let site = self.cached_sites[slot].load(Relaxed);
            if site != 0 && self.cached_hashes[slot].load(Relaxed) == frames.hash {
                return site;
            }
        }
        self.learn(&frames, start)
    }

    #[inline]
    pub(super) fn site(&self, site: u32) -> (&Site, &Lifetimes) {
        let index = site as usize % MOST_SITES;
        (&self.counted.sites[index], &self.counted.lifetimes[index])
    }

    pub(super) fn name(&self) -> String {
        let bytes: Vec<u8> = self.name.iter().flat_map(|word| word.load(Relaxed).to_ne_bytes()).collect();
        let length = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    #[cold]
    fn note(&self, frames: &Frames) {
        self.slow_walks.store(self.slow_walks.load(Relaxed) + u64::from(frames.slow), Relaxed);
        self.cut_stacks.store(self.cut_stacks.load(Relaxed) + u64::from(frames.cut), Relaxed);
    }

    #[cold]
    fn learn(&self, frames: &Frames, start: usize) -> u32 {
        let site = stacks::site(frames);
        // A thread is named after it has begun: the name that it has when it meets a new stack is the better one.
        self.read_name();
        let free = (0..PROBES).map(|probe| (start + probe) % CACHED);
        let slot =
            free.clone().find(|&slot| self.cached_sites[slot].load(Relaxed) == 0).unwrap_or(start % CACHED);
        // The site first: whoever meets the hash must find it. Only this thread reads them, but a signal may come between.
        self.cached_sites[slot].store(site, Relaxed);
        self.cached_hashes[slot].store(frames.hash, Relaxed);
        site
    }

    fn read_name(&self) {
        let mut bytes = [0u8; NAME_BYTES];
        // SAFETY: PR_GET_NAME writes at most 16 bytes, its NUL included.
        unsafe { libc::prctl(libc::PR_GET_NAME, bytes.as_mut_ptr()) };
        for (word, part) in self.name.iter().zip(bytes.chunks_exact(8)) {
            word.store(part.try_into().map_or(0, u64::from_ne_bytes), Relaxed);
        }
    }

    fn clear(&'static self) {
        // SAFETY: it lies in a mapping of `zeroed::leak`. Regions open while other threads are at rest (see `region`); a
        // thread that is not loses some of its counts, no more.
        unsafe { zeroed::clear(&self.counted) };
        self.pending.clear();
        self.slow_walks.store(0, Relaxed);
        self.cut_stacks.store(0, Relaxed);
    }
}

/// One past the highest address of this thread's stack; 0 where it is not known, which makes every walk a slow one.
#[cfg(target_os = "linux")]
fn stack_high() -> usize {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut low, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the attributes are initialised by the first call, read by the second and given back by the third.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return 0;
        }
        let known = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size) == 0;
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if known { low.addr().saturating_add(size) } else { 0 }
    }
}

#[cfg(not(target_os = "linux"))]
fn stack_high() -> usize {
    0
}

/// When a thread ends, its tables are free for the next one.
mod at_thread_end {
    use super::{AcqRel, Acquire, AtomicU32, LOCAL, Relaxed, Thread, ptr};

    /// A POSIX key and one, so that 0 is none.
    static KEY: AtomicU32 = AtomicU32::new(0);

    pub(super) fn leave_behind(thread: &'static Thread) {
        // SAFETY: the value is a reference that lives as long as the process.
        unsafe { libc::pthread_setspecific(key(), ptr::from_ref(thread).cast()) };
    }

    fn key() -> libc::pthread_key_t {
        let known = KEY.load(Acquire);
        if known != 0 {
            return known - 1;
        }
        let mut key = 0;
        // SAFETY: the destructor is a plain function that takes what `leave_behind` has set.
        unsafe { libc::pthread_key_create(&mut key, Some(left)) };
        match KEY.compare_exchange(0, key + 1, AcqRel, Acquire) {
            Ok(_) => key,
            Err(earlier) => {
                // SAFETY: nobody has used the key that lost.
                unsafe { libc::pthread_key_delete(key) };
                earlier - 1
            }
        }
    }

    unsafe extern "C" fn left(value: *mut libc::c_void) {
        // SAFETY: set by `leave_behind` to a reference that lives as long as the process.
        if let Some(thread) = unsafe { value.cast::<Thread>().as_ref() } {
            thread.pending.settle();
            // What later destructors of this thread do registers again.
            LOCAL.with(|local| local.thread.set(ptr::null()));
            thread.taken.store(false, Relaxed);
        }
    }
}
