//! Logs to measure with: generated ones that are cached, or a log of the user's own.
//!
//! Cached logs are in `heaplab-logs` in cargo's target folder, so git ignores them and `cargo
//! clean` removes them. One process at a time writes a log beside its place and renames it. Logs
//! that have not been used for an hour are removed when the others exceed 2 GB together.

use std::fs::{File, FileTimes, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::generate::{LogRecipe, generate};

/// One address per thousand bytes, as in the lecture's 1 GB with a million visitors, up to a
/// million.
const BYTES_PER_ADDRESS: u64 = 1000;
const MAX_ADDRESSES: u64 = 1_000_000;
/// Most bytes to keep besides the requested log.
const OTHERS_BYTES: u64 = 2_000_000_000;
/// How the names of copied beginnings start.
const BEGINNING: &str = "beginning-";
/// A log used more recently than this may still be in use.
const IN_USE: Duration = Duration::from_secs(3600);

/// The path of a generated log of exactly `bytes` bytes, which is made if it is not cached.
pub fn generated_log(bytes: u64) -> Result<String> {
    let addresses = (bytes / BYTES_PER_ADDRESS).clamp(1, MAX_ADDRESSES);
    let recipe = LogRecipe { bytes, addresses, seed: 7, ipv6: 0.05, malformed: 0.001 };
    make_cached(&format!("access-{bytes}-{addresses}.log"), bytes, |file, name| {
        generate(&recipe, name, file).map(drop).map_err(|error| match error.exit_code() {
            2 => Error::Usage(format!("a log of {bytes} bytes cannot be made: {error}")),
            _ => error,
        })
    })
}

/// The path and size of a log of the user's own, or of its first `bytes` bytes up to the end of a
/// line.
pub fn user_log(name: &str, bytes: Option<u64>) -> Result<(String, u64)> {
    let wrong = |why: String| Error::Usage(format!("--log {name}: {why}"));
    let file = File::open(name).map_err(|error| wrong(error.to_string()))?;
    let found = file.metadata().map_err(|error| wrong(error.to_string()))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a directory" } else { "no regular file" };
        return Err(wrong(format!(
            "this is {what}; give one log, which is read again for every measurement"
        )));
    }
    let mut first = [0; 4];
    if file.read_exact_at(&mut first, 0).is_ok()
        && (first.starts_with(&[0x1f, 0x8b]) || first == [0x28, 0xb5, 0x2f, 0xfd])
    {
        return Err(wrong("it is compressed, and only `logagg` itself reads that: unpack it first".into()));
    }
    let size = found.len();
    match bytes.unwrap_or(size) {
        0 => Err(wrong("it is empty: there is nothing to count".into())),
        bytes if bytes > size => {
            Err(wrong(format!("it has {size} bytes, asked was {bytes}: give fewer, or none for all")))
        }
        bytes if bytes == size => {
            let path = Path::new(name).canonicalize().map_err(|error| wrong(error.to_string()))?;
            let path = path.into_os_string().into_string();
            let path = path.map_err(|_| wrong("its path is not UTF-8: rename it, or link to it".into()))?;
            Ok((path, size))
        }
        bytes => Ok((copy_beginning(&file, &found, bytes)?, bytes)),
    }
}

/// A cached copy of a log's beginning. The runner asks for a hundredth first, and then for as much
/// as fits into memory.
fn copy_beginning(mut file: &File, found: &Metadata, bytes: u64) -> Result<String> {
    let key =
        [found.dev(), found.ino(), found.size(), found.mtime() as u64, found.mtime_nsec() as u64, bytes];
    let key = key.map(|number| number.to_string()).join("-");
    make_cached(&format!("{BEGINNING}{key}.log"), bytes, |copy, name| {
        let failed = |error: io::Error| Error::LogCache(format!("{name}: {error}"));
        io::copy(&mut (&mut file).take(bytes), copy).map_err(failed)?;
        let end = find_last_line_end(copy, bytes).map_err(failed)?;
        copy.set_len(end).map_err(failed)
    })
}

/// The end of the last whole line; if there is none, the whole file is one line.
fn find_last_line_end(file: &File, bytes: u64) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 20];
    let mut end = bytes;
    while end > 0 {
        let start = end.saturating_sub(buffer.len() as u64);
        let part = &mut buffer[..(end - start) as usize];
        file.read_exact_at(part, start)?;
        if let Some(at) = memchr::memrchr(b'\n', part) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(bytes)
}

/// The path of a cached file. If it does not exist, `make` writes about `bytes` bytes.
fn make_cached(name: &str, bytes: u64, make: impl FnOnce(&mut File, &str) -> Result<()>) -> Result<String> {
    let folder = cache_folder();
    let lacks = |error: io::Error| {
        Error::LogCache(format!("{}: {error}; the logs of this lesson are kept there", folder.display()))
    };
    std::fs::create_dir_all(&folder).map_err(lacks)?;
    // Held until this function returns: a second process waits, and then finds the file.
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
        .map_err(|path| Error::LogCache(format!("{}: not UTF-8", path.display())))
}

fn write_file(beside: &Path, bytes: u64, make: impl FnOnce(&mut File, &str) -> Result<()>) -> Result<()> {
    let name = beside.display().to_string();
    let lacks =
        |error: io::Error| Error::LogCache(format!("{name}: {error}: {bytes} bytes are needed there"));
    let mut options = File::options();
    let mut file = options.read(true).write(true).create(true).truncate(true).open(beside).map_err(lacks)?;
    make(&mut file, &name)
}

/// Removes logs that have not been used for an hour, the longest unused first, until the rest has
/// at most `most` bytes. Unused beginnings of other logs are always removed, since their size will
/// hardly be asked for again.
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

/// In cargo's target folder, which has one of these files; if this program is in none, in the
/// system's folder for temporary files.
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
