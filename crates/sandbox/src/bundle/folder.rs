//! Reads a folder without following links.
//!
//! Every folder and file is opened relative to its parent's descriptor, so replacing a folder by a
//! link while it is read has no effect.

use super::builder::BundleBuilder;
use super::{BundleError, Fault, entry_name};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

pub(super) fn read_folder(path: &Path, gathered: &mut BundleBuilder) -> Result<(), BundleError> {
    let unreadable = |error: rustix::io::Errno| BundleError::Unreadable {
        path: path.display().to_string(),
        error: error.into(),
    };
    // The named folder itself may be a link; nothing in it may.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = openat(CWD, path, flags, Mode::empty()).map_err(unreadable)?;
    read_entries(&top, b"", gathered, &unreadable)
}

fn read_entries(
    folder: &OwnedFd,
    prefix: &[u8],
    gathered: &mut BundleBuilder,
    unreadable: &dyn Fn(rustix::io::Errno) -> BundleError,
) -> Result<(), BundleError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let mut entries = Vec::new();
    for entry in Dir::read_from(folder.as_fd()).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let own = entry.file_name();
        if own == c"." || own == c".." {
            continue;
        }
        if entries.len() > gathered.caps.entries {
            return Err(entry_name::refuse(own.to_bytes(), Fault::Many));
        }
        entries.push(own.to_owned());
    }
    // Sorted, so that the same entry is refused on every file system.
    entries.sort_unstable();
    for own in entries {
        let full = [prefix, own.as_bytes()].concat();
        let kind = FileType::from_raw_mode(
            statat(folder, &own, AtFlags::SYMLINK_NOFOLLOW).map_err(unreadable)?.st_mode,
        );
        match kind {
            FileType::Directory => {
                // Checked before descending: this limits depth and number.
                gathered.add_folder(&full)?;
                let below =
                    openat(folder, &own, flags | OFlags::DIRECTORY, Mode::empty()).map_err(unreadable)?;
                read_entries(&below, &[full.as_slice(), b"/"].concat(), gathered, unreadable)?;
            }
            FileType::RegularFile => {
                let opened = openat(folder, &own, flags, Mode::empty()).map_err(unreadable)?;
                let found = rustix::fs::fstat(&opened).map_err(unreadable)?;
                if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
                    return Err(entry_name::refuse(&full, Fault::Special));
                }
                gathered.add_file(&full, &mut File::from(opened))?;
            }
            FileType::Symlink => return Err(entry_name::refuse(&full, Fault::Link)),
            _ => return Err(entry_name::refuse(&full, Fault::Special)),
        }
    }
    Ok(())
}
