//! The state of this process that a forked child must not inherit: the number of its region.
//!
//! It lies on a page that the kernel gives to a forked child as zeros (`MADV_WIPEONFORK`), whatever
//! makes the child: `fork`, a bare `clone`, a system call of the program's own. A region number of
//! zero means that nothing is counted, so the child never writes to its parent's tables. Its first
//! allocation finds the state "not started" and starts it with tables of its own. A child that
//! calls exec before it allocates leaves nothing.

use super::header::NO_REGION;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering::*};

const NOT_STARTED: u32 = 0;
const STARTING: u32 = 1;
const STARTED: u32 = 2;

#[repr(C, align(4096))]
struct WipedPage {
    region: AtomicU32,
    state: AtomicU32,
}

static PAGE: WipedPage = WipedPage { region: AtomicU32::new(NO_REGION), state: AtomicU32::new(NOT_STARTED) };

/// How many forks lie between this process and the one that loaded the program.
static FORKS: AtomicU32 = AtomicU32::new(0);
static HAS_STARTED: AtomicBool = AtomicBool::new(false);
/// The live bytes at the last fork that libc knows of.
static LIVE_AT_FORK: AtomicI64 = AtomicI64::new(-1);

/// The number of the open region.
#[inline(always)]
pub(super) fn region() -> u32 {
    PAGE.region.load(Relaxed)
}

pub(super) fn set_region(number: u32) {
    PAGE.region.store(number, Relaxed);
}

/// Whether this process was forked from one that recorded.
pub(super) fn is_child() -> bool {
    FORKS.load(Relaxed) > 0 || (HAS_STARTED.load(Relaxed) && PAGE.state.load(Relaxed) == NOT_STARTED)
}

/// Tells tables of this process from those that it inherited.
pub(super) fn generation() -> u32 {
    FORKS.load(Relaxed)
}

/// Whether the tables are this process's own.
pub(super) fn is_started() -> bool {
    PAGE.state.load(Acquire) == STARTED
}

/// Runs `start` if this process has not been started; it is told the parent's live bytes if this is
/// a forked child. Events of other threads, and of `start` itself, are not counted meanwhile.
#[cold]
pub(super) fn start_once(start: impl FnOnce(Option<i64>)) {
    if PAGE.state.compare_exchange(NOT_STARTED, STARTING, AcqRel, Relaxed).is_err() {
        return;
    }
    let is_child = HAS_STARTED.swap(true, Relaxed);
    if is_child {
        FORKS.fetch_add(1, Relaxed);
    } else {
        protect_page();
    }
    start(is_child.then(|| LIVE_AT_FORK.load(Relaxed)));
    PAGE.state.store(STARTED, Release);
}

/// The advice stays with the page in children.
fn protect_page() {
    // SAFETY: a whole page of our own static; its content changes only in children.
    let is_wiped = unsafe {
        libc::madvise(
            std::ptr::from_ref(&PAGE).cast_mut().cast(),
            size_of::<WipedPage>(),
            libc::MADV_WIPEONFORK,
        )
    } == 0;
    // SAFETY: the handlers are plain functions that allocate nothing and take no lock. A kernel
    // before 4.14 does not wipe pages; there the children of `fork` at least are noticed.
    unsafe { libc::pthread_atfork(Some(note_fork), None, (!is_wiped).then_some(wipe_page)) };
}

unsafe extern "C" fn note_fork() {
    LIVE_AT_FORK.store(super::peak::live_bytes(), Relaxed);
}

unsafe extern "C" fn wipe_page() {
    PAGE.region.store(NO_REGION, Relaxed);
    PAGE.state.store(NOT_STARTED, Relaxed);
}
