//! What is read: names from the command line become ranges of files and streams, one after another.

mod compressed;
mod mapped;
mod open;
mod pread;
mod reader_choice;
mod stream;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};

pub(crate) use compressed::Compression;
pub(crate) use mapped::MappedWindows;
pub use mapped::report_mapped_window;
pub(crate) use open::{OpenInput, may_be_compressed, open_input};
pub(crate) use pread::PreadWindows;
pub(crate) use reader_choice::ReaderChoice;
pub(crate) use stream::StreamWindows;

/// How regular files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ReadBy {
    /// `pread` into a window of the thread's own: a file that is cut meanwhile is an error, file pages never count as resident.
    Pread,
    /// Mapped windows. A file that is cut while it is mapped, or that its disk cannot read, ends the process by SIGBUS unless the
    /// program has a handler.
    Mmap,
    /// Whichever of the two turns out to be the faster, range by range; by `pread` where memory is too little for mapped windows.
    /// Of SIGBUS it is as with `Mmap`.
    Fastest,
}

/// Windows over an input, in order.
pub(crate) trait WindowSource {
    /// The last `keep` bytes of what was returned before, and what follows them. No longer than `keep` at the input's end.
    fn fill(&mut self, keep: usize) -> Result<&[u8]>;
}

/// A regular file that is open.
#[derive(Debug, Clone)]
pub(crate) struct OpenFile {
    pub(crate) file: Arc<File>,
    pub(crate) name: Arc<str>,
    /// Bytes when it was opened: a file that grows is counted up to here, and to the end of the line that is here.
    pub(crate) size: u64,
}

/// The names that patterns and plain names stand for. A pattern without a match is wrong use; a name that exists is never a pattern.
pub fn expand_patterns(names: &[String]) -> Result<Vec<String>> {
    let mut inputs = Vec::new();
    for name in names {
        let is_pattern = name.contains(['*', '?', '[']) && !Path::new(name).exists();
        if !is_pattern {
            inputs.push(name.clone());
            continue;
        }
        let found = glob::glob(name).map_err(|error| Error::Usage(format!("{name}: {error}")))?;
        let before = inputs.len();
        for path in found {
            let path = path.map_err(|error| Error::Input {
                name: error.path().display().to_string(),
                offset: 0,
                source: error.into(),
            })?;
            inputs.push(path.display().to_string());
        }
        if inputs.len() == before {
            return Err(Error::Usage(format!("{name}: no file matches")));
        }
    }
    Ok(inputs)
}
