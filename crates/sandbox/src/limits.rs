//! What a fenced program may do, as data: the parent writes it down, the helper process reads it and limits itself.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The limits of one child. Everything that is not named here is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Which system calls are left.
    pub work: WorkKind,
    /// Files and folders that may be read.
    pub read: Vec<PathBuf>,
    /// Files and folders that may be read and executed.
    pub execute: Vec<PathBuf>,
    /// Folders in which files may be read, made, written and removed.
    pub write: Vec<PathBuf>,
    /// Processor seconds, over all threads.
    pub cpu_seconds: u64,
    /// The largest file that it may write, in bytes.
    pub file_bytes: u64,
    /// One past the highest file descriptor that it may open.
    pub open_files: u64,
    /// The main thread's stack, in bytes.
    pub stack_bytes: u64,
    /// Open descriptors that the program finds as 3, 4, …, in this order. All others from 3 on are closed.
    pub inherit: Vec<i32>,
    /// Go on where the kernel has no landlock or no seccomp. Somebody has said `--allow-unfenced`.
    pub lenient: bool,
}

/// What kind of program is behind the fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A compiler: it starts processes and talks to them by pipes, and executes nothing that was handed in.
    Compile,
    /// The program itself: memory, threads, the clock, and the descriptors that it was born with. One that starts a process, or
    /// opens a pipe to one, is killed by SIGSYS; what else it asks for is refused with EPERM.
    Run,
}
