//! Parses callgrind's file line by line. Names are numbered at their first use, and positions are
//! differences.

use super::CallgrindError;
use super::tally::{Place, Tally};
use std::collections::HashMap;

/// Names that the file has numbered. Functions, files and objects have separate numbers.
#[derive(Default)]
struct NameTable<'a>(HashMap<&'a str, &'a str>);

impl<'a> NameTable<'a> {
    /// Resolves `(12) name` at the first use, `(12)` afterwards, or an uncompressed `name`.
    fn resolve(&mut self, text: &'a str) -> Option<&'a str> {
        let Some((number, name)) = text.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
            return Some(text);
        };
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            // `(below main)` is a name.
            return Some(text);
        }
        let name = name.trim();
        if !name.is_empty() {
            self.0.insert(number, name);
        }
        self.0.get(number).copied()
    }
}

/// The position in the file.
#[derive(Default)]
struct ParserState<'a> {
    functions: NameTable<'a>,
    files: NameTable<'a>,
    objects: NameTable<'a>,
    object: &'a str,
    file: &'a str,
    function: &'a str,
    called: &'a str,
    address: u64,
    line: u64,
}

/// Reads the whole file into `tally`.
pub(super) fn parse(text: &str, tally: &mut Tally) -> Result<(), CallgrindError> {
    let mut reader = ParserState::default();
    let mut known = (false, false);
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let wrong = || CallgrindError::Line { number: index + 1, text: line.to_owned() };
        match line.bytes().next() {
            None | Some(b'#') => {}
            Some(b'0'..=b'9' | b'+' | b'-' | b'*') => {
                if known != (true, true) {
                    return Err(CallgrindError::Header);
                }
                let (place, cost) = reader.parse_cost_line(line).ok_or_else(wrong)?;
                tally.add_cost(reader.function, place, cost);
            }
            Some(_) => {
                if let Some(count) = line.strip_prefix("calls=") {
                    let count = count.split(' ').next().and_then(|count| count.parse().ok());
                    let (_, from) = lines.next().ok_or_else(wrong)?;
                    let (place, cost) = reader.parse_cost_line(from).ok_or_else(wrong)?;
                    tally.add_call(reader.function, reader.called, place, count.ok_or_else(wrong)?, cost);
                } else if let Some((key, name)) = line.split_once('=') {
                    reader.set_name(key, name).ok_or_else(wrong)?;
                } else if let Some((key, value)) = line.split_once(':') {
                    match key {
                        "positions" => known.0 = value.trim() == "instr line",
                        "events" => known.1 = value.trim() == "Ir",
                        "totals" => tally.total = value.trim().parse().map_err(|_| wrong())?,
                        _ => {}
                    }
                } else {
                    return Err(wrong());
                }
            }
        }
    }
    if known == (true, true) { Ok(()) } else { Err(CallgrindError::Header) }
}

impl<'a> ParserState<'a> {
    fn set_name(&mut self, key: &str, name: &'a str) -> Option<()> {
        match key {
            "fl" | "fi" | "fe" => self.file = self.files.resolve(name)?,
            "fn" => self.function = self.functions.resolve(name)?,
            "cfn" => self.called = self.functions.resolve(name)?,
            // The file of the called function: only its number matters, if this is its first use.
            "cfi" | "cfl" => {
                self.files.resolve(name)?;
            }
            "ob" => self.object = self.objects.resolve(name)?,
            // The object of the called function, likewise.
            "cob" => {
                self.objects.resolve(name)?;
            }
            _ => {}
        }
        Some(())
    }

    /// `0x1050 12 7`, `+7 * 1`: an address, a line, a cost.
    fn parse_cost_line(&mut self, text: &str) -> Option<(Place<'a>, u64)> {
        let mut parts = text.split_ascii_whitespace();
        self.address = parse_position(parts.next()?, self.address)?;
        self.line = parse_position(parts.next()?, self.line)?;
        // A missing cost is 0.
        let cost = parts.next().map_or(Some(0), |cost| cost.parse().ok())?;
        let line = u32::try_from(self.line).ok()?;
        let place = Place { object: self.object, file: self.file, address: self.address, line };
        Some((place, cost))
    }
}

fn parse_position(text: &str, last: u64) -> Option<u64> {
    if text == "*" {
        Some(last)
    } else if let Some(more) = text.strip_prefix('+') {
        last.checked_add(more.parse().ok()?)
    } else if let Some(less) = text.strip_prefix('-') {
        last.checked_sub(less.parse().ok()?)
    } else if let Some(address) = text.strip_prefix("0x") {
        u64::from_str_radix(address, 16).ok()
    } else {
        text.parse().ok()
    }
}
