//! Memory for the recorder's tables, mapped from the system: large, zeroed, and physically used
//! only where it is touched. The recorder cannot allocate its tables from itself.

use std::ptr::NonNull;

/// A type for which all-zero bytes are a valid value, shared between threads.
///
/// # Safety
/// All-zero bytes are a valid value, and the type has no destructor.
pub(super) unsafe trait Zeroed: Sync {}

/// Returns a zeroed value that lives as long as the process; `None` if the system has no address
/// space left.
pub(super) fn leak<T: Zeroed>() -> Option<&'static T> {
    // SAFETY: an anonymous private mapping at an address that the kernel chooses does not affect
    // existing memory. NORESERVE: most of a table is never touched.
    let mapped = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            size_of::<T>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if mapped == libc::MAP_FAILED {
        return None;
    }
    const { assert!(align_of::<T>() <= 4096, "a mapping is aligned to a page") };
    // SAFETY: the mapping is as large as T, aligned, zero (which T allows), and never unmapped.
    NonNull::new(mapped.cast::<T>()).map(|value| unsafe { value.as_ref() })
}
