//! Reads a handed-in bundle (a folder, a zip, a tar or a tar.gz) as a map of names to bytes.
//! Nothing is unpacked to a disk, no link is followed, and no stated size is trusted.
//!
//! What different programs read differently (two entries of one name, names that differ in case,
//! links, devices) is refused.

mod archive;
mod builder;
mod entry_name;
mod folder;

use std::collections::BTreeMap;
use std::path::Path;

/// Limits on what is read, counted in the bytes that come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Number of files and folders.
    pub entries: usize,
    /// Size of one graded file, in bytes.
    pub file_bytes: u64,
    /// Size of all files together, in bytes.
    pub total_bytes: u64,
    /// Size of the archive itself, in bytes.
    pub archive_bytes: u64,
    /// How many times larger than the archive its content may be, beyond the first MiB.
    pub ratio: u64,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps { entries: 512, file_bytes: 1 << 20, total_bytes: 32 << 20, archive_bytes: 16 << 20, ratio: 200 }
    }
}

/// A bundle's content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The graded files: `student.toml`, `REPORT.md`, `result.json`, `src/*.rs`. Names are
    /// relative, with `/` between their parts.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Names of pictures and pages that `homework report` writes; they are not read.
    pub pictures: Vec<String>,
    /// Names of all other files; they are not read.
    pub foreign: Vec<String>,
    /// The folder that contains everything, if there is one.
    pub root: Option<String>,
}

impl Bundle {
    /// The sources, by their names within `src/`.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let inside = |(name, bytes)| Some((str::strip_prefix(name, "src/")?, bytes));
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).filter_map(inside)
    }

    /// Foreign files that would change how a program is built or graded if they were used:
    /// manifests, build scripts, configuration of cargo and CI, sources outside `src/`.
    pub fn tampering_files(&self) -> impl Iterator<Item = &str> {
        self.foreign.iter().map(String::as_str).filter(|name| entry_name::is_tampering(name))
    }
}

/// Why a bundle was not read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It cannot be read at all, which is not the student's fault.
    #[error("{path}: {error}")]
    Unreadable {
        /// The bundle's path.
        path: String,
        /// The system's error.
        error: std::io::Error,
    },
    /// Neither a folder nor a complete archive of a known kind.
    #[error("neither a folder nor a whole zip or tar.gz: {0}")]
    NotABundle(String),
    /// An entry that is refused.
    #[error("entry {entry}: {fault}")]
    Refused {
        /// The entry's name, with unprintable characters escaped.
        entry: String,
        /// The reason.
        fault: Fault,
    },
}

/// Why an entry is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the sentences say it")]
pub enum Fault {
    #[error("its name is absolute")]
    Absolute,
    #[error("its name climbs out of the bundle")]
    Climbs,
    #[error("its name is not UTF-8")]
    NotUtf8,
    #[error("its name has control characters, a backslash or an empty part")]
    OddName,
    #[error("its name is too long or too deep")]
    LongName,
    #[error("it is a link")]
    Link,
    #[error("it is a device, a socket, a pipe or a sparse file")]
    Special,
    #[error("it is there twice, or as a file and as a folder")]
    Twice,
    #[error("its name differs from another's by case alone")]
    Case,
    #[error("it is larger than a source or a report can be")]
    LargeFile,
    #[error("with it, the bundle is larger than a bundle can be")]
    LargeBundle,
    #[error("with it, the bundle has too many entries")]
    Many,
    #[error("it is packed so tightly that it can only be a bomb")]
    Bomb,
    #[error("it is encrypted")]
    Encrypted,
}

/// Reads a bundle within the limits.
///
/// # Errors
/// For a path that does not exist, a broken archive, and every entry that [`Fault`] names. The
/// whole bundle is refused then.
pub fn read(path: &Path, caps: &Caps) -> Result<Bundle, BundleError> {
    let unreadable = |error| BundleError::Unreadable { path: path.display().to_string(), error };
    let mut gathered = builder::BundleBuilder::new(*caps);
    if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        folder::read_folder(path, &mut gathered)?;
    } else {
        archive::read_archive(path, caps, &mut gathered)?;
    }
    Ok(gathered.finish())
}
