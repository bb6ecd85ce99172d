//! The access log of the optional task, and the part of it that one process counts.

use super::draw::draw;
use std::io::Write as _;
use std::ops::Range;

/// The result of an aggregator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Page views: lines that begin with an address.
    pub pv: u64,
    /// Visitors: distinct addresses.
    pub uv: u64,
}

/// The lines that one of several processes counts.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    seed: u64,
    lines: u64,
    index: u64,
    parts: u64,
}

impl Part {
    /// The longest line, in bytes.
    pub const LONGEST_LINE: usize = 96;

    /// Part `index` of `parts` of a log with `lines` lines.
    pub fn new(seed: u64, lines: u64, index: u64, parts: u64) -> Part {
        Part { seed, lines, index, parts: parts.max(1) }
    }

    /// The number of this part, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The number of processes that count.
    pub fn parts(&self) -> u64 {
        self.parts
    }

    /// The number of lines in this part.
    pub fn len(&self) -> u64 {
        let Range { start, end } = self.range();
        end - start
    }

    /// Whether this part has no lines.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Passes each line of this part, without its end, such as `10.3.200.17 - - [...] "GET
    /// /lesson/8 HTTP/1.1" 200 512`. Addresses are within 10.0.0.0/12, so 20 bits identify them.
    /// Some lines begin with `-` instead and have no address. Lines are made as they are read,
    /// without an allocation.
    pub fn for_each_line(&self, mut look: impl FnMut(&[u8])) {
        let mut buffer = [0u8; Part::LONGEST_LINE];
        for index in self.range() {
            let length = write_line(&mut buffer, address(self.seed, index));
            look(&buffer[..length]);
        }
    }

    /// Parts differ by at most one line, and together they contain all lines.
    fn range(&self) -> Range<u64> {
        let bound = |part: u64| {
            let (lines, parts) = (u128::from(self.lines), u128::from(self.parts));
            // At most `lines`, which is a u64.
            (lines * u128::from(part.min(self.parts)) / parts) as u64
        };
        bound(self.index)..bound(self.index.saturating_add(1))
    }
}

/// The last 20 bits of a line's address. One line in 64 has none; every second address is one of
/// 4,096 frequent ones.
fn address(seed: u64, index: u64) -> Option<u64> {
    let drawn = draw(!seed, index);
    let address = (drawn >> 8) & 0xF_FFFF;
    let is_frequent = drawn & 0x80 != 0;
    (drawn & 63 != 0).then_some(if is_frequent { address & 0xFFF } else { address })
}

fn write_line(buffer: &mut [u8; Part::LONGEST_LINE], address: Option<u64>) -> usize {
    let room = buffer.len();
    let mut rest = &mut buffer[..];
    // The longest line fits, as the test below checks.
    let _ = match address {
        Some(address) => {
            let (high, middle, low) = (address >> 16, (address >> 8) & 255, address & 255);
            write!(
                rest,
                "10.{high}.{middle}.{low} - - [09/Aug/2026:08:09:00 +0800] \"GET /lesson/8 HTTP/1.1\" 200 512"
            )
        }
        None => write!(rest, "- - - [09/Aug/2026:08:09:00 +0800] \"-\" 408 0"),
    };
    room - rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(part: Part) -> Vec<String> {
        let mut lines = Vec::new();
        part.for_each_line(|line| lines.push(String::from_utf8(line.to_vec()).unwrap()));
        lines
    }

    #[test]
    fn parts_are_the_whole_log_in_its_order() {
        let whole = lines(Part::new(3, 1_001, 0, 1));
        assert_eq!(whole.len(), 1_001);
        let parts: Vec<String> = (0..4).flat_map(|index| lines(Part::new(3, 1_001, index, 4))).collect();
        assert_eq!(parts, whole);
        assert!(whole.iter().any(|line| line.starts_with("- ")));
        assert!(whole.iter().filter(|line| line.starts_with("10.")).count() > 900);
        assert!(whole.iter().all(|line| line.ends_with(" 512") || line.ends_with(" 0")), "none is cut short");
    }

    #[test]
    fn a_part_that_there_is_not_is_empty() {
        assert!(Part::new(3, 10, 4, 4).is_empty());
        assert_eq!(Part::new(3, 10, 0, 0).len(), 10, "no parts are one");
    }

    #[test]
    fn the_longest_line_has_room() {
        let mut buffer = [0; Part::LONGEST_LINE];
        let length = write_line(&mut buffer, Some(0xF_C8C8));
        assert!(buffer[..length].ends_with(b"200 512") && length < Part::LONGEST_LINE);
    }
}
