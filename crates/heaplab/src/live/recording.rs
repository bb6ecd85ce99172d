//! An open recording, and whether its process still runs.

use heaplab_profile::raw::RawError;
use heaplab_profile::raw::tables::{Levels, read_curve_and_command, read_levels};
use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// How the names of recordings begin and end; between them is the process id.
const NAME_START: &str = "heap-";
const NAME_END: &str = ".tables";

/// A recording that is open for reading.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    inode: u64,
}

/// Why a recording cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("cannot open {path}: {cause}", path = .path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{path}: {cause}", path = .path.display())]
    NotARecording { path: PathBuf, cause: RawError },
}

impl Recording {
    /// Opens a recording, which must have begun.
    pub(crate) fn open(path: &Path) -> Result<(Recording, Levels), OpenError> {
        let unreadable = |cause| OpenError::Unreadable { path: path.to_owned(), cause };
        let file = File::open(path).map_err(unreadable)?;
        let inode = file.metadata().map_err(unreadable)?.ino();
        let levels =
            read_levels(&file).map_err(|cause| OpenError::NotARecording { path: path.to_owned(), cause })?;
        Ok((Recording { path: path.to_owned(), file, inode }, levels))
    }

    /// The program and its arguments.
    pub(crate) fn read_command(&self) -> Vec<String> {
        read_curve_and_command(&self.file).map(|(_, command)| command).unwrap_or_default()
    }

    /// Whether the process has this file mapped. It has not when it ended or has become another
    /// program by `exec`, and then the recording does not change any more.
    pub(crate) fn is_mapped_by(&self, process: u64) -> bool {
        read_mapped_recordings(process).is_ok_and(|mapped| mapped.iter().any(|map| map.inode == self.inode))
    }
}

/// Whether a path may be a recording's, by its name.
pub(crate) fn has_recording_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(NAME_START) && name.trim_end_matches(" (deleted)").ends_with(NAME_END)
}

/// A recording in the list of a process's mappings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MappedRecording {
    pub(crate) inode: u64,
    /// As the process sees it; with ` (deleted)` behind it if the file was removed.
    pub(crate) path: PathBuf,
}

/// The recordings that a process has mapped, the latest first.
///
/// # Errors
/// When there is no such process, or when it belongs to another user.
pub(crate) fn read_mapped_recordings(process: u64) -> std::io::Result<Vec<MappedRecording>> {
    let maps = std::fs::read(format!("/proc/{process}/maps"))?;
    let mut found = find_recordings_in_maps(&String::from_utf8_lossy(&maps));
    // `heap-7-2.tables` is younger than `heap-7.tables`.
    found.sort_by_key(|map| std::cmp::Reverse((map.path.as_os_str().len(), map.path.clone())));
    Ok(found)
}

/// Lines of `/proc/PID/maps` are `ADDRESSES RIGHTS OFFSET DEVICE INODE      PATH`. The device is
/// not compared: on overlay file systems it is another one than the file's own.
fn find_recordings_in_maps(maps: &str) -> Vec<MappedRecording> {
    let mut found: Vec<MappedRecording> = Vec::new();
    for line in maps.lines().filter(|line| line.contains(NAME_END)) {
        let mut rest = line;
        let mut fields = [""; 5];
        for field in &mut fields {
            let (word, behind) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
            (*field, rest) = (word, behind);
        }
        let path = PathBuf::from(rest.trim_start());
        let Ok(inode) = fields[4].parse() else { continue };
        if has_recording_name(&path) && found.iter().all(|map| map.inode != inode) {
            found.push(MappedRecording { inode, path });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_found_among_the_mappings() {
        let maps = "\
55d0c4a00000-55d0c4a01000 r--p 00000000 fe:01 12  /usr/bin/perl
7f0000000000-7f0000001000 rw-s 00000000 fe:01 99                         /tmp/a folder/heap-7.tables
7f0000001000-7f0100001000 rw-s 00001000 fe:01 99                         /tmp/a folder/heap-7.tables
7f0200000000-7f0200001000 rw-s 00000000 fe:01 98                         /tmp/heap-7-2.tables (deleted)
7f0300000000-7f0300001000 r--s 00000000 fe:01 97                         /tmp/notes.tables
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
";
        let found = find_recordings_in_maps(maps);
        let expected = [(99, "/tmp/a folder/heap-7.tables"), (98, "/tmp/heap-7-2.tables (deleted)")]
            .map(|(inode, path)| MappedRecording { inode, path: path.into() });
        assert_eq!(found, expected);
    }
}
