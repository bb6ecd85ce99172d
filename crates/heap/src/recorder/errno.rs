//! Keeps the program's error number (`errno`). A program may read it after it has allocated or freed
//! something, and the system calls that the recorder makes meanwhile must not change it.

/// Restores the error number when it is dropped.
#[must_use = "the error number is kept as long as this lives"]
pub(super) struct KeptErrno {
    #[cfg(target_os = "linux")]
    value: libc::c_int,
}

/// Keeps the error number until the result is dropped.
pub(super) fn keep_errno() -> KeptErrno {
    KeptErrno {
        // SAFETY: libc's variable of this thread, which always exists.
        #[cfg(target_os = "linux")]
        value: unsafe { *libc::__errno_location() },
    }
}

#[cfg(target_os = "linux")]
impl Drop for KeptErrno {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = self.value };
    }
}
