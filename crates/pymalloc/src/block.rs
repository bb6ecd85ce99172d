//! A block that knows its size and its allocator: a `Box<[u8]>` for allocators that are values.
//! (`Box` with an allocator of its own needs a nightly compiler.)

use std::alloc::{GlobalAlloc, Layout, handle_alloc_error};
use std::ptr::NonNull;

/// At least one byte of memory, given back to its allocator when dropped.
pub struct Block<'a, A: GlobalAlloc> {
    start: NonNull<u8>,
    bytes: usize,
    allocator: &'a A,
}

impl<'a, A: GlobalAlloc> Block<'a, A> {
    /// A block with the same byte everywhere: every page of it is touched. A size of 0 gives one
    /// byte.
    pub fn new_filled(allocator: &'a A, bytes: usize, with: u8) -> Block<'a, A> {
        let layout = layout(bytes.max(1));
        // SAFETY: the size is not 0.
        let Some(start) = NonNull::new(unsafe { allocator.alloc(layout) }) else {
            handle_alloc_error(layout)
        };
        // SAFETY: the block is as large as its layout.
        unsafe { start.write_bytes(with, layout.size()) };
        Block { start, bytes: layout.size(), allocator }
    }

    /// The requested bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the block is ours, as large, and was filled.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.bytes) }
    }

    /// The address of its first byte.
    pub fn address(&self) -> usize {
        self.start.addr().get()
    }

    /// The addresses of its first and its last byte.
    pub fn first_and_last_address(&self) -> [usize; 2] {
        [self.address(), self.address() + self.bytes - 1]
    }
}

impl<A: GlobalAlloc> Drop for Block<'_, A> {
    fn drop(&mut self) {
        // SAFETY: it came from there with this layout.
        unsafe { self.allocator.dealloc(self.start.as_ptr(), layout(self.bytes)) };
    }
}

/// Bytes need no alignment, so a block has the alignment that the allocator gives by itself.
fn layout(bytes: usize) -> Layout {
    Layout::array::<u8>(bytes).unwrap_or_else(|_| handle_alloc_error(Layout::new::<u8>()))
}
