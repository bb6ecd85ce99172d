//! Whether the dynamic linker may have loaded or unloaded code since it was asked last.
//!
//! A recorder that is the process's `malloc` (feature `preload`) need not ask the linker at every
//! event. For each module that the linker loads it allocates a description before the module's code
//! can run, and frees it after the code was unmapped, whoever wanted it: `dlopen`, `dlclose`, the C
//! library for a character set, another namespace. The recorder knows these calls by their return
//! address, which lies in the linker. So without such a call since the last question, all code is where it was.
//!
//! A recorder in a Rust program does not see what the linker allocates, and always has to ask, also when
//! the feature is on.
//!
//! PERF: CPython's `json.load` has C extension modules in most of its stacks. It took 1.9 times the
//! time of the plain run with a question per event, and 1.3 times without.

#[cfg(all(feature = "preload", target_os = "linux"))]
mod as_malloc {
    use crate::recorder::modules;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};

    /// The allocator has said that the linker's allocations come to it. A Rust program may be built with
    /// the feature, and its allocator does not see them.
    static IS_MALLOC: AtomicBool = AtomicBool::new(false);
    /// The first address of the linker, and its length in bytes; 0 if it is not known.
    static BASE: AtomicU64 = AtomicU64::new(0);
    static BYTES: AtomicU64 = AtomicU64::new(0);
    /// How often the linker was seen at work, and how often it had been when the last question that
    /// was answered was asked.
    static CALLS: AtomicU64 = AtomicU64::new(1);
    static CALLS_ANSWERED: AtomicU64 = AtomicU64::new(0);

    unsafe extern "C" {
        /// A function of the linker, of which only the address is used.
        fn __tls_get_addr();
    }

    /// Notes that the allocator is the process's `malloc`, before the recorder starts.
    pub(crate) fn declare_malloc() {
        IS_MALLOC.store(true, Relaxed);
    }

    /// Finds out where the linker is, at the start of the process. Without this, it is asked each time.
    pub(crate) fn locate() {
        if !IS_MALLOC.load(Relaxed) {
            return;
        }
        let inside = (__tls_get_addr as unsafe extern "C" fn() as *const ()).addr() as u64;
        if let Some((base, end)) = modules::bounds_of(inside) {
            BASE.store(base, Relaxed);
            BYTES.store(end - base, Relaxed);
        }
    }

    /// Whether this is the return address of a call that the linker made.
    #[inline(always)]
    pub(crate) fn contains(return_address: u64) -> bool {
        return_address.wrapping_sub(BASE.load(Relaxed)) < BYTES.load(Relaxed)
    }

    /// Notes it if a block was freed by a call that returns to the linker.
    #[inline(always)]
    pub(crate) fn note_free_by_linker(return_address: u64) {
        if contains(return_address) {
            note_call();
        }
    }

    /// Notes that the linker has allocated or freed something.
    #[cold]
    #[inline(never)]
    pub(crate) fn note_call() {
        CALLS.fetch_add(1, Release);
    }

    /// Whether the linker has to be asked.
    #[inline(always)]
    pub(crate) fn may_have_news() -> bool {
        CALLS.load(Acquire) != CALLS_ANSWERED.load(Acquire) || BYTES.load(Relaxed) == 0
    }

    /// What [`finish_question`] has to be told once the answer has taken effect.
    pub(crate) fn begin_question() -> u64 {
        CALLS.load(Acquire)
    }

    /// Other threads ask themselves until this is called.
    pub(crate) fn finish_question(question: u64) {
        CALLS_ANSWERED.fetch_max(question, Release);
    }
}

#[cfg(not(all(feature = "preload", target_os = "linux")))]
mod in_program {
    pub(crate) fn locate() {}

    #[inline(always)]
    pub(crate) fn contains(_return_address: u64) -> bool {
        false
    }

    pub(crate) fn note_call() {}

    #[inline(always)]
    pub(crate) fn may_have_news() -> bool {
        true
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn begin_question() -> u64 {
        0
    }

    #[cfg(target_os = "linux")]
    pub(crate) fn finish_question(_question: u64) {}
}

#[cfg(all(feature = "preload", target_os = "linux"))]
pub(crate) use as_malloc::*;
#[cfg(not(all(feature = "preload", target_os = "linux")))]
pub(crate) use in_program::*;
