//! A heap block as the tracer knows it: where it starts, and what the recorder counts for it.

use heaplab_heap::AllocSite;
use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one value owns on the heap: one block, or the nodes of a tree.
pub(crate) struct Block {
    /// Where the block starts; none for what has several, or whose start its type does not tell.
    start: Option<NonNull<u8>>,
    /// Requested bytes, as the recorder counts them.
    pub(crate) bytes: u64,
    /// How many blocks.
    pub(crate) count: u64,
    /// Whether `bytes` is what was asked for, or an estimate.
    pub(crate) is_exact: bool,
}

impl Block {
    /// A block of which nothing but the size is known; nothing for an empty one, which is no block.
    pub(crate) fn from_size(bytes: usize) -> Option<Block> {
        (bytes > 0).then_some(Block { start: None, bytes: bytes as u64, count: 1, is_exact: true })
    }

    /// The block of `capacity` values that starts at `first`; nothing where there is none.
    ///
    /// # Safety
    /// If `capacity` values take any room, `first` is the start of a live block of the global allocator.
    pub(crate) unsafe fn for_buffer<T>(first: *const T, capacity: usize) -> Option<Block> {
        Block::from_size(capacity.saturating_mul(size_of::<T>()))
            .map(|block| Block { start: NonNull::new(first.cast_mut().cast()), ..block })
    }

    /// The block of a boxed value; nothing for a value without a size.
    ///
    /// # Safety
    /// If it has a size, the value is in a `Box`, alone.
    pub(crate) unsafe fn for_box<T: ?Sized>(value: &T) -> Option<Block> {
        Block::from_size(size_of_val(value))
            .map(|block| Block { start: Some(NonNull::from(value).cast()), ..block })
    }

    /// The block of a counted value: both counts, and the value behind them, as `Rc` and `Arc` lay them out (`RcInner` and
    /// `ArcInner` of the standard library are `repr(C)`).
    ///
    /// # Safety
    /// `value` is what an `Rc`, an `Arc` or a `Weak` points at, of this layout, and the block is not freed.
    pub(crate) unsafe fn counted(value: NonNull<u8>, layout: Layout) -> Option<Block> {
        let (whole, offset) = Layout::new::<[usize; 2]>().extend(layout).ok()?;
        // SAFETY: the value lies `offset` behind the start of its block.
        let start = unsafe { value.sub(offset) };
        let bytes = whole.pad_to_align().size() as u64;
        Some(Block { start: Some(start), bytes, count: 1, is_exact: true })
    }

    /// How many `Weak` pointers keep the block of a value that is gone: the standard library says 0 then, so it is read from
    /// where it is kept, behind the strong count.
    ///
    /// # Safety
    /// This is from [`Block::counted`], and the block is not freed.
    pub(crate) unsafe fn weak_count(&self) -> Option<usize> {
        // SAFETY: the second number of the block. An `Arc` changes it atomically; an `Rc` in this thread alone.
        let count = unsafe { AtomicUsize::from_ptr(self.start?.cast::<usize>().add(1).as_ptr()) };
        Some(count.load(Ordering::Relaxed))
    }

    /// Several blocks, or one whose size is not sure.
    pub(crate) fn for_many(bytes: usize, count: usize, is_exact: bool) -> Option<Block> {
        (bytes > 0).then_some(Block { start: None, bytes: bytes as u64, count: count as u64, is_exact })
    }

    /// Where it starts, as a number: while it is alive no other block has it.
    pub(crate) fn address(&self) -> Option<usize> {
        self.start.map(|start| start.addr().get())
    }

    /// Where it was born, as the recorder knows it.
    pub(crate) fn birth(&self) -> Option<AllocSite> {
        // SAFETY: the makers of blocks with a start have promised that it is a live block's first byte.
        self.start.and_then(|start| unsafe { heaplab_heap::find_alloc_site(start) })
    }
}
