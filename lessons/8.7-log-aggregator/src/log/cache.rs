//! Files that are made once and used by many processes, and go away by themselves.

use heaplab_lesson::PrepareError;
use std::fs::{File, FileTimes, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What may stay besides the file that was asked for.
const OTHERS_BYTES: u64 = 2_000_000_000;
/// How the names of copied beginnings start.
pub(super) const BEGINNING: &str = "beginning-";
/// What was used more recently may be in use.
const IN_USE: Duration = Duration::from_secs(3600);

/// The path of this file; made unless it is there with so many bytes, or with fewer where `make`
/// left fewer.
pub(super) fn make_cached(
    name: &str,
    bytes: u64,
    make: impl FnOnce(&mut File, &str) -> Result<(), PrepareError>,
) -> Result<String, PrepareError> {
    let folder = cache_folder();
    let lacks = |error: io::Error| {
        PrepareError::Lacks(format!("{}: {error}; the logs of this lesson are kept there", folder.display()))
    };
    std::fs::create_dir_all(&folder).map_err(lacks)?;
    // Held to the end of this function: the second who asks waits, and finds what the first has
    // made.
    let lock = File::create(folder.join("lock")).map_err(lacks)?;
    lock.lock().map_err(lacks)?;
    let (path, beside) = (folder.join(name), folder.join("part"));
    if !path.is_file() {
        evict_unused(&folder, OTHERS_BYTES).map_err(lacks)?;
        let made = write_file(&beside, bytes, make);
        if made.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        made?;
        std::fs::rename(&beside, &path).map_err(lacks)?;
    }
    mark_used(&path).map_err(lacks)?;
    path.into_os_string()
        .into_string()
        .map_err(|path| PrepareError::Lacks(format!("{}: not UTF-8", path.display())))
}

fn write_file(
    beside: &Path,
    bytes: u64,
    make: impl FnOnce(&mut File, &str) -> Result<(), PrepareError>,
) -> Result<(), PrepareError> {
    let name = beside.display().to_string();
    let lacks =
        |error: io::Error| PrepareError::Lacks(format!("{name}: {error}: {bytes} bytes are needed there"));
    let mut options = OpenOptions::new();
    let mut file = options.read(true).write(true).create(true).truncate(true).open(beside).map_err(lacks)?;
    make(&mut file, &name)
}

/// Takes away what was not used for an hour, the longest first, until the rest is small enough; the
/// beginnings of other logs in any case, since nobody asks for these by their size again.
fn evict_unused(folder: &Path, most: u64) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        let found = entry.metadata()?;
        kept.push((found.modified()?, found.len(), entry.path()));
    }
    kept.sort();
    let mut total: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
    for (used, bytes, path) in kept {
        let is_old = SystemTime::now().duration_since(used).is_ok_and(|since| since > IN_USE);
        let is_beginning = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BEGINNING));
        if is_old && (total > most || is_beginning) {
            std::fs::remove_file(path)?;
            total -= bytes;
        }
    }
    Ok(())
}

fn mark_used(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.set_times(FileTimes::new().set_modified(SystemTime::now()))
}

/// In cargo's target folder, which bears one of these; where this program lies in none, with the
/// system's temporary files.
fn cache_folder() -> PathBuf {
    let marks = ["CACHEDIR.TAG", ".rustc_info.json"];
    let program = std::env::current_exe().unwrap_or_default();
    let target = program.ancestors().find(|folder| marks.iter().any(|mark| folder.join(mark).is_file()));
    target.map_or_else(std::env::temp_dir, Path::to_owned).join("heaplab-logs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_makes_room_the_longest_first() {
        let home = tempfile::tempdir().unwrap();
        for (name, hours) in
            [("a", 3), ("b", 5), ("c", 4), ("new", 0), ("beginning-1", 2), ("beginning-2", 0)]
        {
            let file = File::create(home.path().join(name)).unwrap();
            file.set_len(100).unwrap();
            let used = SystemTime::now() - Duration::from_secs(hours * 3600);
            file.set_times(FileTimes::new().set_modified(used)).unwrap();
        }
        evict_unused(home.path(), 400).unwrap();
        let names = || {
            let entries = home.path().read_dir().unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert_eq!(names(), ["a", "beginning-2", "new"]);
        evict_unused(home.path(), 0).unwrap();
        assert_eq!(names(), ["beginning-2", "new"], "they may be in use");
    }
}
