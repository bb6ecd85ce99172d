//! A folder copied with its files' times, which cargo compares. Large files are not copied but pointed at.
//!
//! A link leads out of what a fenced compiler may write to: it can read what is behind it and not change it, for itself or for the
//! submission after it. A hard link would lead back in.

use std::fs::{File, FileTimes};
use std::io;
use std::path::Path;

/// PERF: what all submissions share is 103 MiB, of which 2 are in files smaller than this.
const LARGE_BYTES: u64 = 32 << 10;

/// Copies what `takes` says yes to, by its name; nothing within a folder that it says no to.
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
