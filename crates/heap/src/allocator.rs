//! [`Heap`], which forwards the four methods of an allocator to the probe's allocator.

use crate::probe::{get_or_decide, is_plain, is_recording};
use crate::recorder;
use heaplab_profile::Probe;
use std::alloc::{GlobalAlloc, Layout, System};

/// The allocator to declare as `#[global_allocator]`.
#[derive(Debug)]
pub struct Heap {
    default: Probe,
}

impl Heap {
    /// The plain probe unless `HEAPLAB_PROBE` names another. Lessons use this.
    pub const fn new() -> Heap {
        Heap { default: Probe::Plain }
    }

    /// The recorder unless `HEAPLAB_PROBE` names another probe. For programs of your own.
    pub const fn recording() -> Heap {
        Heap { default: Probe::Heap }
    }

    #[cold]
    fn decided_probe(&self) -> Probe {
        get_or_decide(self.default).probe()
    }
}

impl Default for Heap {
    fn default() -> Heap {
        Heap::new()
    }
}

/// Calls one method of the allocator in use. PERF: the plain probe takes one load and one branch
/// that always goes the same way.
macro_rules! forward {
    ($self:ident, $method:ident($($argument:expr),*)) => {
        if is_plain() {
            // SAFETY: the caller's promises are those that System requires, and are passed on
            // unchanged.
            unsafe { System.$method($($argument),*) }
        } else if is_recording() {
            // SAFETY: as above; the decision never changes, so a block meets the allocator that
            // made it.
            unsafe { recorder::$method($($argument),*) }
        } else {
            match $self.decided_probe() {
                // SAFETY: as above. CPython's tracemalloc is no allocator: `decided_probe` never
                // returns it.
                Probe::Plain | Probe::Tracemalloc => unsafe { System.$method($($argument),*) },
                // SAFETY: as above; the decision never changes, so a block meets the allocator that
                // made it.
                Probe::Heap => unsafe { recorder::$method($($argument),*) },
                // SAFETY: as above.
                #[cfg(feature = "counts")]
                Probe::Counts => unsafe { stats_alloc::INSTRUMENTED_SYSTEM.$method($($argument),*) },
                // SAFETY: as above.
                #[cfg(feature = "dhat")]
                Probe::Dhat => unsafe { dhat::Alloc.$method($($argument),*) },
                // SAFETY: as above. `decided_probe` never returns a probe that is not built.
                #[cfg(not(feature = "counts"))]
                Probe::Counts => unsafe { System.$method($($argument),*) },
                // SAFETY: as above.
                #[cfg(not(feature = "dhat"))]
                Probe::Dhat => unsafe { System.$method($($argument),*) },
            }
        }
    };
}

// SAFETY: every method passes the call to one allocator, the same for the whole life of the
// process, and each of these is a sound GlobalAlloc.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        forward!(self, alloc(layout))
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        forward!(self, alloc_zeroed(layout))
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        forward!(self, realloc(block, layout, new_size))
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        forward!(self, dealloc(block, layout));
    }
}
