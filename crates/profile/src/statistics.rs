//! Sums by line, by function and by stack, with the terms of Python's tracemalloc
//! (<https://docs.python.org/3/library/tracemalloc.html#statistic>).

mod line_table;
mod unnamed_lines;

use crate::{Frame, Measure, Profile, Site, UNKNOWN, trim};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use unnamed_lines::{CallerCounts, join_addresses, keep_common_end};

pub use line_table::{LineTable, StackLine};

/// How allocations are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// By line of source, whatever called it.
    Line,
    /// By function.
    Function,
    /// By whole stack.
    Stack,
}

/// Sites that were added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteGroup {
    /// The group: `src/main.rs:30`, `app::load`, or the functions of a stack with their lines, the
    /// root first, separated by `; `.
    pub key: String,
    /// The sums. For a snapshot, the end is when it was taken. There is one frame for a line or a
    /// function, and all of them for a stack.
    pub sums: Site,
    /// How many stacks were added up.
    pub stacks: usize,
    /// The innermost frame of all of them, which is the call in the source, where they have the
    /// same one and it is not the group's own frame.
    pub call: Option<Frame>,
}

/// Sums the groups, sorted by `measure`, the largest first; equal ones are sorted by their keys.
///
/// Line and function are those of the innermost frame that is not the standard library's: the line
/// that a reader can change. In a stack with Python code it is the innermost line of Python, as
/// tracemalloc has it, because what lies behind it is the interpreter. In a program without names, it is the innermost call from a function
/// that few others call. The profile should be [trimmed](Profile::trim_stacks), or the
/// allocator's own frames are innermost.
pub fn group_sites(profile: &Profile, group_by: GroupBy, measure: Measure) -> Vec<SiteGroup> {
    let callers = CallerCounts::from_profile(profile);
    let mut groups: BTreeMap<String, SiteGroup> = BTreeMap::new();
    for site in &profile.sites {
        let frames = match group_by {
            GroupBy::Line => find_line(site, &callers),
            GroupBy::Function => {
                find_line(site, &callers).into_iter().map(|frame| Frame { location: None, ..frame }).collect()
            }
            GroupBy::Stack => site.frames.clone(),
        };
        let key = match group_by {
            GroupBy::Line => line_key(&frames),
            GroupBy::Function => frames.last().map(format_frame).unwrap_or_default(),
            GroupBy::Stack => frames.iter().map(format_frame).collect::<Vec<_>>().join("; "),
        };
        let call = site.frames.last().filter(|last| trim::is_standard_library(last));
        match groups.entry(key) {
            Entry::Vacant(entry) => {
                let sums = Site { frames, ..site.clone() };
                entry.insert(SiteGroup { key: String::new(), sums, stacks: 1, call: call.cloned() });
            }
            Entry::Occupied(mut entry) => {
                let group = entry.get_mut();
                group.stacks += 1;
                group.sums.add(site, u64::MAX);
                keep_common_end(&mut group.sums.frames, &frames);
                let is_same = |same: &Frame| call.is_some_and(|call| call.function == same.function);
                group.call = group.call.take().filter(is_same);
            }
        }
    }
    let mut groups: Vec<SiteGroup> =
        groups.into_iter().map(|(key, group)| SiteGroup { key, ..group }).collect();
    if group_by != GroupBy::Stack {
        for group in &mut groups {
            group.sums.frames = join_addresses(&group.sums.frames).into_iter().collect();
        }
    }
    groups.sort_by_key(|group| Reverse(measure.figure(&group.sums)));
    groups
}

/// The own line of each site, in the order of the sites, as [`GroupBy::Line`] has it.
pub fn find_lines(profile: &Profile) -> Vec<Frame> {
    let callers = CallerCounts::from_profile(profile);
    let line = |site: &Site| join_addresses(&find_line(site, &callers)).unwrap_or_else(unknown_frame);
    profile.sites.iter().map(line).collect()
}

/// The own frame of a stack, which comes last. Where it has no name, callers stand before it.
fn find_line(site: &Site, callers: &CallerCounts<'_>) -> Vec<Frame> {
    let own = trim::own_frame(&site.frames);
    match own {
        Some(own) if site.frames[own].unnamed_file().is_some() => callers.find_line(&site.frames[..=own]),
        Some(own) => vec![site.frames[own].clone()],
        None => vec![site.frames.last().cloned().unwrap_or_else(unknown_frame)],
    }
}

fn unknown_frame() -> Frame {
    Frame { function: UNKNOWN.to_owned(), location: None, ..Frame::default() }
}

/// The line alone: functions that share one line are one group. Where no line is known, the
/// function and its file or library.
fn line_key(frames: &[Frame]) -> String {
    let Some(frame) = frames.last() else { return String::new() };
    match frame.place() {
        Some((_, Some(_))) => frame.location.clone().unwrap_or_default(),
        Some((place, None)) => format!("{} {place}", frame.function),
        None => frame.function.clone(),
    }
}

fn format_frame(frame: &Frame) -> String {
    match &frame.location {
        Some(location) => format!("{} ({location})", frame.function),
        None => frame.function.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(places: &[(&str, &str)], end_bytes: u64, peak_bytes: u64) -> Site {
        let frame = |&(function, place): &(&str, &str)| Frame {
            function: function.to_owned(),
            location: Some(place.to_owned()),
            ..Frame::default()
        };
        let frames = places.iter().map(frame).collect();
        Site { frames, end_bytes, end_blocks: 1, peak_bytes, ..Site::default() }
    }

    fn profile() -> Profile {
        let push = ("alloc::vec::Vec<T,A>::push", "std/alloc/src/vec/mod.rs:9");
        Profile {
            sites: vec![
                site(&[("app::main", "main.rs:1"), ("app::load", "main.rs:5"), push], 10, 1),
                site(&[("app::main", "main.rs:2"), ("app::load", "main.rs:5")], 20, 2),
                site(&[("app::main", "main.rs:2"), ("app::load", "main.rs:6"), push], 5, 400),
                site(&[("app::main", "main.rs:2")], 30, 3),
            ],
        }
    }

    fn rows(group_by: GroupBy, measure: Measure) -> Vec<(String, u64)> {
        let figure = |group: SiteGroup| (group.key, measure.figure(&group.sums));
        group_sites(&profile(), group_by, measure).into_iter().map(figure).collect()
    }

    fn owned(rows: &[(&str, u64)]) -> Vec<(String, u64)> {
        rows.iter().map(|&(key, bytes)| (key.to_owned(), bytes)).collect()
    }

    #[test]
    fn groups_are_by_the_programs_own_code() {
        let by_line = owned(&[("main.rs:2", 30), ("main.rs:5", 30), ("main.rs:6", 5)]);
        assert_eq!(rows(GroupBy::Line, Measure::EndBytes), by_line);
        let by_function = owned(&[("app::load", 35), ("app::main", 30)]);
        assert_eq!(rows(GroupBy::Function, Measure::EndBytes), by_function);
        let by_stack = group_sites(&profile(), GroupBy::Stack, Measure::EndBytes);
        assert_eq!(by_stack.len(), 4);
        assert_eq!(by_stack[1].key, "app::main (main.rs:2); app::load (main.rs:5)");
    }

    #[test]
    fn a_group_knows_its_stacks_and_the_call_that_they_share() {
        let groups = group_sites(&profile(), GroupBy::Line, Measure::EndBytes);
        let found: Vec<(&str, usize, bool)> =
            groups.iter().map(|group| (group.key.as_str(), group.stacks, group.call.is_some())).collect();
        // One of the two stacks of line 5 makes another call.
        assert_eq!(found, [("main.rs:2", 1, false), ("main.rs:5", 2, false), ("main.rs:6", 1, true)]);
    }

    #[test]
    fn rows_without_lines_stay_apart() {
        let library = |function: &str| site(&[("app::main", "main.rs:1"), (function, "in libfoo.so")], 1, 1);
        let stack = |addresses: &[&str]| {
            let places: Vec<(&str, &str)> = addresses.iter().map(|address| (*address, "in app")).collect();
            site(&places, 1, 1)
        };
        // `app+0x8` is what three parts of the program call to allocate, and `app+0x9` is in it.
        let sites = vec![
            library("f"),
            library("g"),
            stack(&["app+0x1", "app+0x7", "app+0x2", "app+0x8", "app+0x9"]),
            stack(&["app+0x3", "app+0x7", "app+0x2", "app+0x8", "app+0x9"]),
            stack(&["app+0x4", "app+0x8", "app+0x9"]),
            stack(&["app+0x5", "app+0x8", "app+0x9"]),
        ];
        let profile = Profile { sites };
        let groups = group_sites(&profile, GroupBy::Line, Measure::EndBytes);
        let keys: Vec<(&str, usize)> =
            groups.iter().map(|group| (group.key.as_str(), group.stacks)).collect();
        let expected = [
            ("app+0x2 in app", 2),
            ("app+0x4 in app", 1),
            ("app+0x5 in app", 1),
            ("f in libfoo.so", 1),
            ("g in libfoo.so", 1),
        ];
        assert_eq!(keys, expected);
        // The callers that all stacks of a line have in common stand before it.
        let names: Vec<&str> =
            groups.iter().take(3).map(|group| group.sums.frames[0].function.as_str()).collect();
        assert_eq!(names, ["app+0x7 → 0x2", "app+0x4", "app+0x5"]);
        let lines: Vec<String> = find_lines(&profile).into_iter().map(|line| line.function).collect();
        assert_eq!(lines[1..4], ["g", "app+0x1 → 0x7 → 0x2", "app+0x3 → 0x7 → 0x2"]);
    }

    #[test]
    fn the_order_is_by_what_was_asked_for() {
        let by_peak = owned(&[("app::load", 403), ("app::main", 3)]);
        assert_eq!(rows(GroupBy::Function, Measure::PeakBytes), by_peak);
        let first = &group_sites(&profile(), GroupBy::Line, Measure::PeakBytes)[0];
        assert_eq!((first.key.as_str(), first.sums.end_blocks), ("main.rs:6", 1));
    }
}
