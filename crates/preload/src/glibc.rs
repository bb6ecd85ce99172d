//! glibc's allocation functions under the names that no other library replaces, and the size field
//! of its blocks.

use libc::{c_int, c_void, size_t};

unsafe extern "C" {
    pub(crate) fn __libc_malloc(size: size_t) -> *mut c_void;
    pub(crate) fn __libc_calloc(count: size_t, size: size_t) -> *mut c_void;
    pub(crate) fn __libc_realloc(base: *mut c_void, size: size_t) -> *mut c_void;
    pub(crate) fn __libc_memalign(alignment: size_t, size: size_t) -> *mut c_void;
    pub(crate) fn __libc_free(base: *mut c_void);
}

/// Sets `errno`.
pub(crate) fn set_errno(value: c_int) {
    // SAFETY: libc's variable of this thread, which always exists.
    unsafe { *libc::__errno_location() = value };
}

/// Ends the process with glibc's message for a pointer that no allocation function has returned, or
/// whose block was freed already.
pub(crate) fn end_with_invalid_pointer() -> ! {
    const MESSAGE: &[u8] = b"free(): invalid pointer\n";
    // SAFETY: writes bytes of our own; `abort` may be called at any time.
    unsafe {
        libc::write(libc::STDERR_FILENO, MESSAGE.as_ptr().cast(), MESSAGE.len());
        libc::abort()
    }
}

/// What `malloc_usable_size` of glibc gives for a block of its own. glibc exports it under no other
/// name. The word before a block is its size with three flags; a block that is a mapping of its own
/// (flag 2) has two words of overhead, any other has one.
///
/// # Safety
/// `block` came from glibc and was not freed.
pub(crate) unsafe fn usable_size(block: *mut u8) -> usize {
    const WORD: usize = size_of::<usize>();
    const FLAGS: usize = 7;
    const IS_MAPPED: usize = 2;
    // SAFETY: the word before each block of glibc is the field described above.
    let field = unsafe { block.sub(WORD).cast::<usize>().read() };
    let overhead = if field & IS_MAPPED == 0 { WORD } else { 2 * WORD };
    (field & !FLAGS).saturating_sub(overhead)
}
