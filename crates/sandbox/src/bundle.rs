//! A handed-in bundle as a map of names to bytes: a folder, a zip, a tar or a tar.gz. Nothing is unpacked to a disk, no link is
//! followed, and no size is believed before that many bytes have been read.
//!
//! What makes a bundle unreadable for one program and harmless for another (two entries of one name, names that differ by case,
//! links, devices) is refused, not resolved.

mod archive;
mod builder;
mod entry_name;
mod folder;

use std::collections::BTreeMap;
use std::path::Path;

/// The caps on what is read. They are counted while reading, in bytes that came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Files and folders together.
    pub entries: usize,
    /// One file that counts, in bytes.
    pub file_bytes: u64,
    /// All files, in bytes.
    pub total_bytes: u64,
    /// The archive itself, in bytes.
    pub archive_bytes: u64,
    /// How many times larger than the archive its content may be, past the first MiB.
    pub ratio: u64,
}

impl Default for Caps {
    fn default() -> Caps {
        Caps { entries: 512, file_bytes: 1 << 20, total_bytes: 32 << 20, archive_bytes: 16 << 20, ratio: 200 }
    }
}

/// What was handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// What counts: `student.toml`, `REPORT.md`, `result.json`, `src/*.rs`. Relative names, `/` between the parts.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Pictures and pages that `homework report` writes; not read.
    pub pictures: Vec<String>,
    /// Everything else, which nobody asked for; not read.
    pub foreign: Vec<String>,
    /// The one folder that everything stood in, if it did.
    pub root: Option<String>,
}

impl Bundle {
    /// The sources by their names within `src/`.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let inside = |(name, bytes)| Some((str::strip_prefix(name, "src/")?, bytes));
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).filter_map(inside)
    }

    /// Files among the foreign ones that would change how a program is built or graded, were they used: manifests, build
    /// scripts, cargo's and CI's configuration, sources outside of `src/`.
    pub fn tampering_files(&self) -> impl Iterator<Item = &str> {
        self.foreign.iter().map(String::as_str).filter(|name| entry_name::is_tampering(name))
    }
}

/// Why a bundle was not read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It cannot be read at all: the machine's trouble or the command line's, not the student's.
    #[error("{path}: {error}")]
    Unreadable {
        /// The bundle.
        path: String,
        /// The system's word.
        error: std::io::Error,
    },
    /// Neither a folder nor an archive that is known, or a broken one.
    #[error("neither a folder nor a whole zip or tar.gz: {0}")]
    NotABundle(String),
    /// An entry that no honest bundle has.
    #[error("entry {entry}: {fault}")]
    Refused {
        /// Its name, with whatever is not printable escaped.
        entry: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with an entry.
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

/// Reads a bundle within the caps.
///
/// # Errors
/// For a path that is not there, an archive that is broken, and every entry that [`Fault`] names: the whole bundle is refused.
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
