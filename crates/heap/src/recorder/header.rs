//! The 16-byte header that the recorder puts before each block.
//!
//! ```text
//! base                       block (what the program sees)
//! |<------- offset -------->|
//! | padding |    header     |  size bytes …
//! ```
//!
//! The offset is 16 bytes, or the block's alignment if that is larger, so that the block stays
//! aligned. It depends on the layout only, so a free can compute where the allocation began.

use std::alloc::Layout;

/// Where and when a block was allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
pub(crate) struct Header {
    /// The region in which the block was allocated.
    pub(crate) region: u32,
    /// The site of its allocation; above it, the tag of a scope family (see `scope`).
    pub(crate) site: u32,
    /// The allocation clock when it was allocated.
    pub(crate) alloc_clock: u64,
}

/// The region number of a block that was allocated while no region was open.
pub(crate) const NO_REGION: u32 = 0;

impl Header {
    /// The header of a block that no region counts.
    pub(crate) const OUTSIDE: Header = Header { region: NO_REGION, site: 0, alloc_clock: 0 };
}

/// The size of the header; also the alignment that malloc guarantees.
const HEADER_BYTES: usize = 16;

/// The layout to request from the system for a block of `layout`; `None` if the size would exceed
/// `isize::MAX`.
#[inline]
pub(crate) fn outer_layout(layout: Layout) -> Option<Layout> {
    let align = layout.align().max(HEADER_BYTES);
    let size = layout.size().checked_add(offset(layout))?;
    Layout::from_size_align(size, align).ok()
}

/// # Safety
/// `base` is an allocation of `outer_layout(layout)`.
#[inline]
pub(crate) unsafe fn block_from_base(base: *mut u8, layout: Layout) -> *mut u8 {
    // SAFETY: the offset is less than the outer size, or equal to it for an empty block.
    unsafe { base.add(offset(layout)) }
}

/// # Safety
/// `block` came from [`block_from_base`] with the same layout.
#[inline]
pub(crate) unsafe fn base_from_block(block: *mut u8, layout: Layout) -> *mut u8 {
    // SAFETY: `block` lies `offset` behind its base.
    unsafe { block.sub(offset(layout)) }
}

/// # Safety
/// `block` came from [`block_from_base`] and its header was written.
#[inline]
pub(crate) unsafe fn read(block: *mut u8) -> Header {
    // SAFETY: the 16 bytes before a block are its own, and a block is aligned to 16.
    unsafe { block.sub(HEADER_BYTES).cast::<Header>().read() }
}

/// # Safety
/// `block` came from [`block_from_base`].
#[inline]
pub(crate) unsafe fn write(block: *mut u8, header: Header) {
    // SAFETY: as in `read`.
    unsafe { block.sub(HEADER_BYTES).cast::<Header>().write(header) };
}

#[inline]
fn offset(layout: Layout) -> usize {
    layout.align().max(HEADER_BYTES)
}

const _: () = assert!(size_of::<Header>() == HEADER_BYTES);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_never_overflows() {
        let huge = Layout::from_size_align(isize::MAX as usize - 7, 8).unwrap();
        assert_eq!(outer_layout(huge), None);
        let small = Layout::from_size_align(24, 8).unwrap();
        assert_eq!(outer_layout(small), Some(Layout::from_size_align(40, 16).unwrap()));
        let wide = Layout::from_size_align(24, 4096).unwrap();
        assert_eq!(outer_layout(wide), Some(Layout::from_size_align(4120, 4096).unwrap()));
    }
}
