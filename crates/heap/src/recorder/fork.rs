//! Turns the recorder off in a forked child until it calls exec. Its tables hold the parent's
//! figures, and a lock that another parent thread held at the fork would never be released in the
//! child.
//!
//! `vfork` and `posix_spawn` run no fork handlers; the programs they start call exec at once. A
//! child of a bare `clone` is not noticed here, but it writes no recording either, because
//! `exit_snapshot` compares process ids.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static IS_CHILD: AtomicBool = AtomicBool::new(false);

/// Whether this process was forked from one that recorded.
pub(crate) fn is_child() -> bool {
    IS_CHILD.load(Relaxed)
}

/// Registers the handler that every forked child runs, once. It must call [`mark_child`], allocate
/// nothing and take no lock.
pub(super) fn register_handler(disable_in_child: unsafe extern "C" fn()) {
    static IS_REGISTERED: AtomicBool = AtomicBool::new(false);
    if !IS_REGISTERED.swap(true, Relaxed) {
        // SAFETY: the handler is a plain function.
        unsafe { libc::pthread_atfork(None, None, Some(disable_in_child)) };
    }
}

pub(super) fn mark_child() {
    IS_CHILD.store(true, Relaxed);
}
