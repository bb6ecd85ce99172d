//! The tables of this process: two mappings with the layout of
//! [`heaplab_profile::raw::tables`]. With an output folder they are a file that is mapped shared,
//! so that the kernel keeps it whatever ends the process; otherwise they are anonymous memory.
//!
//! PERF: the hot pages are mapped over a static of this program, so that their addresses are
//! constants and no event loads a pointer to them.

use super::output::{self, OutputFile};
use heaplab_profile::raw::tables::*;
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering::*};

#[repr(C, align(4096))]
struct HotStatic(UnsafeCell<MaybeUninit<HotPages>>);

// SAFETY: the pages hold atomics only.
unsafe impl Sync for HotStatic {}

static HOT: HotStatic = HotStatic(UnsafeCell::new(MaybeUninit::zeroed()));
static BULK: AtomicPtr<BulkTables> = AtomicPtr::new(ptr::null_mut());
/// Segments for which the mapping has room.
static SEGMENT_ROOM: AtomicUsize = AtomicUsize::new(0);
/// Whether memory must be asked for before it is touched, because a file system may be full.
static IS_FILE: AtomicBool = AtomicBool::new(false);

/// The hot pages of this process.
#[inline(always)]
pub(super) fn hot() -> &'static HotPages {
    // SAFETY: all zeros are valid, and the pages are only ever changed as atomics, or as a whole
    // while no other thread runs.
    unsafe { (*HOT.0.get()).assume_init_ref() }
}

/// The lists of this process; `None` before the start, or if there is no address space.
#[inline]
pub(super) fn bulk() -> Option<&'static BulkTables> {
    // SAFETY: null, or a mapping that is never unmapped.
    unsafe { BULK.load(Relaxed).as_ref() }
}

/// Maps fresh tables: at the start of the process, or in a forked child, whose inherited tables are
/// its parent's. They are a file if `wants_file`, where there is a folder for it. Returns false if
/// there is no address space for them.
pub(super) fn map(wants_file: bool) -> bool {
    let is_mapped = wants_file && output::create_file(FILE_BYTES, map_file);
    if !is_mapped && !map_with(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE, -1) {
        return false;
    }
    IS_FILE.store(is_mapped, Relaxed);
    POPULATED_BYTES.iter().for_each(|bytes| bytes.store(0, Relaxed));
    true
}

fn map_file(file: &OutputFile) -> bool {
    file.remember();
    map_with(libc::MAP_SHARED, file.descriptor) && populate(HOT.0.get().addr(), 0, size_of::<HotPages>())
}

fn map_with(flags: libc::c_int, file: libc::c_int) -> bool {
    // SAFETY: the static's pages are replaced by zeros, which nobody uses yet.
    if !unsafe { map_hot(flags, file) } {
        return false;
    }
    let Some((lists, segments)) = map_bulk(flags, file) else { return false };
    BULK.store(lists, Relaxed);
    SEGMENT_ROOM.store(segments, Relaxed);
    true
}

/// The bytes of the lists up to the end of so many segments, which come last.
const fn bulk_bytes(segments: usize) -> usize {
    size_of::<BulkTables>() - (MAX_SEGMENTS - segments) * size_of::<Segment>()
}

/// # Safety
/// Nobody uses the hot pages.
unsafe fn map_hot(flags: libc::c_int, file: libc::c_int) -> bool {
    let place = HOT.0.get().cast();
    let rights = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: whole pages of a static of our own, which is aligned to a page.
    let mapped =
        unsafe { libc::mmap(place, size_of::<HotPages>(), rights, flags | libc::MAP_FIXED, file, 0) };
    mapped != libc::MAP_FAILED
}

/// Maps the lists, and returns how many segments have room. In a program with a limit on its
/// address space (`ulimit -v`), few have to do, because the program needs the rest for itself.
fn map_bulk(flags: libc::c_int, file: libc::c_int) -> Option<(*mut BulkTables, usize)> {
    let offset = if file < 0 { 0 } else { size_of::<HotPages>() as libc::off_t };
    let rights = libc::PROT_READ | libc::PROT_WRITE;
    [MAX_SEGMENTS, MAX_SEGMENTS >> 6].into_iter().find_map(|segments| {
        // SAFETY: a new mapping at an address that the kernel chooses.
        let mapped =
            unsafe { libc::mmap(ptr::null_mut(), bulk_bytes(segments), rights, flags, file, offset) };
        (mapped != libc::MAP_FAILED).then(|| (mapped.cast(), segments))
    })
}

/// Asks the kernel for pages of the file now: `bytes` bytes from `offset` on, which are mapped at
/// `address` and were never used. A page that is only touched would end the process by SIGBUS if
/// the file system is full; this call fails instead.
fn populate(address: usize, offset: usize, bytes: usize) -> bool {
    let (first, last) = (address & !4095, (address + bytes).next_multiple_of(4096));
    // The lists begin at whole pages, so no page has data already.
    output::write_zeros(offset, bytes);
    // SAFETY: pages of our own mapping; no content changes.
    let result = unsafe {
        libc::madvise(ptr::with_exposed_provenance_mut(first), last - first, libc::MADV_POPULATE_WRITE)
    };
    // A kernel before 5.14 does not know the call; there a full file system ends the process.
    result == 0 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EINVAL)
}

/// The lists that take memory step by step.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(all(feature = "preload", target_os = "linux")),
    expect(dead_code, reason = "only a recorder that is malloc reads Python's frames")
)]
enum List {
    Threads,
    Modules,
    SiteNodes,
    NodeParents,
    NodeAddresses,
    PythonLocations,
    PythonTexts,
    PythonTextBytes,
    SegmentOwners,
    Segments,
}

/// How many bytes of each list have memory. Each is used under the lock of its list.
static POPULATED_BYTES: [AtomicUsize; 10] = [const { AtomicUsize::new(0) }; 10];

impl List {
    /// Makes sure that the first `count` entries have memory.
    fn ensure<T>(self, list: &[T], count: usize) -> bool {
        /// PERF: few calls for large lists, little memory for small ones.
        const LEAST: usize = 16 << 10;
        const MOST: usize = 1 << 20;
        if count > list.len() {
            return false;
        }
        let populated = &POPULATED_BYTES[self as usize];
        let (needed, has) = (count * size_of::<T>(), populated.load(Relaxed));
        if needed <= has || !IS_FILE.load(Relaxed) {
            return true;
        }
        let next = (has + (has / 4).clamp(LEAST, MOST)).max(needed).next_multiple_of(4096);
        let next = next.min(size_of_val(list).next_multiple_of(4096));
        let address = list.as_ptr().addr() + has;
        let offset = size_of::<HotPages>() + address.wrapping_sub(BULK.load(Relaxed).addr());
        if !populate(address, offset, next - has) {
            hot().process.is_out_of_room.store(1, Relaxed);
            return false;
        }
        populated.store(next, Relaxed);
        true
    }
}

/// Makes sure that there is memory for the node.
pub(super) fn has_node(lists: &BulkTables, node: usize) -> bool {
    List::NodeParents.ensure(&lists.node_parents, node + 1)
        && List::NodeAddresses.ensure(&lists.node_addresses, node + 1)
}

/// Makes sure that there is memory for the site.
pub(super) fn has_site(lists: &BulkTables, site: usize) -> bool {
    List::SiteNodes.ensure(&lists.site_nodes, site + 1)
}

/// Makes sure that there is memory for the Python location.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(super) fn has_python_location(lists: &PythonTables, location: usize) -> bool {
    List::PythonLocations.ensure(&lists.locations, location + 1)
}

/// Makes sure that there is memory for the text and for all bytes up to its end.
#[cfg(all(feature = "preload", target_os = "linux"))]
pub(super) fn has_python_text(lists: &PythonTables, text: usize, end: usize) -> bool {
    List::PythonTexts.ensure(&lists.texts, text + 1) && List::PythonTextBytes.ensure(&lists.text, end)
}

/// The next row for a thread, with its index. The caller holds the lock of the rows.
pub(super) fn add_thread_row(lists: &'static BulkTables) -> Option<(u32, &'static ThreadRow)> {
    let index = hot().process.threads.load(Relaxed) as usize;
    if !List::Threads.ensure(&lists.threads, index + 1) {
        return None;
    }
    hot().process.threads.store(index as u64 + 1, Release);
    Some((index as u32, &lists.threads[index]))
}

/// The row for the next module; it counts from [`finish_module_row`] on. The caller holds the lock
/// of the modules.
pub(super) fn next_module_row(lists: &'static BulkTables) -> Option<&'static ModuleRow> {
    let index = hot().process.modules.load(Relaxed) as usize;
    List::Modules.ensure(&lists.modules, index + 1).then(|| &lists.modules[index])
}

pub(super) fn finish_module_row() {
    hot().process.modules.fetch_add(1, Release);
}

/// A new segment. The caller holds the lock of the segments.
pub(super) fn add_segment(owner: SegmentOwner) -> Option<&'static Segment> {
    let lists = bulk()?;
    let index = hot().process.segments.load(Relaxed) as usize;
    if index >= SEGMENT_ROOM.load(Relaxed)
        || !List::SegmentOwners.ensure(&lists.segment_owners, index + 1)
        || !List::Segments.ensure(&lists.segments, index + 1)
    {
        return None;
    }
    lists.segment_owners[index].store(owner.to_word(), Relaxed);
    hot().process.segments.store(index as u64 + 1, Release);
    Some(&lists.segments[index])
}

/// Sets all counters of all segments to zero. Other threads should be idle.
pub(super) fn clear_segments() {
    let Some(lists) = bulk() else { return };
    let used = (hot().process.segments.load(Acquire) as usize).min(MAX_SEGMENTS);
    for segment in &lists.segments[..used] {
        for word in segment_words(segment) {
            // PERF: a page that is zero is not written to.
            if word.load(Relaxed) != 0 {
                word.store(0, Relaxed);
            }
        }
    }
}

/// A segment as 64-bit words.
pub(super) fn segment_words(segment: &Segment) -> &[AtomicU64; size_of::<Segment>() / 8] {
    // SAFETY: a segment is a page of 64-bit atomics, and AtomicI64 has the layout of AtomicU64.
    unsafe { &*ptr::from_ref(segment).cast() }
}

/// Reads the tables of this process.
pub(super) struct OwnTables;

impl TableSource for OwnTables {
    fn read_words(&self, offset: usize, into: &mut [u64]) -> std::io::Result<()> {
        let hot_bytes = size_of::<HotPages>();
        let (base, offset) = match offset.checked_sub(hot_bytes) {
            None => (HOT.0.get().cast::<AtomicU64>(), offset),
            Some(within) => (BULK.load(Relaxed).cast::<AtomicU64>(), within),
        };
        let first = offset / 8;
        if base.is_null() {
            into.fill(0);
            return Ok(());
        }
        for (index, word) in into.iter_mut().enumerate() {
            // SAFETY: the reader asks only for words of the layout, whose used part is mapped, and
            // every part of which is atomic.
            *word = unsafe { (*base.add(first + index)).load(Relaxed) };
        }
        Ok(())
    }
}

const _: () = assert!(size_of::<HotPages>().is_multiple_of(4096));
