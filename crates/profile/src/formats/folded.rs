//! Folded stacks, the input of flamegraphs: `root;caller;site BYTES`, one line per distinct stack
//! (<https://github.com/brendangregg/FlameGraph#2-fold-stacks>).

use super::{CountingRule, Format, FormatError, ImportedProfile, LocationStyle, ProfileReader};
use crate::{Frame, Measure, Profile, Site, UNKNOWN};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bytes at the peak, as reports have them.
pub const FORMAT: Format = Format {
    name: "folded",
    ending: ".folded",
    write: |profile, _| Ok(Some(write_folded(profile, Measure::PeakBytes).into_bytes())),
    read: Some(ProfileReader { recognizes: |name, _| name.ends_with(".folded"), read: read_folded }),
};

/// Writes the lines, sorted. Stacks of the same functions are one line, whatever their lines of
/// source, and stacks that held nothing are left out.
pub fn write_folded(profile: &Profile, measure: Measure) -> String {
    let mut text = String::new();
    for (stack, amount) in sum_stacks(profile, measure) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{stack} {amount}");
    }
    text
}

/// Writes lines with two numbers, `root;caller;site OLD NEW`, sorted: the input of differential
/// flamegraphs, as inferno's `diff-folded` writes it
/// (<https://www.brendangregg.com/blog/2014-11-09/differential-flame-graphs.html>).
pub fn write_folded_diff(old: &Profile, new: &Profile, measure: Measure) -> String {
    let mut both: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (stack, amount) in sum_stacks(old, measure) {
        both.entry(stack).or_default().0 = amount;
    }
    for (stack, amount) in sum_stacks(new, measure) {
        both.entry(stack).or_default().1 = amount;
    }
    let mut text = String::new();
    for (stack, (old, new)) in both {
        let _ = writeln!(text, "{stack} {old} {new}");
    }
    text
}

/// Reads lines of bytes at the peak. The count is what stands after the last blank, because frames
/// may contain blanks. heaptrack ends a stack with `;`, which names no frame.
fn read_folded(text: &str) -> Result<ImportedProfile, FormatError> {
    let mut sites = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let parts = line.trim_end().rsplit_once([' ', '\t']);
        let parts = parts.and_then(|(stack, bytes)| Some((stack, bytes.parse().ok()?)));
        let (stack, peak_bytes): (&str, u64) = parts.ok_or(FormatError::FoldedLine { line: number + 1 })?;
        let frame =
            |function: &str| Frame { function: function.to_owned(), location: None, ..Frame::default() };
        let names = stack.split(';').map(str::trim).filter(|name| !name.is_empty());
        let mut frames: Vec<Frame> = names.map(frame).collect();
        if frames.is_empty() {
            frames.push(frame(UNKNOWN));
        }
        sites.push(Site { frames, peak_bytes, ..Site::default() });
    }
    Ok(ImportedProfile {
        profile: Profile { sites }.merge_equal_stacks(),
        locations: LocationStyle::Absent,
        counting: CountingRule::Recorder,
        measures: &[Measure::PeakBytes],
    })
}

/// Folds stacks of something else than a heap profile, such as instructions: frames with the root
/// first, and an amount. The lines are sorted, and nothing is left out.
pub fn fold_stacks<'a>(stacks: impl IntoIterator<Item = (&'a [String], u64)>) -> Vec<String> {
    let mut amounts: BTreeMap<String, u64> = BTreeMap::new();
    for (frames, amount) in stacks {
        let names: Vec<String> = frames.iter().map(|frame| escape_name(frame)).collect();
        *amounts.entry(names.join(";")).or_default() += amount;
    }
    amounts.into_iter().map(|(stack, amount)| format!("{stack} {amount}")).collect()
}

fn sum_stacks(profile: &Profile, measure: Measure) -> BTreeMap<String, u64> {
    let mut amounts: BTreeMap<String, u64> = BTreeMap::new();
    for site in &profile.sites {
        let amount = measure.figure(site);
        if amount > 0 {
            let names: Vec<String> = site.frames.iter().map(|frame| escape_name(&frame.function)).collect();
            let stack = if names.is_empty() { UNKNOWN.to_owned() } else { names.join(";") };
            *amounts.entry(stack).or_default() += amount;
        }
    }
    amounts
}

/// Changes what readers of the format would misunderstand in a name: `;` separates frames, a last
/// word of digits is read as a count, and a line that begins with `# ` is a comment.
fn escape_name(function: &str) -> String {
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

    fn site(functions: &[&str], peak_bytes: u64) -> Site {
        let frame = |name: &&str| Frame { function: (*name).to_owned(), location: None, ..Frame::default() };
        Site { frames: functions.iter().map(frame).collect(), peak_bytes, ..Site::default() }
    }

    #[test]
    fn equal_stacks_are_one_line_and_lines_are_sorted() {
        let sites = vec![site(&["b", "c"], 2), site(&["a"], 1), site(&["b", "c"], 3), site(&["z"], 0)];
        assert_eq!(write_folded(&Profile { sites }, Measure::PeakBytes), "a 1\nb;c 5\n");
    }

    #[test]
    fn names_cannot_break_the_format() {
        let sites = vec![site(&["f::<[u8; 4]>", "g\nh", " ", "part 2"], 7), site(&["# note"], 1)];
        let text = write_folded(&Profile { sites }, Measure::PeakBytes);
        assert_eq!(text, "#note 1\nf::<[u8, 4]>;g h;[unknown];part_2 7\n");
    }

    #[test]
    fn frames_may_have_blanks_and_the_last_word_is_the_count() {
        let text = "main (t.c);<T as U>::f (a b.c); 3000\r\nmain (t.c);part 2 of 3 40 \n;\t7\n";
        let sites = read_folded(text).unwrap().profile.sites;
        let found: Vec<(Vec<&str>, u64)> = sites
            .iter()
            .map(|site| (site.frames.iter().map(|frame| frame.function.as_str()).collect(), site.peak_bytes))
            .collect();
        let expected = [
            (vec![UNKNOWN], 7),
            (vec!["main (t.c)", "<T as U>::f (a b.c)"], 3000),
            (vec!["main (t.c)", "part 2 of 3"], 40),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_without_a_figure_is_refused_with_its_place() {
        assert!(read_folded("a;b 5\nno number\n").unwrap_err().to_string().contains("line 2"));
    }

    #[test]
    fn what_is_on_one_side_only_has_a_zero_on_the_other() {
        let old = Profile { sites: vec![site(&["a"], 1), site(&["b", "c"], 2), site(&["z"], 0)] };
        let new = Profile { sites: vec![site(&["b", "c"], 9), site(&["b"], 4)] };
        let text = write_folded_diff(&old, &new, Measure::PeakBytes);
        assert_eq!(text, "a 1 0\nb 0 4\nb;c 2 9\n");

        // inferno takes the lines for a differential flamegraph: the titles of grown and shrunk
        // frames say by how much.
        let mut svg = Vec::new();
        inferno::flamegraph::from_lines(&mut inferno::flamegraph::Options::default(), text.lines(), &mut svg)
            .unwrap();
        let svg = String::from_utf8(svg).unwrap();
        assert!(svg.contains("<title>c (9 samples, 69.23%; +"), "{svg}");
    }
}
