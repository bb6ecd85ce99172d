//! What can go wrong, in words that name the thing, the place and the next step, and the exit status of each.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no result. A run that ends with one of these prints no counts at all.
#[derive(Debug, Error)]
pub enum Error {
    /// A command line that cannot be carried out as it stands.
    #[error("{0}")]
    Usage(String),
    /// An input that could not be opened or read; the offset is in bytes from the input's start, as stored.
    #[error("{name}: at byte {offset}: {source}")]
    Input {
        /// The input as the user named it.
        name: String,
        /// Where, in bytes of the stored input.
        offset: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is shorter now than it was when it was opened.
    #[error(
        "{name}: at byte {at}: the file ends here, but had {size} bytes when it was opened: it was truncated while \
         it was read. Count it again, or use --follow for a log that is being rotated"
    )]
    Shrank {
        /// The input as the user named it.
        name: String,
        /// Its size in bytes when it was opened.
        size: u64,
        /// The offset in bytes at which it ended.
        at: u64,
    },
    /// A compressed input that does not decode.
    #[error("{name}: at byte {offset} of the compressed file, {decoded} bytes decoded: {what}")]
    Corrupt {
        /// The input as the user named it.
        name: String,
        /// How many compressed bytes had been taken in.
        offset: u64,
        /// How many bytes had come out.
        decoded: u64,
        /// What is wrong.
        what: String,
    },
    /// The temporary file of partitions could not be made, written or read.
    #[error("temporary file in {dir}, {bytes} bytes spilled: {source}. --temp-dir names another folder")]
    Spill {
        /// The folder.
        dir: PathBuf,
        /// How much had been written.
        bytes: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The folder for temporary files is memory itself.
    #[error("{dir} lies in memory (tmpfs): spilling there frees none. --temp-dir names a folder on a disk")]
    SpillInMemory {
        /// The folder.
        dir: PathBuf,
    },
    /// A partial result that cannot be read or written.
    #[error("{name}: {what}")]
    Partial {
        /// The file.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A worker process that did not finish.
    #[error("{0}")]
    Worker(String),
    /// Standard output or an output file.
    #[error("{name}: {source}")]
    Output {
        /// What was written to.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// Memory that the system did not give.
    #[error("the system gave no memory for {bytes} bytes: {source}")]
    Memory {
        /// How much was asked for.
        bytes: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The counts do not agree with themselves: a fault of logagg, never passed over.
    #[error("internal check failed, no result is given: {0}")]
    Check(String),
    /// The user ended the run.
    #[error("stopped by a signal: no result")]
    Stopped,
}

impl Error {
    /// 1 for what failed at work, 2 for wrong use, 3 for what this machine lacks, 130 after SIGINT or SIGTERM.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => 2,
            Error::SpillInMemory { .. } | Error::Memory { .. } => 3,
            Error::Spill { source, .. } if is_full(source) => 3,
            Error::Stopped => 130,
            _ => 1,
        }
    }
}

/// No room: on the disk, in a quota, or by a limit on the size of files.
fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// What most of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;
