//! Parts of a file for several hands: a line belongs to the part in which it starts.

use crate::log::{or_exit, size};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// Bytes read at once.
const WINDOW: usize = 1 << 20;

/// How many hands there are.
pub fn processor_count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// So many parts of about one size, each from the start of a line on.
pub fn split_file(file: &File, parts: usize) -> Vec<Range<u64>> {
    let size = size(file);
    let start = |part: usize| match part {
        0 => 0,
        part if part == parts => size,
        // The line that has this byte is the part's before; where it is a line feed, the next one
        // starts here.
        part => find_next_line(file, (size / parts as u64 * part as u64).saturating_sub(1), size),
    };
    (0..parts).map(|part| start(part)..start(part + 1)).collect()
}

/// Walks over the lines of a part. One buffer, never larger than a window and the longest line.
pub fn for_each_line<C>(file: &File, range: Range<u64>, mut counts: C, count: impl Fn(&mut C, &[u8])) -> C {
    let mut buffer = vec![0; WINDOW];
    let (mut at, mut kept) = (range.start, 0);
    while at < range.end {
        if kept == buffer.len() {
            // Not one line feed in all of it.
            buffer.resize(2 * buffer.len(), 0);
        }
        let wanted = (buffer.len() - kept).min((range.end - at) as usize);
        let taken = or_exit(file.read_at(&mut buffer[kept..kept + wanted], at), "reading");
        if taken == 0 {
            or_exit(
                Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)),
                "the log was cut while it was read",
            )
        }
        (at, kept) = (at + taken as u64, kept + taken);
        let end = if at == range.end {
            kept
        } else {
            memchr::memrchr(b'\n', &buffer[..kept]).map_or(0, |end| end + 1)
        };
        for line in buffer[..end].split_inclusive(|&byte| byte == b'\n') {
            count(&mut counts, line);
        }
        buffer.copy_within(end..kept, 0);
        kept -= end;
    }
    counts
}

/// Where the first line starts after this byte.
fn find_next_line(file: &File, mut at: u64, size: u64) -> u64 {
    let mut buffer = [0; 4096];
    while at < size {
        let taken = or_exit(file.read_at(&mut buffer, at), "reading");
        if taken == 0 {
            break;
        }
        if let Some(end) = memchr::memchr(b'\n', &buffer[..taken]) {
            return (at + end as u64 + 1).min(size);
        }
        at += taken as u64;
    }
    size
}
