//! Reads a zip, a tar or a tar.gz, recognized by its first bytes.

use super::builder::BundleBuilder;
use super::{BundleError, Caps, Fault, entry_name};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;
use tar::EntryType;
use zip::ZipArchive;

/// Overhead per tar entry: header, long name and padding.
const TAR_ENTRY_BYTES: u64 = 4 << 10;
/// File types in a zip's Unix modes.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

pub(super) fn read_archive(
    path: &Path,
    caps: &Caps,
    gathered: &mut BundleBuilder,
) -> Result<(), BundleError> {
    let unreadable = |error| BundleError::Unreadable { path: path.display().to_string(), error };
    let mut file = File::open(path).map_err(unreadable)?;
    let found = file.metadata().map_err(unreadable)?;
    if !found.is_file() {
        return Err(BundleError::NotABundle("it is no regular file".to_owned()));
    }
    if found.len() > caps.archive_bytes {
        return Err(entry_name::refuse(b"(the archive)", Fault::LargeBundle));
    }
    let mut first = Vec::new();
    (&mut file).take(512).read_to_end(&mut first).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    gathered.set_packed_bytes(found.len());
    let reader = BufReader::new(file);
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") {
        read_zip(reader, gathered)
    } else if first.starts_with(b"\x1f\x8b") {
        read_tar(MultiGzDecoder::new(reader), caps, gathered)
    } else if first.get(257..262) == Some(b"ustar") {
        read_tar(reader, caps, gathered)
    } else {
        Err(BundleError::NotABundle("its first bytes are of no archive that is known".to_owned()))
    }
}

fn read_zip(reader: BufReader<File>, gathered: &mut BundleBuilder) -> Result<(), BundleError> {
    let broken = |error: zip::result::ZipError| BundleError::NotABundle(error.to_string());
    let mut archive = ZipArchive::new(reader).map_err(broken)?;
    if archive.has_duplicate_names() {
        return Err(entry_name::refuse(b"(one of them)", Fault::Twice));
    }
    if archive.len() > gathered.caps.entries {
        return Err(entry_name::refuse(b"(one of them)", Fault::Many));
    }
    // The densest bombs consist of entries that share their bytes.
    if archive.has_overlapping_files().map_err(broken)? {
        return Err(entry_name::refuse(b"(one of them)", Fault::Bomb));
    }
    for index in 0..archive.len() {
        let is_encrypted = archive.by_index_raw(index).map_err(broken)?.encrypted();
        if is_encrypted {
            let raw = archive.by_index_raw(index).map_err(broken)?.name_raw().to_vec();
            return Err(entry_name::refuse(&raw, Fault::Encrypted));
        }
        let mut entry = archive.by_index(index).map_err(broken)?;
        let raw = entry.name_raw().to_vec();
        // An entry without a mode was packed on another system.
        let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
        match kind {
            LINK => return Err(entry_name::refuse(&raw, Fault::Link)),
            _ if entry.is_symlink() => return Err(entry_name::refuse(&raw, Fault::Link)),
            0 | REGULAR | FOLDER => {}
            _ => return Err(entry_name::refuse(&raw, Fault::Special)),
        }
        if raw.ends_with(b"/") || kind == FOLDER {
            gathered.add_folder(&raw)?;
        } else {
            gathered.add_file(&raw, &mut entry)?;
        }
    }
    Ok(())
}

fn read_tar(reader: impl Read, caps: &Caps, gathered: &mut BundleBuilder) -> Result<(), BundleError> {
    let broken = |error: std::io::Error| BundleError::NotABundle(error.to_string());
    // The reader takes long names, which are entries too, as a whole: this limit is on everything
    // that comes out.
    let most = caps.total_bytes + TAR_ENTRY_BYTES * (caps.entries as u64 + 1);
    let mut archive = tar::Archive::new(reader.take(most));
    let mut seen = 0;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        seen += 1;
        let raw = entry.path_bytes().into_owned();
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => gathered.add_file(&raw, &mut entry)?,
            EntryType::Directory => gathered.add_folder(&raw)?,
            // Git stores the commit there.
            EntryType::XGlobalHeader => {}
            EntryType::Link | EntryType::Symlink => return Err(entry_name::refuse(&raw, Fault::Link)),
            _ => return Err(entry_name::refuse(&raw, Fault::Special)),
        }
    }
    if seen == 0 {
        return Err(BundleError::NotABundle("it holds nothing".to_owned()));
    }
    Ok(())
}
