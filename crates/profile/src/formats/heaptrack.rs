//! heaptrack's own recordings, unpacked: text with one record per line, numbers in hexadecimal
//! (<https://invent.kde.org/sdk/heaptrack>, `accumulatedtracedata.cpp`). They are read, not
//! written.
//!
//! ```text
//! v 10400 3        heaptrack's version and the version of the file
//! s 4 make         the next string and its length; strings are counted from 1
//! i 55af 1 17 15 3 the next address: module, then function, file and line, the innermost first
//! t a 9            the next stack: an address and the stack that called it; 0 is the root
//! a 3e8 a          the next kind of allocation, counted from 0: its size and its stack
//! + 1              a block of this kind is allocated, and `- 1`: it is freed
//! ```

use super::{CountingRule, FormatError, ImportedProfile, LocationStyle, ProfileReader};
use crate::frame::demangle;
use crate::{Frame, Measure, Profile, Site, UNKNOWN, location};

/// Reads a file of heaptrack's that was unpacked.
pub const READER: ProfileReader = ProfileReader { recognizes: |_, text| is_recording(text), read };

/// The versions of the file that are read. Version 3 has the lengths of strings.
const VERSIONS: std::ops::RangeInclusive<u64> = 2..=3;

/// An address with its functions, the innermost first.
type Functions = Vec<Frame>;

/// The tables of a file.
#[derive(Default)]
struct Tables<'text> {
    strings: Vec<&'text str>,
    addresses: Vec<Functions>,
    /// Address and caller, both counted from 1.
    stacks: Vec<(usize, usize)>,
    kinds: Vec<Kind>,
}

/// Allocations of one size at one stack.
#[derive(Default)]
struct Kind {
    size_bytes: u64,
    stack: usize,
    total_blocks: u64,
    live_blocks: u64,
    peak_blocks: u64,
}

fn is_recording(text: &str) -> bool {
    let mut lines = text.lines();
    let version = lines.next().and_then(|line| line.strip_prefix("v "));
    version.is_some_and(|version| version.split(' ').all(|number| u64::from_str_radix(number, 16).is_ok()))
        && lines.next().is_some_and(|line| line.starts_with("X ") || line.starts_with("x "))
}

fn read(text: &str) -> Result<ImportedProfile, FormatError> {
    let peak_line = find_peak_line(text)?;
    let mut tables = Tables::default();
    let mut has_lengths = true;
    for (index, line) in text.lines().enumerate() {
        let broken = || FormatError::Line { format: "heaptrack's file", line: index + 1 };
        let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
        match mark {
            "v" => has_lengths = read_version(rest)? >= 3,
            "s" => {
                let string =
                    if has_lengths { rest.split_once(' ').map(|(_, string)| string) } else { Some(rest) };
                tables.strings.push(string.ok_or_else(broken)?);
            }
            "i" => {
                let functions = tables.read_address(rest).ok_or_else(broken)?;
                tables.addresses.push(functions);
            }
            "t" => {
                let [address, caller] = read_numbers(rest).ok_or_else(broken)?;
                // A caller stands before its stack, so that no stack is its own caller.
                let known = address <= tables.addresses.len() && caller <= tables.stacks.len();
                tables.stacks.push(Some((address, caller)).filter(|_| known).ok_or_else(broken)?);
            }
            "a" => {
                let [size, stack] = read_numbers(rest).ok_or_else(broken)?;
                let kind = Kind { size_bytes: size as u64, stack, ..Kind::default() };
                tables.kinds.push(Some(kind).filter(|_| stack <= tables.stacks.len()).ok_or_else(broken)?);
            }
            "+" | "-" => {
                let [kind] = read_numbers(rest).ok_or_else(broken)?;
                let kind = tables.kinds.get_mut(kind).ok_or_else(broken)?;
                if mark == "+" {
                    kind.total_blocks += 1;
                    kind.live_blocks += 1;
                } else {
                    kind.live_blocks = kind.live_blocks.checked_sub(1).ok_or_else(broken)?;
                }
            }
            _ => {}
        }
        if Some(index) == peak_line {
            tables.kinds.iter_mut().for_each(|kind| kind.peak_blocks = kind.live_blocks);
        }
    }
    Ok(ImportedProfile {
        profile: tables.build_profile().trim_stacks(),
        locations: LocationStyle::WithoutWorkspace,
        // heaptrack counts a reallocation as a new block.
        counting: CountingRule::Dhat,
        measures: &Measure::ALL,
    })
}

fn read_version(rest: &str) -> Result<u64, FormatError> {
    let version = read_numbers(rest).map_or(0, |[_, version]: [usize; 2]| version as u64);
    if VERSIONS.contains(&version) { Ok(version) } else { Err(FormatError::HeaptrackVersion { version }) }
}

/// The line after which the most bytes are live. Broken lines are found by the caller.
fn find_peak_line(text: &str) -> Result<Option<usize>, FormatError> {
    let mut sizes: Vec<i128> = Vec::new();
    let (mut live, mut most, mut at) = (0_i128, 0_i128, None);
    for (index, line) in text.lines().enumerate() {
        match line.split_once(' ') {
            Some(("v", rest)) => _ = read_version(rest)?,
            Some(("a", rest)) => {
                sizes.push(read_numbers(rest).map_or(0, |[size, _]: [usize; 2]| size as i128));
            }
            Some((mark @ ("+" | "-"), rest)) => {
                let size = read_numbers(rest).and_then(|[kind]: [usize; 1]| sizes.get(kind)).unwrap_or(&0);
                live += if mark == "+" { *size } else { -size };
                if live > most {
                    (most, at) = (live, Some(index));
                }
            }
            _ => {}
        }
    }
    Ok(at)
}

impl Tables<'_> {
    /// `55af 1 17 15 3`: the address and its module, then function, file and line of each function;
    /// the last two may be absent.
    fn read_address(&self, rest: &str) -> Option<Functions> {
        let mut numbers = rest.split(' ').map(|number| usize::from_str_radix(number, 16).ok());
        let (address, module) = (numbers.next()??, numbers.next().unwrap_or(Some(0))?);
        let mut functions = Vec::new();
        while let Some(function) = numbers.next() {
            let file = numbers.next().unwrap_or(Some(0))?;
            let line = numbers.next().unwrap_or(Some(0))?;
            let file = Some(self.string(file)?).filter(|file| !file.is_empty());
            let line = u32::try_from(line).ok();
            let function = Some(self.string(function?)?).filter(|name| !name.is_empty());
            functions.push(Frame {
                function: function.map_or_else(|| UNKNOWN.to_owned(), demangle),
                location: file.map(|file| location::format_location(file, line, "")),
                ..Frame::default()
            });
        }
        if functions.is_empty() {
            let module = self.string(module)?.rsplit('/').next().unwrap_or_default();
            // heaptrack does not say where the module was mapped, so this is no address in the file.
            let function = if module.is_empty() { UNKNOWN.to_owned() } else { format!("{address:#x}") };
            let location = Some(format!("in {module}")).filter(|_| !module.is_empty());
            functions.push(Frame { function, location, ..Frame::default() });
        }
        Some(functions)
    }

    /// String 0 is empty.
    fn string(&self, number: usize) -> Option<&str> {
        let Some(index) = number.checked_sub(1) else { return Some("") };
        self.strings.get(index).copied()
    }

    fn build_profile(&self) -> Profile {
        let site = |kind: &Kind| Site {
            frames: self.collect_stack(kind.stack),
            total_blocks: kind.total_blocks,
            total_bytes: kind.total_blocks.saturating_mul(kind.size_bytes),
            peak_blocks: kind.peak_blocks,
            peak_bytes: kind.peak_blocks.saturating_mul(kind.size_bytes),
            end_blocks: kind.live_blocks,
            end_bytes: kind.live_blocks.saturating_mul(kind.size_bytes),
            ..Site::default()
        };
        Profile { sites: self.kinds.iter().map(site).collect() }.merge_equal_stacks()
    }

    fn collect_stack(&self, stack: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut at = stack;
        while let Some(&(address, caller)) = at.checked_sub(1).and_then(|index| self.stacks.get(index)) {
            let functions = address.checked_sub(1).and_then(|index| self.addresses.get(index));
            frames.extend(functions.into_iter().flatten().cloned());
            at = caller;
        }
        frames.reverse();
        frames
    }
}

fn read_numbers<const COUNT: usize>(rest: &str) -> Option<[usize; COUNT]> {
    let mut numbers = [0; COUNT];
    let mut words = rest.split(' ');
    for number in &mut numbers {
        *number = usize::from_str_radix(words.next()?, 16).ok()?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as heaptrack 1.4 writes it, with fewer libraries: `keep` reallocates what `make` gave
    /// it, `make` allocates ten blocks that are freed, then 3000 bytes at the peak, then 100 more
    /// after a free.
    const FILE: &str = "v 10400 3
X ./t
I 1000 5e298d
s a /opt/app/t
s 1f /lib/x86_64-linux-gnu/libc.so.6
s 4 main
s e /home/x/dir/t.c
s 4 keep
s 4 make
# a comment
i 55af438011a1 1 3 4 5
t 1 0
i 55af43801181 1 5 4 4
t 2 1
i 55af43801174 1 6 4 3 5 4 4
t 3 2
a 3e8 3
+ 0
- 0
i 55af4380118f 1 5 4 4
t 4 1
a 7d0 4
+ 1
i 7f8d3e4a57b9 2
t 5 1
a bb8 5
+ 2
- 1
a 64 5
+ 3
c 10
R 5
";

    fn sites(text: &str) -> Vec<(String, [u64; 4])> {
        let imported = read(text).unwrap();
        let describe = |frame: &Frame| format!("{} {}", frame.function, frame.location.clone().unwrap());
        let site = |site: &Site| {
            let stack: Vec<String> = site.frames.iter().map(describe).collect();
            (stack.join("; "), [site.peak_bytes, site.end_bytes, site.total_bytes, site.total_blocks])
        };
        imported.profile.sites.iter().map(site).collect()
    }

    #[test]
    fn a_recording_has_its_peak_its_end_and_its_totals() {
        assert!((READER.recognizes)("heaptrack.t.1.zst", FILE));
        let place = "x/dir/t.c";
        let expected = [
            ("0x7f8d3e4a57b9 in libc.so.6".to_owned(), [3000, 3100, 3100, 2]),
            (format!("keep {place}:4"), [2000, 0, 2000, 1]),
            (format!("keep {place}:4; keep {place}:4; make {place}:3"), [0, 0, 1000, 1]),
        ];
        assert_eq!(sites(FILE), expected);
    }

    #[test]
    fn older_files_have_no_lengths_and_still_older_are_refused() {
        let strip = |line: &str| match line.strip_prefix("s ").and_then(|rest| rest.split_once(' ')) {
            Some((_, string)) => format!("s {string}\n"),
            None => format!("{line}\n"),
        };
        let older: String = FILE.replace("v 10400 3", "v 10200 2").lines().map(strip).collect();
        assert_eq!(sites(&older), sites(FILE));
        let oldest = read(&FILE.replace("v 10400 3", "v 10000 1")).unwrap_err().to_string();
        assert!(oldest.contains("version 1"), "{oldest}");
    }

    #[test]
    fn broken_lines_are_named() {
        let cases = [
            ("t 2 1", "t 2 9", 14),
            ("t 2 1", "t 99 1", 14),
            ("a 3e8 3", "a 3e8 30", 17),
            ("+ 0\n", "+ 7\n", 18),
            ("+ 0\n", "- 0\n", 18),
            ("+ 0\n", "+ x\n", 18),
            ("i 55af43801181 1 5 4 4", "i 55af43801181 1 5 44 4", 13),
        ];
        for (from, to, line) in cases {
            let error = read(&FILE.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(&format!("line {line} ")), "{to}: {error}");
        }
    }
}
