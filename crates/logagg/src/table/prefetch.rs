//! Prefetches table slots. A table of a million addresses does not fit into the inner caches;
//! prefetching a batch of slots lets the loads overlap.

/// Starts to load the cache line of `words[index]`. Does nothing where the index is out of range or
/// the processor has no such instruction.
#[inline(always)]
pub(crate) fn prefetch(words: &[u64], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(word) = words.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch has no visible effect and never faults; the address is that of a live
        // word.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(word).cast()) };
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(word) = words.get(index) {
        // std's own `_prefetch` is unstable on this architecture.
        // SAFETY: a prefetch has no visible effect and never faults; the address is that of a live
        // word.
        unsafe {
            std::arch::asm!("prfm pldl1keep, [{at}]", at = in(reg) std::ptr::from_ref(word),
                options(nostack, readonly, preserves_flags));
        }
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = (words, index);
}
