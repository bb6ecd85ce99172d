//! A folder copied with its files' times, which cargo compares.

use std::fs::{File, FileTimes};
use std::io;
use std::path::Path;

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
        } else {
            std::fs::copy(&source, &target)?;
            let times = FileTimes::new().set_modified(entry.metadata()?.modified()?);
            File::options().write(true).open(&target)?.set_times(times)?;
        }
    }
    Ok(())
}
