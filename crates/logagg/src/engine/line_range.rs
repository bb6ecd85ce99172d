//! Splits windows into lines. A line belongs to the range in which it starts, whatever borders it
//! crosses.
//!
//! From one window to the next, at most the part of a line that is looked at is kept; the rest of a
//! longer line is skipped.

use memchr::{memchr, memrchr};

use crate::error::Result;
use crate::extract::KeyExtractor;
use crate::input::WindowSource;
use crate::key::KeySink;
use crate::line_offsets::Tally;

/// Only this many bytes of a line are looked at. A key that does not end within them is malformed.
pub const LONGEST_LINE: usize = 1 << 20;

#[derive(Debug, Clone, Copy)]
pub(crate) struct LineBounds {
    /// Where the source begins to read: one byte before the range, unless a line is known to start
    /// there.
    pub(crate) start: u64,
    /// Whether the first bytes may be the rest of a line of the previous range.
    pub(crate) in_line: bool,
    /// Lines that start before this offset belong to the range.
    pub(crate) end: u64,
}

enum SkipState {
    Nothing,
    Foreign,
    Own,
}

/// Counts the lines that start in the range. `each_window` is called with the running totals after
/// every window and may stop the run.
pub(crate) fn count_lines<S: KeySink>(
    source: &mut impl WindowSource,
    bounds: LineBounds,
    longest: usize,
    extract: &KeyExtractor,
    sink: &mut S,
    each_window: &mut dyn FnMut(&Tally, &mut S) -> Result<()>,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut skip = if bounds.in_line { SkipState::Foreign } else { SkipState::Nothing };
    let (mut base, mut keep) = (bounds.start, 0);
    loop {
        let buffer = source.fill(keep)?;
        if buffer.len() <= keep {
            if !buffer.is_empty() {
                tally.bytes += buffer.len() as u64;
                extract.count_rest(buffer, true, &mut tally, sink);
            }
            break;
        }
        let mut from = 0;
        if !matches!(skip, SkipState::Nothing) {
            let found = memchr(b'\n', buffer);
            from = found.map_or(buffer.len(), |at| at + 1);
            if matches!(skip, SkipState::Own) {
                tally.bytes += from as u64;
            }
            if found.is_some() {
                skip = SkipState::Nothing;
            } else if matches!(skip, SkipState::Foreign) && base + buffer.len() as u64 >= bounds.end {
                // The line covers the whole range. Searching for its end from every range would
                // take quadratic time.
                break;
            }
        }
        if matches!(skip, SkipState::Nothing) && base + from as u64 >= bounds.end {
            break;
        }
        let last = bounds.end.saturating_sub(base + 1).min(buffer.len() as u64) as usize;
        let ends_here = memchr(b'\n', &buffer[last.max(from)..]).map(|at| last.max(from) + at + 1);
        let cut =
            ends_here.or_else(|| memrchr(b'\n', &buffer[from..]).map(|at| from + at + 1)).unwrap_or(from);
        if cut > from {
            extract.count_block(&buffer[from..cut], longest, &mut tally, sink);
        }
        if ends_here.is_some() {
            break;
        }
        let tail = &buffer[cut..];
        (keep, base) = if tail.len() > longest {
            tally.bytes += tail.len() as u64;
            extract.count_rest(&tail[..longest], false, &mut tally, sink);
            skip = SkipState::Own;
            (0, base + buffer.len() as u64)
        } else {
            (tail.len(), base + cut as u64)
        };
        each_window(&tally, sink)?;
    }
    each_window(&tally, sink)?;
    Ok(tally)
}
