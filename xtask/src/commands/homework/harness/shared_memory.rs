//! The shared memory of the optional task: an anonymous file that every child inherits under the
//! same number.

use anyhow::{Context as _, Result};
use heaplab_homework::SHARED_BYTES;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};

/// Zeroed memory, freed when this is dropped and the last child has ended.
pub(super) struct SharedMemory(OwnedFd);

impl SharedMemory {
    /// Made without close-on-exec, so that children have it under the same number.
    #[cfg(target_os = "linux")]
    pub(super) fn new() -> Result<SharedMemory> {
        use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
        let file = memfd_create("heaplab-homework", MemfdFlags::empty())
            .and_then(|file| ftruncate(&file, SHARED_BYTES).map(|()| file))
            .context("cannot make shared memory")?;
        Ok(SharedMemory(file))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn new() -> Result<SharedMemory> {
        anyhow::bail!("shared memory is Linux's here: the optional task is not measured on this system")
    }

    pub(super) fn file_descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
