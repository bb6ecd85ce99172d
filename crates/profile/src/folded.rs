//! Folded stacks, the input of flamegraphs: `root;caller;site BYTES`, one line a distinct stack
//! (<https://github.com/brendangregg/FlameGraph#2-fold-stacks>).

use crate::{Profile, Site, UNKNOWN};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What the number behind a stack counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Live bytes at the global peak.
    PeakBytes,
    /// Live bytes at the end.
    EndBytes,
    /// Bytes over the whole run.
    TotalBytes,
    /// Blocks over the whole run.
    TotalBlocks,
}

impl Measure {
    const fn of(self, site: &Site) -> u64 {
        match self {
            Measure::PeakBytes => site.peak_bytes,
            Measure::EndBytes => site.end_bytes,
            Measure::TotalBytes => site.total_bytes,
            Measure::TotalBlocks => site.total_blocks,
        }
    }
}

/// The lines, sorted; stacks of the same functions are one line, whatever their lines of source. Stacks that held nothing
/// are left out.
pub fn folded(profile: &Profile, measure: Measure) -> String {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for site in &profile.sites {
        let amount = measure.of(site);
        if amount > 0 {
            let names: Vec<String> = site.frames.iter().map(|frame| harmless(&frame.function)).collect();
            let stack = if names.is_empty() { UNKNOWN.to_owned() } else { names.join(";") };
            *lines.entry(stack).or_default() += amount;
        }
    }
    let mut text = String::new();
    for (stack, amount) in lines {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{stack} {amount}");
    }
    text
}

/// A name that no reader of the format takes for something else: `;` parts frames, a last word of digits is read as a
/// count, and a line that begins with `# ` is a comment.
fn harmless(function: &str) -> String {
    let plain: String = function
        .chars()
        .map(|character| match character {
            ';' => ',',
            character if character.is_control() || character.is_whitespace() => ' ',
            character => character,
        })
        .collect();
    let plain = plain.trim();
    if plain.is_empty() {
        return UNKNOWN.to_owned();
    }
    let plain = plain.strip_prefix("# ").map_or_else(|| plain.to_owned(), |rest| format!("#{rest}"));
    match plain.rsplit_once(' ') {
        Some((before, last)) if last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            format!("{before}_{last}")
        }
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frame;

    fn site(functions: &[&str], peak_bytes: u64) -> Site {
        let frame = |name: &&str| Frame { function: (*name).to_owned(), location: None };
        Site { frames: functions.iter().map(frame).collect(), peak_bytes, ..Site::default() }
    }

    #[test]
    fn equal_stacks_are_one_line_and_lines_are_sorted() {
        let sites = vec![site(&["b", "c"], 2), site(&["a"], 1), site(&["b", "c"], 3), site(&["z"], 0)];
        assert_eq!(folded(&Profile { sites }, Measure::PeakBytes), "a 1\nb;c 5\n");
    }

    #[test]
    fn names_cannot_break_the_format() {
        let sites = vec![site(&["f::<[u8; 4]>", "g\nh", " ", "part 2"], 7), site(&["# note"], 1)];
        let text = folded(&Profile { sites }, Measure::PeakBytes);
        assert_eq!(text, "#note 1\nf::<[u8, 4]>;g h;[unknown];part_2 7\n");
    }
}
