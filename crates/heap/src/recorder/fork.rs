//! A forked child records nothing until exec: the tables are its parent's figures, and a lock that another thread of the
//! parent held at the fork is never given back in the child. So the child lets go of everything before its first event.
//!
//! `vfork` and `posix_spawn` run no handler of ours; what they start calls exec at once. A child of a bare `clone` is not
//! noticed here, but writes no file either (`keep` asks for the process id).

use super::{NO_REGION, REGION, thread};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static IS_CHILD: AtomicBool = AtomicBool::new(false);

/// Whether this process is the child of one that recorded.
pub(crate) fn is_child() -> bool {
    IS_CHILD.load(Relaxed)
}

/// Asks the system to be told of forks, once.
pub(super) fn register_handler() {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    if !WATCHED.swap(true, Relaxed) {
        // SAFETY: the handler is a plain function; it allocates nothing and takes no lock.
        unsafe { libc::pthread_atfork(None, None, Some(disable_in_child)) };
    }
}

unsafe extern "C" fn disable_in_child() {
    IS_CHILD.store(true, Relaxed);
    REGION.store(NO_REGION, Relaxed);
    thread::forget_all();
}
