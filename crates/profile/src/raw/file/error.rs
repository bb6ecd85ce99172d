//! Why bytes are not accepted as a recording.

use super::{MAGIC, VERSION, VERSION_WITHOUT_PYTHON};
use std::error::Error;
use std::fmt;

/// Why bytes are not accepted as a recording. Places (`at`) are counted in bytes from the file's
/// beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawError {
    /// Another kind of file.
    NotARecording,
    /// The file of a process that has not begun to record, or that ended before it did.
    NotBegun,
    /// Written by another version of heaplab.
    Version {
        /// The version that the file names.
        found: String,
    },
    /// The file ends too early.
    Ends {
        /// The list that was being read.
        part: &'static str,
        /// Where the incomplete value begins.
        at: usize,
    },
    /// A value that its field cannot hold.
    Value {
        /// The list that was being read.
        part: &'static str,
        /// Where the value begins.
        at: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More bytes than the lengths say.
    Surplus {
        /// Where they begin.
        at: usize,
    },
    /// The file cannot be read.
    Unreadable {
        /// The error of the file system.
        problem: String,
    },
    /// All values can be read, but the hash is another one than that of what was written.
    Damaged,
}

impl fmt::Display for RawError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RawError::NotARecording => {
                write!(to, "not a recording of heaplab's: it does not begin with `{MAGIC}{VERSION}`")
            }
            RawError::NotBegun => write!(to, "the process ended before its recording began"),
            RawError::Version { found } => {
                write!(
                    to,
                    "a recording of version `{found}`; only versions {VERSION_WITHOUT_PYTHON} and {VERSION} are read: record again"
                )
            }
            RawError::Ends { part, at } => {
                write!(to, "the recording ends too early: at byte {at}, among the {part}")
            }
            RawError::Value { part, at, problem } => {
                write!(to, "the recording is damaged at byte {at}, among the {part}: {problem}")
            }
            RawError::Unreadable { problem } => write!(to, "the recording cannot be read: {problem}"),
            RawError::Surplus { at } => {
                write!(to, "the recording is damaged: it should end at byte {at}, and more follows")
            }
            RawError::Damaged => write!(to, "the recording is damaged: its hash does not fit its bytes"),
        }
    }
}

impl Error for RawError {}
