//! Reads or maps parts of a file, for several threads or processes. A line belongs to the part in
//! which it starts.

use memmap2::{Mmap, MmapOptions};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// Bytes read at once.
const WINDOW: usize = 1 << 20;

/// Splits a file into parts of about equal size, each of which begins at the start of a line.
pub fn split_file(file: &File, parts: usize) -> io::Result<Vec<Range<u64>>> {
    let size = file.metadata()?.len();
    let mut ranges = Vec::with_capacity(parts);
    let mut start = 0;
    for part in 1..=parts as u64 {
        // The line that contains the byte before the border belongs to the earlier part.
        let border = (size / parts as u64 * part).saturating_sub(1);
        let end = if part == parts as u64 { size } else { find_next_line(file, border, size)? };
        ranges.push(start..end);
        start = end;
    }
    Ok(ranges)
}

/// Passes every line of a part, with its line feed, to `visit`. It needs one buffer, as large as a
/// window or the longest line.
pub fn for_each_line(file: &File, range: Range<u64>, mut visit: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; WINDOW];
    let (mut at, mut kept) = (range.start, 0);
    while at < range.end {
        if kept == buffer.len() {
            // The whole buffer is one unfinished line.
            buffer.resize(2 * buffer.len(), 0);
        }
        let wanted = (buffer.len() - kept).min((range.end - at) as usize);
        let taken = file.read_at(&mut buffer[kept..kept + wanted], at)?;
        if taken == 0 {
            let what = "the file was truncated while it was read";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
        }
        (at, kept) = (at + taken as u64, kept + taken);
        let end = if at == range.end {
            kept
        } else {
            memchr::memrchr(b'\n', &buffer[..kept]).map_or(0, |end| end + 1)
        };
        buffer[..end].split_inclusive(|&byte| byte == b'\n').for_each(&mut visit);
        buffer.copy_within(end..kept, 0);
        kept -= end;
    }
    Ok(())
}

/// Maps `bytes` bytes of a file from offset `at` on, which may be any offset. If the file is
/// truncated meanwhile, reading the lost part ends the process by SIGBUS.
pub fn map_part(file: &File, at: u64, bytes: u64) -> io::Result<Mmap> {
    let mut options = MmapOptions::new();
    options.offset(at).len(bytes as usize);
    // SAFETY: the pages are only read. A process that writes to the file meanwhile changes what is
    // read and nothing else; one that truncates it raises SIGBUS, as the documentation says.
    unsafe { options.map(file) }
}

/// The start of the first line after the line that contains byte `at`.
fn find_next_line(file: &File, mut at: u64, size: u64) -> io::Result<u64> {
    let mut buffer = [0; 4096];
    while at < size {
        let taken = file.read_at(&mut buffer, at)?;
        if taken == 0 {
            break;
        }
        if let Some(end) = memchr::memchr(b'\n', &buffer[..taken]) {
            return Ok((at + end as u64 + 1).min(size));
        }
        at += taken as u64;
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_in_exactly_one_part() {
        for text in ["", "\n", "a", "a\nbb\n\nccc", "aaaaaaaaaa\nb\nc\n", &"x".repeat(3 << 20)] {
            let path = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(&path, text).unwrap();
            let file = File::open(&path).unwrap();
            let expected: Vec<&[u8]> = text.as_bytes().split_inclusive(|&byte| byte == b'\n').collect();
            for parts in 1..6 {
                let (mut lines, mut whole) = (Vec::new(), Vec::new());
                for range in split_file(&file, parts).unwrap() {
                    whole.extend_from_slice(&map_part(&file, range.start, range.end - range.start).unwrap());
                    for_each_line(&file, range, |line| lines.push(line.to_vec())).unwrap();
                }
                assert_eq!(lines, expected, "{parts} parts");
                assert_eq!(whole, text.as_bytes());
            }
        }
    }
}
