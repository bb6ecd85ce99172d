//! Errors: each names the thing, the place and the next step, and has an exit status.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no result. A run that ends with an error prints no counts.
#[derive(Debug, Error)]
pub enum Error {
    /// Wrong use: the command line cannot be carried out.
    #[error("{0}")]
    Usage(String),
    /// An input could not be opened or read.
    #[error("{name}: at byte {offset}: {source}")]
    Input {
        /// The input as the user named it.
        name: String,
        /// Offset in bytes of the stored (not the decoded) input.
        offset: u64,
        /// The system's error.
        source: io::Error,
    },
    /// A file became shorter than it was when it was opened.
    #[error(
        "{name}: at byte {at}: the file ends here, but had {size} bytes when it was opened: it was truncated while \
         it was read. Count it again, or use --follow for a log that is being rotated"
    )]
    Shrank {
        /// The input as the user named it.
        name: String,
        /// Its size in bytes when it was opened.
        size: u64,
        /// The offset in bytes at which it now ends.
        at: u64,
    },
    /// A compressed input cannot be decoded.
    #[error("{name}: at byte {offset} of the compressed file, {decoded} bytes decoded: {what}")]
    Corrupt {
        /// The input as the user named it.
        name: String,
        /// Compressed bytes read so far.
        offset: u64,
        /// Decoded bytes so far.
        decoded: u64,
        /// The problem.
        what: String,
    },
    /// The temporary file could not be created, written or read.
    #[error("temporary file in {dir}, {bytes} bytes spilled: {source}. --temp-dir names another folder")]
    Spill {
        /// The folder.
        dir: PathBuf,
        /// Bytes written so far.
        bytes: u64,
        /// The system's error.
        source: io::Error,
    },
    /// The folder for temporary files is in memory (tmpfs).
    #[error("{dir} lies in memory (tmpfs): spilling there frees none. --temp-dir names a folder on a disk")]
    SpillInMemory {
        /// The folder.
        dir: PathBuf,
    },
    /// A partial result cannot be read or written.
    #[error("{name}: {what}")]
    Partial {
        /// The file.
        name: String,
        /// The problem.
        what: String,
    },
    /// A worker process did not finish.
    #[error("{0}")]
    Worker(String),
    /// Standard output or an output file could not be written.
    #[error("{name}: {source}")]
    Output {
        /// The name of the output.
        name: String,
        /// The system's error.
        source: io::Error,
    },
    /// The system gave no memory.
    #[error("the system gave no memory for {bytes} bytes: {source}")]
    Memory {
        /// Bytes asked for.
        bytes: usize,
        /// The system's error.
        source: io::Error,
    },
    /// The counts contradict each other. This is a bug in logagg and is never ignored.
    #[error("internal check failed, no result is given: {0}")]
    Check(String),
    /// A log to measure with could not be made.
    #[error("{0}")]
    LogCache(String),
    /// The user ended the run by a signal.
    #[error("stopped by a signal: no result")]
    Stopped,
}

impl Error {
    /// The process's exit status: 1 the work failed, 2 wrong use, 3 this machine lacks something,
    /// 130 SIGINT or SIGTERM.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => 2,
            Error::SpillInMemory { .. } | Error::Memory { .. } | Error::LogCache(_) => 3,
            Error::Spill { source, .. } if is_full(source) => 3,
            Error::Stopped => 130,
            _ => 1,
        }
    }
}

/// Whether the disk, a quota or a limit on file sizes is exhausted.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
