//! Reads words of the interpreter's structures.

use std::ptr::with_exposed_provenance;

/// The word at an address.
///
/// # Safety
/// The address is aligned, and a structure of the interpreter has a word there.
#[inline(always)]
pub(super) unsafe fn word(address: usize) -> usize {
    // SAFETY: the caller's promise. Volatile, because the interpreter's own code writes it.
    unsafe { with_exposed_provenance::<usize>(address).read_volatile() }
}

/// The byte at an address.
///
/// # Safety
/// A structure of the interpreter has a byte there.
#[inline(always)]
pub(super) unsafe fn byte(address: usize) -> u8 {
    // SAFETY: the caller's promise.
    unsafe { with_exposed_provenance::<u8>(address).read_volatile() }
}

/// The 32 bits at an address.
///
/// # Safety
/// The address is aligned, and a structure of the interpreter has them there.
#[inline(always)]
pub(super) unsafe fn half(address: usize) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { with_exposed_provenance::<u32>(address).read_volatile() }
}

/// Copies bytes from an address that may be wrong; false if they cannot be read. It is a system call.
pub(super) fn copy_checked(address: usize, into: &mut [u8]) -> bool {
    let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let remote = libc::iovec { iov_base: std::ptr::without_provenance_mut(address), iov_len: into.len() };
    // SAFETY: the kernel writes at most `into.len()` bytes there, and fails where nothing is mapped.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    usize::try_from(copied) == Ok(into.len())
}

/// The word at an address that may be wrong.
pub(super) fn word_checked(address: usize) -> Option<usize> {
    let mut bytes = [0; size_of::<usize>()];
    copy_checked(address, &mut bytes).then(|| usize::from_ne_bytes(bytes))
}
