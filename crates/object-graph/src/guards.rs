//! Guards and counted pointers that are held until a snapshot is taken: what lies behind a `RefCell`, a `Mutex` or a `Weak` can
//! be looked into only as long as one of them is there.

use std::marker::PhantomData;
use std::ops::Deref;

/// What is held, the latest last. Nothing of it is given back before this is dropped.
pub(crate) struct HeldGuards<'a> {
    // Raw: a `Box` that moves would take back what it has lent.
    guards: Vec<*mut (dyn AnyGuard + 'a)>,
    lends: PhantomData<&'a ()>,
}

trait AnyGuard {}
impl<T> AnyGuard for T {}

impl<'a> HeldGuards<'a> {
    pub(crate) const fn new() -> HeldGuards<'a> {
        HeldGuards { guards: Vec::new(), lends: PhantomData }
    }

    /// Holds a guard and gives what it guards.
    ///
    /// # Safety
    /// What is given, and whatever is reached through it, is not used any more when this is dropped.
    pub(crate) unsafe fn hold<G: Deref + 'a>(&mut self, guard: G) -> &'a G::Target {
        let guard: *mut G = Box::into_raw(Box::new(guard));
        self.guards.push(guard);
        // SAFETY: the box is freed only when this is dropped, and until then nobody takes it as mutable.
        unsafe { &*guard }.deref()
    }
}

impl Drop for HeldGuards<'_> {
    fn drop(&mut self) {
        // The latest first: it may lie within what an earlier one guards.
        while let Some(guard) = self.guards.pop() {
            // SAFETY: from `Box::into_raw`, and taken out of the list: freed once.
            drop(unsafe { Box::from_raw(guard) });
        }
    }
}
