//! The limits of a sandboxed program as data: the parent serializes them, the helper process
//! applies them.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The limits of one child. Everything that is not listed here is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Which system calls are allowed.
    pub work: WorkKind,
    /// Files and folders that may be read.
    pub read: Vec<PathBuf>,
    /// Files and folders that may be read and executed.
    pub execute: Vec<PathBuf>,
    /// Folders in which files may be read, made, written and removed.
    pub write: Vec<PathBuf>,
    /// Processor time of all threads, in seconds.
    pub cpu_seconds: u64,
    /// Largest file that it may write, in bytes.
    pub file_bytes: u64,
    /// One more than the highest file descriptor that it may open.
    pub open_files: u64,
    /// Stack of the main thread, in bytes.
    pub stack_bytes: u64,
    /// Descriptors that the program gets as 3, 4, …, in this order. All others from 3 on are
    /// closed.
    pub inherit: Vec<i32>,
    /// Go on where the kernel has no landlock or no seccomp (`--allow-unfenced`).
    pub lenient: bool,
}

/// The kind of program that is sandboxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A compiler. It may start processes and connect them by pipes; it executes nothing that was
    /// handed in.
    Compile,
    /// The submission: memory, threads, the clock and inherited descriptors. It is killed by SIGSYS
    /// when it starts a process or opens a pipe; other calls fail with EPERM.
    Run,
}
