//! A heap block as the tracer sees it: its start, and the bytes that the recorder counts for it.

use heaplab_heap::AllocSite;
use std::alloc::Layout;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one value owns on the heap: one block, or the nodes of a tree.
pub(crate) struct Block {
    /// The block's start; `None` for several blocks, or where the type does not reveal it.
    start: Option<NonNull<u8>>,
    /// Requested bytes, as the recorder counts them.
    pub(crate) bytes: u64,
    pub(crate) count: u64,
    /// Whether `bytes` is exact or an estimate.
    pub(crate) is_exact: bool,
}

impl Block {
    /// A block of which only the size is known; `None` for size 0, which allocates nothing.
    pub(crate) fn from_size(bytes: usize) -> Option<Block> {
        (bytes > 0).then_some(Block { start: None, bytes: bytes as u64, count: 1, is_exact: true })
    }

    /// The block of `capacity` values that starts at `first`; `None` if it is empty.
    ///
    /// # Safety
    /// If `capacity` values take any bytes, `first` is the start of a live block of the global
    /// allocator.
    pub(crate) unsafe fn for_buffer<T>(first: *const T, capacity: usize) -> Option<Block> {
        Block::from_size(capacity.saturating_mul(size_of::<T>()))
            .map(|block| Block { start: NonNull::new(first.cast_mut().cast()), ..block })
    }

    /// The block of a boxed value; `None` for a value of size 0.
    ///
    /// # Safety
    /// If it has a size, the value is alone in a `Box`.
    pub(crate) unsafe fn for_box<T: ?Sized>(value: &T) -> Option<Block> {
        Block::from_size(size_of_val(value))
            .map(|block| Block { start: Some(NonNull::from(value).cast()), ..block })
    }

    /// The block of a counted value: both counts and the value behind them, in the layout of `Rc`
    /// and `Arc` (the standard library's `RcInner` and `ArcInner` are `repr(C)`).
    ///
    /// # Safety
    /// `value` is what an `Rc`, an `Arc` or a `Weak` points at, it has this layout, and the block
    /// is not freed.
    pub(crate) unsafe fn for_counted(value: NonNull<u8>, layout: Layout) -> Option<Block> {
        let (whole, offset) = Layout::new::<[usize; 2]>().extend(layout).ok()?;
        // SAFETY: the value lies `offset` bytes behind the start of its block.
        let start = unsafe { value.sub(offset) };
        let bytes = whole.pad_to_align().size() as u64;
        Some(Block { start: Some(start), bytes, count: 1, is_exact: true })
    }

    /// The number of `Weak` pointers to the block of a dropped value. The standard library reports
    /// 0 in this case, so the count is read from its place behind the strong count.
    ///
    /// # Safety
    /// This is from [`Block::for_counted`], and the block is not freed.
    pub(crate) unsafe fn weak_count(&self) -> Option<usize> {
        // SAFETY: this is the second number of the block. An `Arc` changes it atomically, an `Rc`
        // only in this thread.
        let count = unsafe { AtomicUsize::from_ptr(self.start?.cast::<usize>().add(1).as_ptr()) };
        Some(count.load(Ordering::Relaxed))
    }

    /// Several blocks, or one whose size is uncertain.
    pub(crate) fn for_many(bytes: usize, count: usize, is_exact: bool) -> Option<Block> {
        (bytes > 0).then_some(Block { start: None, bytes: bytes as u64, count: count as u64, is_exact })
    }

    /// The start as a number. While the block is alive, no other block has it.
    pub(crate) fn address(&self) -> Option<usize> {
        self.start.map(|start| start.addr().get())
    }

    pub(crate) fn alloc_site(&self) -> Option<AllocSite> {
        // SAFETY: every constructor that sets a start requires the first byte of a live block.
        self.start.and_then(|start| unsafe { heaplab_heap::find_alloc_site(start) })
    }
}
