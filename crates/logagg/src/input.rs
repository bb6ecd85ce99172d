//! Opens inputs and reads them in windows, by `pread`, by `mmap` or as streams.

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
    /// `pread` into a buffer of the thread. A file that is truncated meanwhile is an error, and
    /// file pages never count as resident.
    Pread,
    /// Mapped windows. A file that is truncated while it is mapped, or that its disk cannot read,
    /// raises SIGBUS, which ends the process unless the program has a handler.
    Mmap,
    /// Whichever of the two is faster, measured range by range; `pread` where memory is too small
    /// for mapped windows. SIGBUS as with `Mmap`.
    Fastest,
}

pub(crate) trait WindowSource {
    /// Returns the last `keep` bytes of the previous window and what follows them. At the input's
    /// end there are no more than `keep` bytes.
    fn fill(&mut self, keep: usize) -> Result<&[u8]>;
}

#[derive(Debug, Clone)]
pub(crate) struct OpenFile {
    pub(crate) file: Arc<File>,
    pub(crate) name: Arc<str>,
    /// Size in bytes when it was opened. A file that grows is counted up to the end of the line at
    /// this offset.
    pub(crate) size: u64,
}

/// Expands patterns to file names. A pattern without a match is wrong use; a name that exists is
/// never a pattern.
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
