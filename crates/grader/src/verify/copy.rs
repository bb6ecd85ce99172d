//! Copies a folder with its files' modification times, which cargo compares. Large files become
//! symbolic links.
//!
//! A symbolic link leads out of the folders that a sandboxed compiler may write to, so the target
//! can be read but not changed. A hard link would make it writable.

use std::fs::{File, FileTimes};
use std::io;
use std::path::Path;

/// PERF: all submissions share 103 MiB, of which 2 are in files smaller than this.
const LARGE_BYTES: u64 = 32 << 10;

/// Copies the entries whose names `takes` accepts. A rejected folder is skipped with its content.
pub(super) fn copy_tree(from: &Path, to: &Path, takes: &dyn Fn(&str) -> bool) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if !takes(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_tree(&source, &target, takes)?;
        } else if entry.metadata()?.len() > LARGE_BYTES {
            std::os::unix::fs::symlink(&source, &target)?;
        } else {
            std::fs::copy(&source, &target)?;
            let times = FileTimes::new().set_modified(entry.metadata()?.modified()?);
            File::options().write(true).open(&target)?.set_times(times)?;
        }
    }
    Ok(())
}
