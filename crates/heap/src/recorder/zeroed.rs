//! Memory for the recorder's own tables, straight from the system: large, zero, and paid for only where it is touched. The
//! recorder must not allocate from the allocator that it is.

use std::ptr::NonNull;

/// A type that is sound when every byte is zero, and that many threads may look at.
///
/// # Safety
/// All-zero bytes are a valid value, and the type has no destructor.
pub(super) unsafe trait Zeroed: Sync {}

/// A new value of all zeros that lives as long as the process; `None` where the system has no address space left.
pub(super) fn leak<T: Zeroed>() -> Option<&'static T> {
    // SAFETY: an anonymous private mapping at an address of the kernel's choice touches nothing that exists. NORESERVE: a
    // table is mostly never touched.
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

/// Makes a value, or a page-aligned part of one, all zeros again and gives its pages back.
///
/// # Safety
/// `value` lies in a mapping of [`leak`], and no other thread writes to it meanwhile.
pub(super) unsafe fn clear<T: Zeroed>(value: &'static T) {
    const { assert!(align_of::<T>() >= 4096 && size_of::<T>().is_multiple_of(4096), "whole pages only") };
    // SAFETY: whole pages of a mapping of ours; a private anonymous page reads as zero after this.
    unsafe {
        libc::madvise(std::ptr::from_ref(value).cast_mut().cast(), size_of::<T>(), libc::MADV_DONTNEED)
    };
}
