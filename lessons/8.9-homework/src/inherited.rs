//! Memory shared by several processes: a file without a name that the parent makes and its children
//! inherit as a file descriptor. It corresponds to the lecture's `multiprocessing.Array`.

use memmap2::{MmapOptions, MmapRaw};
use std::os::fd::RawFd;
use std::sync::atomic::AtomicU64;

/// Maps an inherited file as words that any process may change at any time. The mapping stays until
/// the process ends.
///
/// # Errors
/// If the number is not a file descriptor, or the file is too short.
pub(crate) fn map(file_descriptor: u64, words: usize) -> Result<&'static [AtomicU64], String> {
    let cannot = |why: &dyn std::fmt::Display| format!("cannot map the shared memory: {why}");
    let file: RawFd = file_descriptor.try_into().map_err(|error| cannot(&error))?;
    let bytes = words.checked_mul(size_of::<AtomicU64>()).ok_or_else(|| cannot(&"it is too long"))?;
    // Without a length, memmap2 maps the file's actual size: touching pages behind its end would
    // kill the process.
    let mapped = MmapOptions::new().map_raw(file).map_err(|error| cannot(&error))?;
    if mapped.len() < bytes || bytes == 0 {
        return Err(cannot(&format_args!("{} bytes, {bytes} wanted", mapped.len())));
    }
    let mapped: &'static MmapRaw = Box::leak(Box::new(mapped));
    // SAFETY: the mapping is readable and writable, aligned to a page, at least `bytes` long and
    // never unmapped. All processes access it only as atomics; every bit pattern is an AtomicU64.
    Ok(unsafe { std::slice::from_raw_parts(mapped.as_ptr().cast::<AtomicU64>(), words) })
}
