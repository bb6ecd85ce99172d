//! The tables of the recorder, as they lie in the file that a recorded process maps: the layout,
//! and a reader for it.
//!
//! The file `heap-PID.tables` is sparse and mapped shared from the start of the process, so the
//! kernel keeps it whatever ends the process. It has two parts, each a `repr(C)` struct of this
//! module in the byte order of the machine: [`HotPages`], then [`BulkTables`]. A reader may look at
//! any time. Entries are complete before the counter of their list is increased; a counter may be
//! one event ahead of another.

mod python;
mod reader;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, AtomicU64};

pub use python::*;
pub use reader::{
    Levels, NameTables, SiteReading, TableSource, read_curve_and_command, read_levels, read_name_tables,
    read_names_from, read_site_figures, read_tables, read_totals,
};

/// The first eight bytes of the file. The last one is the version of this layout.
pub const MAGIC: u64 = u64::from_le_bytes(*b"hltable\x02");
/// The size of the file. Only what is used takes room on the disk.
pub const FILE_BYTES: usize = size_of::<HotPages>() + size_of::<BulkTables>();
/// Nodes of the call tree at most.
pub const MAX_NODES: usize = 1 << 24;
/// Sites at most.
pub const MAX_SITES: usize = 1 << 22;
/// Threads that record at the same time, at most.
pub const MAX_THREADS: usize = 1 << 16;
/// Segments at most: 4 GiB of counters.
pub const MAX_SEGMENTS: usize = 1 << 20;
/// Sites whose counters share a segment. PERF: their counters fill a page.
pub const SEGMENT_SITES: usize = 32;
/// Modules at most.
pub const MAX_MODULES: usize = 1 << 12;
/// Points of the curve at most.
pub const MAX_POINTS: usize = 4096;
/// Marks at most: people read them.
pub const MAX_MARKS: usize = 64;
/// Bytes of a mark's name at most.
pub const MARK_NAME_BYTES: usize = 48;
/// Bytes of the command line that are kept.
pub const COMMAND_BYTES: usize = 8192;
/// Bytes of a module's path that are kept.
pub const PATH_BYTES: usize = 4032;
/// Bytes of a build id that are kept.
pub const BUILD_ID_BYTES: usize = 32;
/// Classes of lifetimes: powers of two of the allocation clock; the last class has everything from
/// 1 GiB.
pub const LIFETIME_CLASSES: usize = 32;

/// The site that counts allocations for which the tables have no room.
pub const OVERFLOW_SITE: u32 = 1;

/// A value alone on its cache lines. Processors fetch lines in pairs, hence 128 bytes.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct CacheLine<T>(pub T);

impl<T> std::ops::Deref for CacheLine<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

/// What every event reads or writes, and all lists that are small.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct HotPages {
    /// [`MAGIC`].
    pub magic: AtomicU64,
    /// [`FILE_BYTES`]: a recorder with other tables has another number here.
    pub file_bytes: AtomicU64,
    /// The process and its region.
    pub process: ProcessRow,
    /// What the thread that opened the region counted while it alone recorded. It writes them.
    pub owner_sums: CacheLine<OwnerSums>,
    /// What was added to the live bytes since a second thread has recorded.
    pub shared_live_bytes: CacheLine<AtomicI64>,
    /// What was added to the allocation clock since a second thread has recorded.
    pub shared_clock_bytes: CacheLine<AtomicU64>,
    /// The most bytes that were live at once.
    pub peak_bytes: CacheLine<AtomicI64>,
    /// The allocation clock when the last peak ended.
    pub peak_clock_bytes: CacheLine<AtomicU64>,
    /// Twice the current epoch, plus 1 while the live bytes are at their peak. The epoch is 1 plus the
    /// number of peaks that have ended.
    pub epoch_and_peak: CacheLine<AtomicU64>,
    /// 1 if a second thread has recorded in the region.
    pub is_shared: CacheLine<AtomicU32>,
    /// Counters that no reader reads, for a thread that has no row.
    pub spare_row: SiteRow,
    /// The curve of live bytes.
    pub curve: Curve,
    /// Marks on the curve.
    pub marks: Marks,
    /// The command line: words that end with a NUL.
    pub command: [AtomicU8; COMMAND_BYTES],
}

/// The process, its region, and the lengths of the lists in [`BulkTables`].
#[derive(Debug, Default)]
#[repr(C)]
pub struct ProcessRow {
    /// Process id.
    pub id: AtomicU64,
    /// Process id of the parent.
    pub parent: AtomicU64,
    /// Nanoseconds since 1970 at the start.
    pub started_unix_ns: AtomicU64,
    /// The address of a function of the recorder, which tells two recorders in one process apart.
    pub recorder_address: AtomicU64,
    /// Live bytes of the parent at the fork that made this process; they are not part of it.
    pub inherited_bytes: AtomicU64,
    /// The number of the open or last region. The whole process is region 1.
    pub region: AtomicU64,
    /// 1 while the region is open.
    pub is_open: AtomicU64,
    /// Nanoseconds on the recorder's clock when the region was opened.
    pub opened_at_ns: AtomicU64,
    /// Wall time of the region if it was closed.
    pub closed_after_ns: AtomicU64,
    /// Events that could not be counted anywhere, because the tables got no memory.
    pub lost_events: AtomicU64,
    /// 1 if the file system had no room for more of the tables.
    pub is_out_of_room: AtomicU64,
    /// Nodes in use.
    pub nodes: AtomicU64,
    /// One more than the highest site number in use.
    pub sites: AtomicU64,
    /// Threads in use.
    pub threads: AtomicU64,
    /// Segments in use.
    pub segments: AtomicU64,
    /// Modules in use.
    pub modules: AtomicU64,
    /// Bytes of the command line in use.
    pub command_bytes: AtomicU64,
    /// The version of the Python interpreter, as its `PY_VERSION_HEX`; 0 without one.
    pub python_version: AtomicU64,
    /// [`PythonState`](crate::raw::PythonState) as a number.
    pub python_state: AtomicU64,
    /// Python locations in use, with the unused entry 0.
    pub python_locations: AtomicU64,
    /// Texts in use, with the unused entry 0.
    pub python_texts: AtomicU64,
    /// Bytes of all texts in use.
    pub python_text_bytes: AtomicU64,
    /// Libraries that were loaded without `RTLD_DEEPBIND` although the program wanted it.
    pub deep_binds: AtomicU64,
}

/// The sums of a region while one thread records.
#[derive(Debug, Default)]
#[repr(C)]
pub struct OwnerSums {
    /// Live bytes.
    pub live_bytes: AtomicI64,
    /// The allocation clock: bytes allocated so far.
    pub clock_bytes: AtomicU64,
}

/// Live bytes over the allocation clock. When the table is full, every second point is dropped and
/// the step doubles.
#[derive(Debug)]
#[repr(C)]
pub struct Curve {
    /// The allocation clock at which the next point is due.
    pub next_due_bytes: AtomicU64,
    /// The distance between points.
    pub step_bytes: AtomicU64,
    /// Points in use.
    pub used: AtomicU64,
    /// 1 while a thread takes a point.
    pub lock: AtomicU64,
    /// The points.
    pub points: [PointRow; MAX_POINTS],
}

/// A point of the curve.
#[derive(Debug, Default)]
#[repr(C)]
pub struct PointRow {
    /// The allocation clock.
    pub clock_bytes: AtomicU64,
    /// Time since the region's opening.
    pub at_ns: AtomicU64,
    /// Live bytes.
    pub live_bytes: AtomicU64,
}

/// Marks that the program set.
#[derive(Debug)]
#[repr(C)]
pub struct Marks {
    /// Marks that were begun; one is complete when its clock value is not 0.
    pub used: AtomicU64,
    /// The marks.
    pub rows: [MarkRow; MAX_MARKS],
}

/// A mark.
#[derive(Debug)]
#[repr(C)]
pub struct MarkRow {
    /// The allocation clock plus 1; 0 while the mark is not complete.
    pub clock_bytes_plus_1: AtomicU64,
    /// Time since the region's opening.
    pub at_ns: AtomicU64,
    /// The name, then NULs.
    pub name: [AtomicU8; MARK_NAME_BYTES],
}

/// The lists that grow, each with room for its maximum. Only what is used takes memory or disk.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct BulkTables {
    /// The threads that recorded.
    pub threads: [ThreadRow; MAX_THREADS],
    /// The program and its libraries.
    pub modules: [ModuleRow; MAX_MODULES],
    /// The innermost node of each site.
    pub site_nodes: [AtomicU32; MAX_SITES],
    /// The caller of each node.
    pub node_parents: [AtomicU32; MAX_NODES],
    /// The return address of each node.
    pub node_addresses: [AtomicU64; MAX_NODES],
    /// Names and lines of Python code.
    pub python: PythonTables,
    /// The thread and the sites of each segment, as [`SegmentOwner`] packs them.
    pub segment_owners: [AtomicU64; MAX_SEGMENTS],
    /// Counters of sites, and lifetimes.
    pub segments: [Segment; MAX_SEGMENTS],
}

/// One thread, or several of the same name one after the other.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct ThreadRow {
    /// The system's name of the thread, at most 15 bytes and a NUL.
    pub name: [AtomicU64; 2],
    /// How many threads have used this row since the region was opened.
    pub uses: AtomicU64,
    /// 1 while a running thread uses this row.
    pub is_taken: AtomicU64,
    /// Changes of live bytes that are not yet in the shared sums.
    pub pending_bytes: AtomicI64,
    /// Allocated bytes that are not yet in the shared clock.
    pub pending_clock_bytes: AtomicU64,
    /// Stacks for which the unwind tables had no rule, and frame pointers were followed.
    pub slow_walks: AtomicU64,
    /// Stacks that end before the thread's start, or are too deep.
    pub cut_stacks: AtomicU64,
}

/// A file that is mapped into the process.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct ModuleRow {
    /// The address of the file's first byte.
    pub base: AtomicU64,
    /// One past its last mapped address.
    pub end: AtomicU64,
    /// Bytes of the path in use.
    pub path_bytes: AtomicU32,
    /// Bytes of the build id in use.
    pub build_id_bytes: AtomicU32,
    /// The GNU build id.
    pub build_id: [AtomicU8; BUILD_ID_BYTES],
    /// The path as the dynamic linker has it, in any encoding.
    pub path: [AtomicU8; PATH_BYTES],
}

/// A page of counters, or of lifetimes, of [`SEGMENT_SITES`] sites of one thread.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct Segment(pub [SiteRow; SEGMENT_SITES]);

/// The counters of one site in one thread. Only that thread writes them.
///
/// A block counts at the stack that allocated it, whichever thread frees it, so the figures of one
/// thread may be negative.
#[derive(Debug, Default)]
#[repr(C)]
pub struct SiteRow {
    /// Allocations.
    pub births: AtomicU64,
    /// Bytes at the allocations.
    pub birth_bytes: AtomicU64,
    /// Reallocations.
    pub reallocations: AtomicU64,
    /// The sum of new sizes over all reallocations.
    pub reallocated_bytes: AtomicU64,
    /// The sum of growth.
    pub grown_bytes: AtomicU64,
    /// The sum of shrinking.
    pub shrunk_bytes: AtomicU64,
    /// Live blocks now.
    pub live_blocks: AtomicI64,
    /// Live bytes now.
    pub live_bytes: AtomicI64,
    /// Live blocks when this row's own live bytes were highest.
    pub own_peak_blocks: AtomicI64,
    /// This row's own highest live bytes.
    pub own_peak_bytes: AtomicI64,
    /// Live blocks when the last peak before `epoch` ended; meaningless while `epoch` is older than
    /// the current one.
    pub saved_blocks: AtomicI64,
    /// As `saved_blocks`, for live bytes.
    pub saved_bytes: AtomicI64,
    /// The epoch of the last change.
    pub epoch: AtomicU64,
    /// Freed blocks.
    pub deaths: AtomicU64,
    /// The sum of the lifetimes of the freed blocks, in bytes of the allocation clock.
    pub lifetime_bytes: AtomicU64,
    /// The sum, over the live blocks, of the allocation clock at their allocation.
    pub live_birth_clock_bytes: AtomicI64,
}

// PERF: two cache lines per site.
const _: () = assert!(size_of::<SiteRow>() == 128 && size_of::<Segment>() == 4096);
const _: () = assert!(size_of::<ModuleRow>() == 4096 && size_of::<ThreadRow>() == 128);

/// The most that thread `index` may keep back of its changes of live bytes, in each direction, while
/// several threads record and the peak is `peak_bytes`.
///
/// The sum over all threads bounds the error of the peak. It is at most 832 bytes per thread and
/// 0.19 % of the peak (8 / 2^13 + 56 / 2^16), which is less than 1 KiB per thread or 1 % of the peak,
/// whichever is larger.
#[inline]
pub fn slack_bytes(index: u32, peak_bytes: i64) -> i64 {
    const LEAST: i64 = 832;
    match index {
        0..8 => (peak_bytes >> 13).max(LEAST),
        8..64 => (peak_bytes >> 16).max(LEAST),
        _ => LEAST,
    }
}

/// What a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// [`SiteRow`]s.
    Counters,
    /// For each site, the number of freed blocks in each of [`LIFETIME_CLASSES`] classes, as `u32`.
    Lifetimes,
}

/// Whose figures a segment holds. Packed into 64 bits that are never 0: from the lowest, 32 bits
/// for the group of sites, 24 for the thread, 8 for the kind plus 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentOwner {
    /// The kind of figures.
    pub kind: SegmentKind,
    /// The index of the thread.
    pub thread: u32,
    /// The number of the first site, divided by [`SEGMENT_SITES`].
    pub group: u32,
}

impl SegmentOwner {
    /// Packs it.
    pub fn to_word(self) -> u64 {
        let kind = match self.kind {
            SegmentKind::Counters => 1,
            SegmentKind::Lifetimes => 2,
        };
        kind << 56 | u64::from(self.thread & 0xff_ffff) << 32 | u64::from(self.group)
    }

    /// Unpacks it; `None` for a word that is not a packed owner.
    pub fn from_word(word: u64) -> Option<SegmentOwner> {
        let kind = match word >> 56 {
            1 => SegmentKind::Counters,
            2 => SegmentKind::Lifetimes,
            _ => return None,
        };
        Some(SegmentOwner { kind, thread: (word >> 32) as u32 & 0xff_ffff, group: word as u32 })
    }
}
