//! Memory for tables, mapped from the system, so that dropping a table returns its memory at once.
//! An allocator would keep freed blocks of this size, and they would count as resident.

use memmap2::MmapMut;

use crate::error::{Error, Result};

/// Larger arrays ask for huge pages, which reduces TLB misses at random access.
const HUGE_FROM_BYTES: usize = 4 << 20;

#[derive(Debug)]
pub(crate) struct WordArray {
    map: Option<MmapMut>,
}

impl WordArray {
    pub(crate) const fn empty() -> WordArray {
        WordArray { map: None }
    }

    pub(crate) fn zeroed(words: usize) -> Result<WordArray> {
        if words == 0 {
            return Ok(WordArray::empty());
        }
        let bytes = words * 8;
        let map = MmapMut::map_anon(bytes).map_err(|source| Error::Memory { bytes, source })?;
        #[cfg(target_os = "linux")]
        if bytes >= HUGE_FROM_BYTES {
            // This is only a hint: a kernel without huge pages is slower.
            let _ = map.advise(memmap2::Advice::HugePage);
        }
        Ok(WordArray { map: Some(map) })
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> &[u64] {
        self.map.as_ref().map_or(&[], |map| bytemuck::cast_slice(map))
    }

    #[inline(always)]
    pub(crate) fn get_mut(&mut self) -> &mut [u64] {
        self.map.as_mut().map_or(&mut [], |map| bytemuck::cast_slice_mut(map))
    }
}
