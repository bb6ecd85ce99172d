//! What the recorder writes when a region closes: addresses and counters, without names. It is one
//! file, which is read where there is time to look up symbols.

mod file;
mod python;
pub mod tables;

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

pub use file::RawError;
pub use python::{OBJECTS_ARE_BLOCKS, PYTHON_NODE, PythonLocation, PythonState, RawPython, python_location};

/// The address of a node that stands for the callers of a stack deeper than the recorder keeps. A
/// site at node 0, the root, is the overflow site, which counts what had no room in the tables.
pub const CUT_ADDRESS: u64 = 1;

/// Reads a recording from a file of either form: the compact one of [`RawRecording::write`], or the
/// tables of a process, which may still run.
///
/// # Errors
/// As [`RawRecording::read`] and [`tables::read_tables`], and when the file cannot be read.
pub fn read_file(path: &Path) -> Result<RawRecording, RawError> {
    let unreadable = |error: std::io::Error| RawError::Unreadable { problem: error.to_string() };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut first = [0_u8; 7];
    let is_table = match file.read_exact(&mut first) {
        Ok(()) if first == [0; 7] => return Err(RawError::NotBegun),
        Ok(()) => first == tables::MAGIC.to_ne_bytes()[..7],
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => false,
        Err(error) => return Err(unreadable(error)),
    };
    if is_table {
        return tables::read_tables(&file);
    }
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(unreadable)?;
    RawRecording::read(&bytes)
}

/// A whole recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRecording {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Sums over all sites.
    pub totals: RawTotals,
    /// Where the program and its libraries were mapped.
    pub modules: Vec<Module>,
    /// The names of the threads that recorded, in the order in which they first did.
    pub threads: Vec<String>,
    /// The call tree of all stacks: a node is a return address under its caller. Node 0 is the root
    /// and has no address.
    pub nodes: Vec<Node>,
    /// One entry per stack and thread.
    pub sites: Vec<RawSite>,
    /// Live bytes over the allocation clock, in its order.
    pub curve: Vec<RawPoint>,
    /// Marks that the program set, in order.
    pub marks: Vec<RawMark>,
    /// The process that was recorded.
    pub process: RawProcess,
    /// Its Python interpreter.
    pub python: RawPython,
}

/// The process that was recorded, and what its recording lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawProcess {
    /// Process id; 0 if it is not known.
    pub id: u64,
    /// Process id of the parent when the recording began.
    pub parent: u64,
    /// Nanoseconds since 1970 when the recording began.
    pub started_unix_ns: u64,
    /// An address inside the recorder, which lies in the module that contains it.
    pub recorder_address: u64,
    /// Live bytes of the parent at the fork that made this process. They are not part of it.
    pub inherited_bytes: u64,
    /// Events that were half counted when the process ended: at most one per thread.
    pub interrupted_events: u64,
    /// Events that could not be counted anywhere, because the tables got no memory.
    pub lost_events: u64,
    /// 1 if the file system had no room for more of the tables.
    pub is_out_of_room: u64,
    /// 1 if no region was opened, so that the figures are those of the whole process.
    pub is_whole_process: u64,
    /// Libraries that were loaded without `RTLD_DEEPBIND` although the program wanted it.
    pub deep_binds: u64,
}

/// Sums over the region. Bytes are requested bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawTotals {
    /// Births.
    pub births: u64,
    /// Bytes at birth.
    pub birth_bytes: u64,
    /// Reallocations.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    pub reallocated_bytes: u64,
    /// The sum of growth.
    pub grown_bytes: u64,
    /// The sum of shrinking.
    pub shrunk_bytes: u64,
    /// Live blocks at the peak.
    pub peak_blocks: u64,
    /// Peak of live bytes.
    pub peak_bytes: u64,
    /// The allocation clock at the peak.
    pub peak_clock_bytes: u64,
    /// Live blocks at the end.
    pub end_blocks: u64,
    /// Live bytes at the end.
    pub end_bytes: u64,
    /// Wall time of the region.
    pub wall_ns: u64,
    /// Bound of the peak's error; 0 while a single thread records.
    pub peak_error_bytes: u64,
    /// Stacks that lead through code without unwind tables, where frame pointers were followed.
    pub slow_walks: u64,
    /// Stacks deeper than the limit.
    pub cut_stacks: u64,
    /// Births that had no room in the tables and were counted at the overflow site.
    pub overflowed: u64,
}

/// A file mapped into the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// The address of the file's first byte.
    pub base: u64,
    /// One past its last mapped address.
    pub end: u64,
    /// The file's path.
    pub path: String,
    /// The GNU build id in lower-case hexadecimal; empty where it has none.
    pub build_id: String,
}

/// A return address under its caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The caller's node; smaller than this node's own number.
    pub parent: u32,
    /// The return address as it was in memory.
    pub address: u64,
}

/// What one thread did to the blocks of one stack.
///
/// A block counts at the stack that allocated it, whichever thread frees it. Figures of one thread
/// may be negative; their sum over the threads is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawSite {
    /// The node of the innermost frame.
    pub node: u32,
    /// An index into the threads.
    pub thread: u32,
    /// Births.
    pub births: u64,
    /// Bytes at birth.
    pub birth_bytes: u64,
    /// Reallocations.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    pub reallocated_bytes: u64,
    /// The sum of growth.
    pub grown_bytes: u64,
    /// The sum of shrinking.
    pub shrunk_bytes: u64,
    /// Live blocks now.
    pub live_blocks: i64,
    /// Live bytes now.
    pub live_bytes: i64,
    /// Live blocks at the global peak.
    pub peak_blocks: i64,
    /// Live bytes at the global peak.
    pub peak_bytes: i64,
    /// Live blocks when this entry's own live bytes were highest.
    pub own_peak_blocks: i64,
    /// This entry's own highest live bytes.
    pub own_peak_bytes: i64,
    /// Freed blocks.
    pub deaths: u64,
    /// The sum of the lifetimes of the freed blocks, in bytes of the allocation clock.
    pub lifetime_bytes: u64,
    /// The sum of the allocation clock at the births of the blocks that are live now.
    pub live_birth_clock_bytes: i64,
    /// How many freed blocks lived for less than 1, 2, 4, 8, … bytes of the allocation clock, the
    /// 32nd for 1 GiB or more; trailing zeros are left out.
    pub lifetimes: Vec<u64>,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawPoint {
    /// The allocation clock: bytes allocated so far in the region.
    pub clock_bytes: u64,
    /// Time since the region's opening.
    pub at_ns: u64,
    /// Live bytes.
    pub live_bytes: u64,
}

/// A mark on the curve.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawMark {
    /// The name of what begins here.
    pub name: String,
    /// The allocation clock.
    pub clock_bytes: u64,
    /// Time since the region's opening.
    pub at_ns: u64,
}
