//! Memory that several processes see: a file without a name, made by whoever starts them and inherited by its number. The
//! lecture's `multiprocessing.Array`.

use memmap2::{MmapOptions, MmapRaw};
use std::os::fd::RawFd;
use std::sync::atomic::AtomicU64;

/// Maps an inherited file as words that any process may change at any time. The mapping stays until the process ends.
///
/// # Errors
/// When the number is no file, or the file is shorter than that.
pub(crate) fn map(file_descriptor: u64, words: usize) -> Result<&'static [AtomicU64], String> {
    let cannot = |why: &dyn std::fmt::Display| format!("cannot map the shared memory: {why}");
    let file: RawFd = file_descriptor.try_into().map_err(|error| cannot(&error))?;
    let bytes = words.checked_mul(size_of::<AtomicU64>()).ok_or_else(|| cannot(&"it is too long"))?;
    // Without a length given, memmap2 asks the file: pages behind a file's end are there and kill whoever touches them.
    let mapped = MmapOptions::new().map_raw(file).map_err(|error| cannot(&error))?;
    if mapped.len() < bytes || bytes == 0 {
        return Err(cannot(&format_args!("{} bytes, {bytes} wanted", mapped.len())));
    }
    let mapped: &'static MmapRaw = Box::leak(Box::new(mapped));
    // SAFETY: the mapping is readable and writable, begins at a page's start, is at least `bytes` long and is never
    // unmapped. Other processes change it only as memory of atomics is changed; every bit pattern is an AtomicU64.
    Ok(unsafe { std::slice::from_raw_parts(mapped.as_ptr().cast::<AtomicU64>(), words) })
}
