//! One lock around everything. CPython's pymalloc has none: its callers hold the interpreter's
//! lock, the GIL. CPython built without a GIL uses mimalloc, with a heap for each thread.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// A spin lock: an allocator may not wait by a call that could allocate.
pub(crate) struct SpinLock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: `with` lets one thread at a time at the value.
unsafe impl<T: Send> Sync for SpinLock<T> {}

impl<T> SpinLock<T> {
    pub(crate) const fn new(value: T) -> SpinLock<T> {
        SpinLock { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Runs `work` alone. It must not panic, and must not use this lock.
    pub(crate) fn run_locked<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        while self.taken.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            // The thread that has the lock may be waiting for this processor.
            std::thread::yield_now();
        }
        // SAFETY: only one thread gets past the loop before the store below.
        let result = work(unsafe { &mut *self.value.get() });
        self.taken.store(false, Ordering::Release);
        result
    }
}
