//! Packs bundles as a folder, a zip or a tar.gz. The archives are written by hand because no
//! library writes two entries of one name or a path with `..`.

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::io::{Result, Write as _};
use std::path::Path;

/// The files of a bundle.
#[derive(Clone, Debug, Default)]
pub(super) struct BundleFiles(pub(super) Vec<(String, Vec<u8>)>);

impl BundleFiles {
    pub(super) fn with_file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> BundleFiles {
        self.0.push((name.to_owned(), bytes.into()));
        self
    }
}

/// How a bundle is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Folder,
    Zip,
    TarGz,
    /// A zip that ends in the middle.
    CutZip,
    /// A tar.gz whose last entry is a symbolic link to a file of the machine.
    LinkedTar,
}

/// Writes the bundle into a folder and returns its name there.
pub(super) fn write_bundle(
    folder: &Path,
    stem: &str,
    files: &BundleFiles,
    packed: Packing,
) -> Result<String> {
    let (name, bytes) = match packed {
        Packing::Folder => {
            for (name, bytes) in &files.0 {
                let path = folder.join(stem).join(name);
                std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
                std::fs::write(path, bytes)?;
            }
            // The folder exists even where nothing was handed in.
            std::fs::create_dir_all(folder.join(stem))?;
            return Ok(stem.to_owned());
        }
        Packing::Zip => (format!("{stem}.zip"), build_zip(files)?),
        Packing::CutZip => {
            let mut bytes = build_zip(files)?;
            bytes.truncate(bytes.len() / 2);
            (format!("{stem}.zip"), bytes)
        }
        Packing::TarGz => (format!("{stem}.tar.gz"), build_tar_gz(files, None)?),
        Packing::LinkedTar => {
            (format!("{stem}.tar.gz"), build_tar_gz(files, Some(("src/optional.rs", "/etc/passwd")))?)
        }
    };
    std::fs::write(folder.join(&name), bytes)?;
    Ok(name)
}

/// Zip format: PKWARE's APPNOTE 6.3. Local headers with data, the central directory, its end
/// record.
fn build_zip(files: &BundleFiles) -> Result<Vec<u8>> {
    const DEFLATE: u16 = 8;
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in &files.0 {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes)?;
        let packed = encoder.finish()?;
        // Version 2.0, UTF-8 names, deflated, 1980-01-01.
        let mut common = Vec::new();
        for half in [20, 1 << 11, DEFLATE, 0, 0x21] {
            common.extend(half.to_le_bytes());
        }
        for word in [crc32fast::hash(bytes), to_u32(packed.len()), to_u32(bytes.len())] {
            common.extend(word.to_le_bytes());
        }
        common.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
        let offset = to_u32(body.len());
        body.extend(b"PK\x03\x04");
        body.extend(&common);
        body.extend(name.as_bytes());
        body.extend(packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(20_u16.to_le_bytes());
        directory.extend(&common);
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (count, size, offset) = (files.0.len() as u16, to_u32(directory.len()), to_u32(body.len()));
    body.extend(directory);
    body.extend(b"PK\x05\x06");
    body.extend([0, 0, count, count].map(u16::to_le_bytes).concat());
    body.extend([size, offset].map(u32::to_le_bytes).concat());
    body.extend([0; 2]);
    Ok(body)
}

/// POSIX ustar, 512 bytes a header.
fn build_tar_gz(files: &BundleFiles, link: Option<(&str, &str)>) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for (name, bytes) in &files.0 {
        encoder.write_all(&tar_header(name, bytes.len(), b'0', ""))?;
        encoder.write_all(bytes)?;
        encoder.write_all(&vec![0; bytes.len().next_multiple_of(512) - bytes.len()])?;
    }
    if let Some((name, target)) = link {
        encoder.write_all(&tar_header(name, 0, b'2', target))?;
    }
    encoder.write_all(&[0; 1024])?;
    encoder.finish()
}

fn tar_header(name: &str, length: usize, kind: u8, target: &str) -> [u8; 512] {
    let mut header = [0; 512];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(124, format!("{length:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(157, target.as_bytes());
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

fn to_u32(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_sandbox::bundle::{Caps, read};

    #[test]
    fn what_is_packed_is_read_again() {
        let home = tempfile::tempdir().unwrap();
        let files = BundleFiles::default()
            .with_file("student.toml", "id = \"s1\"")
            .with_file("src/required.rs", "fn list() {}\n".repeat(99));
        for (index, packed) in [Packing::Folder, Packing::Zip, Packing::TarGz].into_iter().enumerate() {
            let name = write_bundle(home.path(), &format!("s{index}"), &files, packed).unwrap();
            let bundle = read(&home.path().join(name), &Caps::default()).unwrap();
            let found: Vec<(String, Vec<u8>)> = bundle.files.into_iter().collect();
            let mut wanted = files.0.clone();
            wanted.sort();
            assert_eq!(found, wanted, "{packed:?}");
        }
        for packed in [Packing::CutZip, Packing::LinkedTar] {
            let name = write_bundle(home.path(), "bad", &files, packed).unwrap();
            assert!(read(&home.path().join(name), &Caps::default()).is_err(), "{packed:?}");
        }
        let python = std::process::Command::new("python3")
            .args(["-m", "zipfile", "-t"])
            .arg(home.path().join("s1.zip"))
            .output();
        if let Ok(python) = python {
            assert!(python.status.success(), "another program reads it too");
        }
    }
}
