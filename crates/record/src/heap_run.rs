//! The recorder's figures of a run.

use serde::{Deserialize, Serialize};

/// The recorder's totals, and the cost of recording.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeapRun {
    /// The scale.
    pub rows: u64,
    /// Births.
    pub total_blocks: u64,
    /// Birth bytes plus growth.
    pub total_bytes: u64,
    /// Reallocations.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    pub reallocated_bytes: u64,
    /// Live blocks at the peak.
    pub peak_blocks: u64,
    /// Peak of live bytes.
    pub peak_bytes: u64,
    /// Live blocks when the region closed.
    pub end_blocks: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
    /// One wall time per repetition.
    pub wall_ns: Vec<u64>,
    /// The median ratio over alternating pairs of heap and plain runs of one scale; absent for a single
    /// pair of runs that took less than a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown: Option<f64>,
    /// The recorder's own memory: the median over the same pairs of the heap child's `VmHWM` minus
    /// the plain child's. Negative where the kernel's figure varied by more; absent without a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_cost_bytes: Option<i64>,
    /// The largest sites, sorted by what they held at the peak.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<HeapSite>,
    /// The lines that held the most at the peak, over all stacks, also those not in `sites`. The
    /// stack of an entry has the line's own frame, and the call into the standard library behind it
    /// if all of its stacks make the same one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<HeapSite>,
    /// Modules in which frames of `lines` or `sites` have no name or no line, in the order of
    /// `lines`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unnamed: Vec<UnnamedModule>,
    /// Births whose stack leads through code without unwind tables, where frame pointers were followed.
    #[serde(default)]
    pub slow_walks: u64,
    /// Bound of the peak's error; 0 while a single thread records.
    #[serde(default)]
    pub peak_error_bytes: u64,
    /// The process; absent in a lesson's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<RecordedProcess>,
    /// How long blocks lived, per size class, the smallest first. All sites are included, also
    /// those not listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifetimes: Vec<SizeClass>,
}

/// A program or library whose addresses have no names or no lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnnamedModule {
    /// Its file name, as frames have it.
    pub file: String,
    /// Its path if a package manager installed it; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Its build id in hexadecimal; empty where it has none.
    pub build_id: String,
    /// Why.
    pub reason: UnnamedReason,
}

/// Why addresses of a module have no names or no lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnnamedReason {
    /// It has names and no debug information.
    NoLines,
    /// Its `.dwo` or `.dwp` files are not there.
    SplitMissing,
    /// It has neither names nor debug information.
    Stripped,
    /// It cannot be read, for this cause.
    Unreadable(String),
    /// It was deleted while it ran.
    Deleted,
    /// Another build has taken its place, with this build id, if it has one.
    Replaced(Option<String>),
}

/// A process of a program that is no lesson, and what its recording lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedProcess {
    /// Process id.
    pub id: u64,
    /// Process id of the parent when the recording began.
    pub parent: u64,
    /// How it ended, for people; absent where only its parent learnt it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Whether it was still running when the report was made.
    #[serde(default)]
    pub is_running: bool,
    /// The file name of the module that contains the recorder, if the process has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorder: Option<String>,
    /// Live bytes of the parent at the fork that made this process. They are not part of it.
    #[serde(default)]
    pub inherited_bytes: u64,
    /// Events that were half counted when the process ended: at most one per thread.
    #[serde(default)]
    pub interrupted_events: u64,
    /// Events that could not be counted anywhere, because the tables got no memory.
    #[serde(default)]
    pub lost_events: u64,
    /// Births that had no room for a site of their own.
    #[serde(default)]
    pub overflowed_blocks: u64,
    /// Whether the file system had no room for more of the tables.
    #[serde(default)]
    pub out_of_room: bool,
    /// Births whose stack ends before the thread's start, or is deeper than 128 frames.
    #[serde(default)]
    pub cut_stacks: u64,
    /// Libraries that were loaded without `RTLD_DEEPBIND` although the program wanted it, because the
    /// recorder's blocks must not reach the C library's own `free`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deep_binds: u64,
    /// Its Python interpreter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<RecordedPython>,
    /// The most anonymous memory that was seen resident (`RssAnon`), in bytes; absent where the process
    /// ended before somebody looked. It was looked at twenty times per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_bytes: Option<u64>,
    /// Whether the program defines `malloc` itself, so that the recorder does not see its blocks.
    #[serde(default)]
    pub has_own_malloc: bool,
    /// What kind of program it is; absent in reports of earlier versions. The run's `language` is that
    /// of lessons, and always `rust` here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ProgramKind>,
}

/// What is known of a program that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramKind {
    /// It was built with the recorder.
    Rust,
    /// It has the interpreter of CPython.
    Python,
    /// Any other program of machine code.
    Native,
}

/// The Python interpreter of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedPython {
    /// `3.11.7`.
    pub version: String,
    /// Whether stacks have Python frames, or why not.
    pub frames: PythonFrames,
    /// Whether every object is a block of its own (`PYTHONMALLOC=malloc`).
    pub objects_are_blocks: bool,
}

/// Whether stacks have Python frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PythonFrames {
    /// They have.
    Recorded,
    /// The process ended before the interpreter reached a safe point.
    #[default]
    Unchecked,
    /// The recorder does not know the layout of this version.
    UnknownVersion,
    /// What the recorder read differed from the interpreter's own answers.
    CheckFailed,
    /// The interpreter has no global lock.
    FreeThreaded,
}

/// Blocks of one size class, and how long they lived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeClass {
    /// The class has blocks of at least so many bytes and less than twice as many: a power of two,
    /// or 0 for empty blocks. A block counts with its site's mean size at birth.
    pub from_bytes: u64,
    /// How many freed blocks lived for less than 1, 2, 4, 8, … bytes of the allocation clock, but
    /// not less than the entry before; the 32nd entry counts all of 1 GiB or more. Trailing zeros
    /// are left out.
    pub freed_blocks: Vec<u64>,
    /// How many were live when the region closed.
    pub end_blocks: u64,
}

/// A call stack that allocated, named by functions and locations, never by addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeapSite {
    /// The innermost function of the lesson's own code.
    pub function: String,
    /// Its location: `lessons/…/main.rs:30`; empty where the debug information does not have it.
    pub location: String,
    /// Every frame that is kept, the root first: the function, followed by its location.
    pub stack: Vec<String>,
    /// How many stacks an entry of [`HeapRun::lines`] adds up; 0 for a single stack.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stacks: u64,
    /// Births.
    pub total_blocks: u64,
    /// Birth bytes plus growth.
    pub total_bytes: u64,
    /// Live bytes at the global peak.
    pub at_peak_bytes: u64,
    /// Live bytes when the region closed.
    pub end_bytes: u64,
    /// Live blocks at the global peak.
    #[serde(default)]
    pub at_peak_blocks: u64,
    /// Reallocations of blocks that were born here.
    #[serde(default)]
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    #[serde(default)]
    pub reallocated_bytes: u64,
    /// The sum of growth.
    #[serde(default)]
    pub grown_bytes: u64,
    /// Blocks that were freed; absent where the profile is dhat's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freed_blocks: Option<u64>,
    /// The sum of their lifetimes, in bytes of the allocation clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_bytes: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
