//! Memory for the recorder's tables, mapped from the system: large, zeroed, and physically used
//! only where it is touched. The recorder cannot allocate its tables from itself.

use std::ptr::NonNull;
use std::sync::atomic::AtomicU32;

/// A type for which all-zero bytes are a valid value, shared between threads.
///
/// # Safety
/// All-zero bytes are a valid value, and the type has no destructor.
pub(super) unsafe trait Zeroed: Sync {}

/// Returns a zeroed value that lives as long as the process; `None` if the system has no address
/// space left.
pub(super) fn leak<T: Zeroed>() -> Option<&'static T> {
    const { assert!(align_of::<T>() <= 4096, "a mapping is aligned to a page") };
    let mapped = map(size_of::<T>())?;
    // SAFETY: the mapping is as large as T, aligned, zero (which T allows), and never unmapped.
    Some(unsafe { mapped.cast::<T>().as_ref() })
}

/// Returns `count` zeroed values, a power of two, until [`release_slice`]; `None` if the system has
/// no address space left.
pub(super) fn map_slice<T: Zeroed>(count: usize) -> Option<NonNull<T>> {
    const { assert!(align_of::<T>() <= 4096, "a mapping is aligned to a page") };
    let bytes = count.checked_mul(size_of::<T>())?;
    let mapped = map(bytes)?;
    advise_huge_pages(mapped.as_ptr().addr(), bytes);
    Some(mapped.cast())
}

/// Gives the memory of a slice back.
///
/// # Safety
/// `slice` came from [`map_slice`] with this `count`, and nobody uses it any more.
pub(super) unsafe fn release_slice<T: Zeroed>(slice: NonNull<T>, count: usize) {
    // SAFETY: the caller's promise.
    unsafe { libc::munmap(slice.as_ptr().cast(), count * size_of::<T>()) };
}

/// Gives the whole pages of a part of a table back, which reads as zero afterwards.
pub(super) fn forget_pages(part: &[AtomicU32]) {
    let range = part.as_ptr_range();
    let (first, end) = (range.start.addr().next_multiple_of(4096), range.end.addr() & !4095);
    if first < end {
        // SAFETY: whole pages inside a mapping of this module, which is private and anonymous; the
        // values are atomics, for which zero is valid.
        unsafe {
            libc::madvise(std::ptr::with_exposed_provenance_mut(first), end - first, libc::MADV_DONTNEED)
        };
    }
}

/// Asks for large pages for a part of a mapping of this module, if it is large. PERF: a large table
/// is read at random places, and most of the time of a look-up was that of finding the page.
pub(super) fn advise_huge_pages(address: usize, bytes: usize) {
    const LARGE_BYTES: usize = 4 << 20;
    if bytes >= LARGE_BYTES {
        // SAFETY: advice on our own mapping; no content changes.
        unsafe { libc::madvise(std::ptr::with_exposed_provenance_mut(address), bytes, libc::MADV_HUGEPAGE) };
    }
}

fn map(bytes: usize) -> Option<NonNull<u8>> {
    // SAFETY: an anonymous private mapping at an address that the kernel chooses does not affect
    // existing memory. NORESERVE: most of a table is never touched.
    let mapped = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    NonNull::new(mapped.cast()).filter(|_| mapped != libc::MAP_FAILED)
}
