//! Holds guards and counted pointers until a snapshot is complete: what is behind a `RefCell`, a
//! `Mutex` or a `Weak` can only be traced while one of them exists.

use std::marker::PhantomData;
use std::ops::Deref;

/// The guards, in the order they were taken. None is released before this value is dropped.
pub(crate) struct HeldGuards<'a> {
    // Raw pointers: moving a `Box` would invalidate what was borrowed from it.
    guards: Vec<*mut (dyn AnyGuard + 'a)>,
    lends: PhantomData<&'a ()>,
}

trait AnyGuard {}
impl<T> AnyGuard for T {}

impl<'a> HeldGuards<'a> {
    pub(crate) const fn new() -> HeldGuards<'a> {
        HeldGuards { guards: Vec::new(), lends: PhantomData }
    }

    /// Stores a guard and returns a reference to what it guards.
    ///
    /// # Safety
    /// The reference, and whatever is reached through it, must not be used once this value is
    /// dropped.
    pub(crate) unsafe fn hold<G: Deref + 'a>(&mut self, guard: G) -> &'a G::Target {
        let guard: *mut G = Box::into_raw(Box::new(guard));
        self.guards.push(guard);
        // SAFETY: the box is freed only when this value is dropped, and until then nobody borrows
        // it mutably.
        unsafe { &*guard }.deref()
    }
}

impl Drop for HeldGuards<'_> {
    fn drop(&mut self) {
        // The latest first: it may lie within what an earlier one guards.
        while let Some(guard) = self.guards.pop() {
            // SAFETY: the pointer is from `Box::into_raw` and was taken out of the list, so it is
            // freed once.
            drop(unsafe { Box::from_raw(guard) });
        }
    }
}
