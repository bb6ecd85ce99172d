//! The 16 bytes before each block. In C, `free` gets no size and no alignment, so the header has them
//! beside what the recorder needs:
//!
//! ```text
//! word 0   size (47 bits) | region (12) | low bits of the allocation clock (5)
//! word 1   high bits of the allocation clock (36) | site (22) | logarithm of the offset (6)
//! ```
//!
//! The offset is the distance from the beginning of glibc's block: 16 bytes, or the alignment if that
//! is larger. So the highest bits of word 1 are never zero. The same word of a block that glibc
//! handed out itself is glibc's size field, whose highest bits are always zero, because an address
//! has 47 bits. So blocks that come from elsewhere are told apart for certain: those of the dynamic
//! linker's start, and those of a library that is bound to glibc's `malloc`.

use crate::glibc;
use heaplab_heap::preload::{self, BlockOrigin, CLOCK_BITS, REGION_BITS};

/// The size of a header, which is also the alignment that `malloc` guarantees.
pub(crate) const HEADER_BYTES: usize = 16;

const SIZE_BITS: u32 = 47;
const SITE_BITS: u32 = 22;
const LOW_CLOCK_BITS: u32 = 64 - SIZE_BITS - REGION_BITS;
const HIGH_CLOCK_BITS: u32 = CLOCK_BITS - LOW_CLOCK_BITS;
const OFFSET_SHIFT: u32 = HIGH_CLOCK_BITS + SITE_BITS;

/// One more than the largest size that a header can hold. No address space has room for it.
pub(crate) const SIZE_LIMIT: usize = 1 << SIZE_BITS;

/// What the header of a block says.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    /// What the program asked for.
    pub(crate) size: usize,
    /// The logarithm of the distance from the beginning of glibc's block.
    pub(crate) offset_log: u32,
    pub(crate) origin: BlockOrigin,
}

impl Header {
    #[inline(always)]
    pub(crate) fn offset(&self) -> usize {
        1 << self.offset_log
    }

    #[inline(always)]
    fn to_words(self) -> [u64; 2] {
        let BlockOrigin { region, site, alloc_clock } = self.origin;
        let low_clock = alloc_clock << (64 - LOW_CLOCK_BITS);
        [
            self.size as u64 | u64::from(region) << SIZE_BITS | low_clock,
            alloc_clock >> LOW_CLOCK_BITS
                | u64::from(site) << HIGH_CLOCK_BITS
                | u64::from(self.offset_log) << OFFSET_SHIFT,
        ]
    }

    #[inline(always)]
    fn from_words([first, second]: [u64; 2]) -> Header {
        let region = (first >> SIZE_BITS) as u32 & ((1 << REGION_BITS) - 1);
        let site = (second >> HIGH_CLOCK_BITS) as u32 & ((1 << SITE_BITS) - 1);
        let high_clock = second & ((1 << HIGH_CLOCK_BITS) - 1);
        let alloc_clock = high_clock << LOW_CLOCK_BITS | first >> (64 - LOW_CLOCK_BITS);
        Header {
            size: first as usize & (SIZE_LIMIT - 1),
            offset_log: (second >> OFFSET_SHIFT) as u32,
            origin: BlockOrigin { region, site, alloc_clock },
        }
    }
}

/// The header of a block; `None` if the block is glibc's own. What is neither of both, such as a block
/// that was freed already, ends the program, as it would with glibc.
///
/// # Safety
/// `block` is not null, and 16 bytes before it may be read.
#[inline(always)]
pub(crate) unsafe fn read(block: *mut u8) -> Option<Header> {
    // SAFETY: the caller's promise; a block is aligned to 16 bytes.
    let words = unsafe { block.sub(HEADER_BYTES).cast::<[u64; 2]>().read() };
    let header = Header::from_words(words);
    if header.offset_log == LEAST_OFFSET_LOG {
        return Some(header);
    }
    read_unusual(block, header, words[1])
}

/// An unusual header: of one of our blocks with an alignment, of a watched one, or none of ours.
#[cold]
#[inline(never)]
fn read_unusual(block: *mut u8, header: Header, second_word: u64) -> Option<Header> {
    if second_word < SIZE_LIMIT as u64 {
        return None;
    }
    if header.offset_log == WATCHED {
        // The block is about to be freed or moved, or only its size was asked for. Then the recorder
        // forgets something that it could have kept.
        preload::note_watched_free();
        return Some(Header { offset_log: LEAST_OFFSET_LOG, ..header });
    }
    let is_possible = (LEAST_OFFSET_LOG..SIZE_BITS).contains(&header.offset_log);
    if !is_possible || !block.addr().is_multiple_of(header.offset()) {
        glibc::end_with_invalid_pointer();
    }
    Some(header)
}

/// Makes the recorder be told when a block is freed, if it is one of ours with this size and without an
/// alignment of its own. PERF: a watched block has an unusual header, so no other `free` takes longer.
///
/// # Safety
/// 16 bytes before the address can be read. If it is a block, it is live and stays so during the call.
pub(crate) unsafe fn watch(block: usize, size: usize) -> bool {
    let block = std::ptr::with_exposed_provenance_mut::<u8>(block);
    if !block.addr().is_multiple_of(HEADER_BYTES) {
        return false;
    }
    // SAFETY: the caller's promise.
    let header = Header::from_words(unsafe { block.sub(HEADER_BYTES).cast::<[u64; 2]>().read() });
    if header.size != size {
        return false;
    }
    match header.offset_log {
        WATCHED => true,
        LEAST_OFFSET_LOG => {
            // SAFETY: it is the header of a block of ours.
            unsafe { write(block, Header { offset_log: WATCHED, ..header }) };
            true
        }
        _ => false,
    }
}

/// # Safety
/// `block` has room for a header before it.
#[inline(always)]
pub(crate) unsafe fn write(block: *mut u8, header: Header) {
    // SAFETY: the caller's promise; a block is aligned to 16 bytes.
    unsafe { block.sub(HEADER_BYTES).cast::<[u64; 2]>().write(header.to_words()) };
}

/// The logarithm of the offset of a block without an alignment of its own.
pub(crate) const LEAST_OFFSET_LOG: u32 = HEADER_BYTES.ilog2();

/// In the place of that logarithm, in a block of the least offset that is watched. No alignment has it.
const WATCHED: u32 = 63;

const _: () = assert!(OFFSET_SHIFT + 6 == 64);
