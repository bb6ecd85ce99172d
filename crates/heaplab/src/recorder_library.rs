//! The recorder's library, which this program carries inside itself, as a file that the dynamic
//! linker can load.
//!
//! The file stands in the user's cache folder and stays there for the next run. Its name has a hash of
//! its content, so programs of two versions do not disturb each other, and a program that is still
//! running keeps the file that it loaded.

use rustix::fs::{Mode, StatVfsMountFlags};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

#[cfg(has_library)]
const LIBRARY: &[u8] = include_bytes!(env!("HEAPLAB_LIBRARY_FILE"));
#[cfg(not(has_library))]
const LIBRARY: &[u8] = &[];

/// Why the library cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The program was built without it.
    #[error(
        "this build of heaplab has no recorder inside: it was built for a system without glibc, or without \
         its feature `embed`; `cargo install --path crates/heaplab` in a clone builds it"
    )]
    NotCarried,
    /// None of the folders can hold it.
    #[error("the recorder's library has no place: {}; set XDG_CACHE_HOME to a folder of yours", .0.join("; "))]
    NoPlace(Vec<String>),
}

/// The path of the library, which is written if it is not there yet.
pub fn unpack_library() -> Result<PathBuf, LibraryError> {
    if LIBRARY.is_empty() {
        return Err(LibraryError::NotCarried);
    }
    let mut problems = Vec::new();
    for folder in list_folders() {
        match unpack_into(&folder) {
            Ok(path) => return Ok(path),
            Err(problem) => problems.push(format!("{}: {problem}", folder.display())),
        }
    }
    Err(LibraryError::NoPlace(problems))
}

/// The folders that are tried, in this order.
fn list_folders() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    let user = rustix::process::geteuid().as_raw();
    let in_memory = Path::new("/dev/shm").join(format!("heaplab-{user}"));
    let temporary = std::env::temp_dir().join(format!("heaplab-{user}"));
    let folders = cache.map(|cache| cache.join("heaplab")).into_iter();
    folders
        .chain(variable("XDG_RUNTIME_DIR").map(|run| run.join("heaplab")))
        .chain([in_memory, temporary])
        .collect()
}

/// The file's name, by its content.
fn file_name() -> String {
    let mut name = format!("libheaplab-{}-", env!("CARGO_PKG_VERSION"));
    for byte in &Sha256::digest(LIBRARY)[..8] {
        let _ = write!(name, "{byte:02x}");
    }
    name + ".so"
}

fn unpack_into(folder: &Path) -> Result<PathBuf, String> {
    make_private(folder)?;
    let path = folder.join(file_name());
    // Somebody may have cut or changed the file, so its content counts and not its name.
    if std::fs::read(&path).is_ok_and(|bytes| bytes == LIBRARY) {
        return Ok(path);
    }
    let part = folder.join(format!("{}.{}.part", file_name(), std::process::id()));
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o755)
        .open(&part)
        .and_then(|mut file| file.write_all(LIBRARY))
        .and_then(|()| std::fs::rename(&part, &path));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&part);
        return Err(error.to_string());
    }
    Ok(path)
}

/// Makes the folder, and checks that nobody else can put another library into it, and that the dynamic
/// linker can load one from it.
fn make_private(folder: &Path) -> Result<(), String> {
    // LD_PRELOAD is a list, with these characters between its parts and no way to quote them.
    if folder.to_string_lossy().contains([' ', ':', '\n', '\t']) {
        return Err("a path for LD_PRELOAD has no space and no colon".to_owned());
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o755).create(folder);
    made.map_err(|error| error.to_string())?;
    let found = std::fs::symlink_metadata(folder).map_err(|error| error.to_string())?;
    let others_write = Mode::WGRP.union(Mode::WOTH).bits();
    if !found.is_dir()
        || found.uid() != rustix::process::geteuid().as_raw()
        || found.permissions().mode() & others_write != 0
    {
        return Err("it is not a folder that only this user can write to".to_owned());
    }
    let mount = rustix::fs::statvfs(folder).map_err(|error| error.to_string())?;
    if mount.f_flag.contains(StatVfsMountFlags::NOEXEC) {
        return Err("it is mounted with noexec, so no program can load a library from it".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_library_is_written_once_and_again_when_it_was_changed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("cache/heaplab");
        let path = unpack_into(&folder).unwrap();
        let written = std::fs::metadata(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), LIBRARY);
        assert!(LIBRARY.starts_with(b"\x7fELF"));
        assert_eq!(unpack_into(&folder).unwrap(), path);
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), written.ino(), "it was written again");
        std::fs::write(&path, "no library").unwrap();
        unpack_into(&folder).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), LIBRARY);
        assert_eq!(names(&folder), [file_name()], "nothing temporary is left");
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let shared = home.path().join("shared");
        std::fs::create_dir(&shared).unwrap();
        std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(unpack_into(&shared).unwrap_err().contains("only this user"));
        let link = home.path().join("link");
        std::os::unix::fs::symlink(home.path(), &link).unwrap();
        assert!(unpack_into(&link).unwrap_err().contains("only this user"));
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(unpack_into(&file.join("below")).is_err());
        assert!(unpack_into(&home.path().join("two words")).unwrap_err().contains("space"));
    }
}
