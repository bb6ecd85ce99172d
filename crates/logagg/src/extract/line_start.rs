//! Extracts the default key, an address from the line's start to a space or the line's end. This is
//! the hot path where AVX2 is missing.

use crate::key::address::{self, Address};
use crate::key::{Key, KeySink};
use crate::line_offsets::Tally;

/// The longest address and the byte after it.
const MAX_FIELD_BYTES: usize = 46;

/// Counts the lines of a block that ends with a line feed.
pub(super) fn count_block<S: KeySink>(block: &[u8], tally: &mut Tally, sink: &mut S) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', block) {
        tally.lines += 1;
        if !count_whole_line(&block[start..end], sink) {
            tally.record_malformed();
        }
        start = end + 1;
    }
}

#[inline(always)]
fn count_whole_line<S: KeySink>(text: &[u8], sink: &mut S) -> bool {
    if let Some(value) = parse_quick_v4(text) {
        sink.count_v4(value);
        return true;
    }
    count_line(text.strip_suffix(b"\r").unwrap_or(text), sink)
}

/// Counts the address at the start of a line without its line end; false if there is none.
pub(super) fn count_line<S: KeySink>(line: &[u8], sink: &mut S) -> bool {
    let head = &line[..line.len().min(MAX_FIELD_BYTES)];
    let field = memchr::memchr(b' ', head).map_or(head, |space| &head[..space]);
    count_address(field, sink)
}

/// Counts `field` if it is an address; false if it is not.
pub(super) fn count_address<S: KeySink>(field: &[u8], sink: &mut S) -> bool {
    match address::parse(field) {
        Some(Address::V4(value)) => sink.count_v4(value),
        Some(Address::V6(value)) => sink.count_key(Key::V6(value)),
        None => return false,
    }
    true
}

/// Parses an IPv4 address followed by a space. `None` means that [`count_line`] has to look at the
/// line.
#[inline(always)]
fn parse_quick_v4(text: &[u8]) -> Option<u32> {
    let mut at = 0;
    let mut value = 0u32;
    for end in [b'.', b'.', b'.', b' '] {
        let first = text.get(at)?.wrapping_sub(b'0');
        if first > 9 {
            return None;
        }
        let mut part = u32::from(first);
        at += 1;
        let second = text.get(at)?.wrapping_sub(b'0');
        if second <= 9 {
            part = part * 10 + u32::from(second);
            at += 1;
            let third = text.get(at)?.wrapping_sub(b'0');
            if third <= 9 {
                part = part * 10 + u32::from(third);
                at += 1;
                if !(100..=255).contains(&part) {
                    return None;
                }
            } else if part < 10 {
                return None;
            }
        }
        if *text.get(at)? != end {
            return None;
        }
        at += 1;
        value = value << 8 | part;
    }
    Some(value)
}
