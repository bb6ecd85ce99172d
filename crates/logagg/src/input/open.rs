//! Opens one input: a regular file can be split into ranges, anything else is a stream.

use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::{Compression, OpenFile};
use crate::error::{Error, Result};

pub(crate) enum OpenInput {
    /// A plain file, to be read from this offset on.
    File(OpenFile, u64),
    /// Anything else, and how it is compressed if that is known.
    Stream(File, Option<Compression>),
}

pub(crate) fn open_input(name: &str) -> Result<OpenInput> {
    let failed = |source| Error::Input { name: name.to_owned(), offset: 0, source };
    let mut file = if name == "-" {
        File::from(io::stdin().as_fd().try_clone_to_owned().map_err(failed)?)
    } else {
        File::open(name).map_err(failed)?
    };
    let found = file.metadata().map_err(failed)?;
    if found.is_dir() {
        return Err(failed(io::Error::other(
            "this is a directory: name its files, or a pattern as 'DIR/*.log'",
        )));
    }
    let start = if name == "-" && found.is_file() { file.stream_position().map_err(failed)? } else { 0 };
    let packing = if found.is_file() { detect_compression(&file, start, name)? } else { None };
    if found.is_file() && packing.is_none() && found.len() > start {
        let file = Arc::new(file);
        return Ok(OpenInput::File(OpenFile { file, name: name.into(), size: found.len() }, start));
    }
    // A file of size 0 may be one that the kernel generates on reading, as in /proc.
    Ok(OpenInput::Stream(file, packing))
}

/// How a regular file is compressed. A file whose name promises a compression must have it.
fn detect_compression(file: &File, start: u64, name: &str) -> Result<Option<Compression>> {
    let failed = |source| Error::Input { name: name.to_owned(), offset: start, source };
    let mut first = [0; 4];
    let taken = file.read_at(&mut first, start).map_err(failed)?;
    let packing = Compression::from_magic(&first[..taken]);
    match Compression::from_name(name) {
        Some(promised) if packing != Some(promised) => Err(Error::Corrupt {
            name: name.to_owned(),
            offset: 0,
            decoded: 0,
            what: format!("the name promises {promised:?}, the first bytes are none of it"),
        }),
        _ => Ok(packing),
    }
}

/// Whether reading this input may need a decoder's memory: it is compressed, or only reading it
/// will tell.
pub(crate) fn may_be_compressed(name: &str) -> bool {
    let is_plain = |file: File| {
        let mut first = [0; 4];
        let taken = file.read_at(&mut first, 0).unwrap_or(0);
        Compression::from_magic(&first[..taken]).is_none()
    };
    let is_file = name != "-" && std::fs::metadata(name).is_ok_and(|found| found.is_file());
    !(is_file && File::open(name).is_ok_and(is_plain))
}
