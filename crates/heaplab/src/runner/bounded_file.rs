//! Reads a whole file, unpacked, up to a limit. A profile that somebody names may be a device that
//! never ends or a small archive that unpacks to terabytes.

use crate::exit::ExitReason;
use heaplab_report::format;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most that is read, unpacked. Building a profile takes about six times as much memory.
const MOST_BYTES: u64 = 256_000_000;

/// How files that are packed begin.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Endings that say how a file is packed, not what it is.
const PACKED_ENDINGS: [&str; 2] = [".gz", ".zst"];

/// The bytes of a file; those of `.gz` and `.zst` files are unpacked, whatever their names are.
///
/// # Errors
/// If it cannot be read, or if it has more than the limit, which the message states.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ExitReason> {
    read_at_most(path, MOST_BYTES)
}

/// The name without the endings of packed files.
pub(crate) fn unpacked_name(name: &str) -> &str {
    PACKED_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

fn read_at_most(path: &Path, most_bytes: u64) -> Result<Vec<u8>, ExitReason> {
    let problem = |error: &dyn std::fmt::Display| {
        ExitReason::UsageError(format!(
            "cannot read {}: {error}; name a report's folder or a profile",
            path.display()
        ))
    };
    let too_large = |how: &str| {
        ExitReason::UsageError(format!(
            "{} has more than {}{how}, which is the most that is read; take what is live at the peak as folded stacks, or \
             a shorter run",
            path.display(),
            format::bytes(most_bytes)
        ))
    };
    let file = File::open(path).map_err(|error| problem(&error))?;
    if file.metadata().is_ok_and(|about| about.is_file() && about.len() > most_bytes) {
        return Err(too_large(""));
    }
    let bytes = take(file, most_bytes).map_err(|error| problem(&error))?.ok_or_else(|| too_large(""))?;
    let unpacked = if bytes.starts_with(&GZIP) {
        take(flate2::read::MultiGzDecoder::new(bytes.as_slice()), most_bytes)
    } else if bytes.starts_with(&ZSTD) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(bytes.as_slice());
        take(decoder.map_err(|error| problem(&error))?, most_bytes)
    } else {
        return Ok(bytes);
    };
    let damaged = |error: io::Error| problem(&format!("it cannot be unpacked ({error})"));
    unpacked.map_err(damaged)?.ok_or_else(|| too_large(" unpacked"))
}

/// All bytes of `from`, or `None` if there are more than `most_bytes`.
fn take(from: impl Read, most_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(most_bytes + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn packed_files_are_unpacked_and_every_size_has_its_limit() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.folded.gz");
        let read = |bytes: &[u8], most_bytes| {
            std::fs::write(&path, bytes).unwrap();
            read_at_most(&path, most_bytes).map_err(|error| error.to_string())
        };
        assert_eq!(read(b"a;b 5", 5).unwrap(), b"a;b 5");
        assert!(read(b"a;b 50", 5).unwrap_err().contains("more than 5 B,"));
        // Two members are one file, as `cat a.gz b.gz` makes it.
        assert_eq!(read(&[gzip(b"a 1\n"), gzip(b"b 2\n")].concat(), 100).unwrap(), b"a 1\nb 2\n");
        let bomb = gzip(&vec![b'a'; 1_000_000]);
        assert!(bomb.len() < 5_000);
        assert!(read(&bomb, 5_000).unwrap_err().contains("more than 5.00 kB unpacked"));
        let cut = gzip(b"a;b 5 and more");
        assert!(read(&cut[..cut.len() - 9], 100).unwrap_err().contains("cannot be unpacked"));
        let packed =
            ruzstd::encoding::compress_to_vec(&b"a;b 5"[..], ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(read(&packed, 100).unwrap(), b"a;b 5");
        assert!(read(&packed, 4).is_err());
    }

    #[test]
    fn a_device_without_an_end_is_refused() {
        let error = read_at_most(Path::new("/dev/zero"), 100_000).unwrap_err().to_string();
        assert!(error.contains("/dev/zero has more than 100 kB"), "{error}");
    }
}
