//! Sums by line, by function and by stack, with the terms of Python's tracemalloc
//! (<https://docs.python.org/3/library/tracemalloc.html#statistic>).

use crate::{Frame, Measure, Profile, Site, UNKNOWN, trim};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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

/// How many addresses name the line of a stack without names. The innermost ones are the allocator
/// and the growth of a vector, which every part of a program shares.
const UNNAMED_FRAMES: usize = 4;

/// Sums the groups, sorted by `measure`, the largest first; equal ones are sorted by their keys.
///
/// Line and function are those of the innermost frame that is not the standard library's: the line
/// that a reader can change. The profile should be [trimmed](Profile::trim_stacks), or the
/// allocator's own frames are innermost.
pub fn group_sites(profile: &Profile, group_by: GroupBy, measure: Measure) -> Vec<SiteGroup> {
    let mut groups: BTreeMap<String, SiteGroup> = BTreeMap::new();
    for site in &profile.sites {
        let frames = match group_by {
            GroupBy::Line => vec![find_own_frame(site)],
            GroupBy::Function => vec![Frame { location: None, ..find_own_frame(site) }],
            GroupBy::Stack => site.frames.clone(),
        };
        let key = match group_by {
            GroupBy::Line => line_key(&frames),
            GroupBy::Function | GroupBy::Stack => {
                frames.iter().map(format_frame).collect::<Vec<_>>().join("; ")
            }
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
                group.call =
                    group.call.take().filter(|same| call.is_some_and(|call| call.function == same.function));
            }
        }
    }
    let mut groups: Vec<SiteGroup> =
        groups.into_iter().map(|(key, group)| SiteGroup { key, ..group }).collect();
    groups.sort_by_key(|group| Reverse(measure.figure(&group.sums)));
    groups
}

fn find_own_frame(site: &Site) -> Frame {
    let own = site.frames.iter().rev().find(|frame| !trim::is_standard_library(frame));
    let unknown = || Frame { function: UNKNOWN.to_owned(), location: None };
    let own = own.or(site.frames.last()).cloned().unwrap_or_else(unknown);
    if own.unnamed_file().is_some() { name_by_addresses(&site.frames, own) } else { own }
}

/// `app+0x2273a → 0x20fa1`, the innermost last.
fn name_by_addresses(frames: &[Frame], own: Frame) -> Frame {
    let Some(file) = own.unnamed_file() else { return own };
    let in_file = |frame: &&Frame| frame.unnamed_file() == Some(file);
    let unnamed: Vec<&Frame> = frames.iter().rev().take_while(in_file).take(UNNAMED_FRAMES).collect();
    let mut function = String::new();
    for frame in unnamed.iter().rev() {
        if function.is_empty() {
            function.clone_from(&frame.function);
        } else if let Some((_, address)) = frame.function.rsplit_once('+') {
            function.push_str(" → ");
            function.push_str(address);
        }
    }
    Frame { function, location: own.location }
}

/// The line alone: functions that share one line are one group. Where no line is known, the
/// function and its file or library.
fn line_key(frames: &[Frame]) -> String {
    let Some(frame) = frames.first() else { return String::new() };
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
        let address = |at: &str| (at.to_owned(), "in app".to_owned());
        let stack = |addresses: &[&str]| {
            let frames: Vec<(String, String)> = addresses.iter().map(|at| address(at)).collect();
            let frames: Vec<(&str, &str)> =
                frames.iter().map(|(name, place)| (name.as_str(), place.as_str())).collect();
            site(&frames, 1, 1)
        };
        let sites = vec![
            library("f"),
            library("g"),
            stack(&["app+0x1", "app+0x2", "app+0x3", "app+0x4", "app+0x5"]),
            stack(&["app+0x9", "app+0x2", "app+0x3", "app+0x4", "app+0x5"]),
            stack(&["app+0x7", "app+0x5"]),
        ];
        let groups = group_sites(&Profile { sites }, GroupBy::Line, Measure::EndBytes);
        let keys: Vec<(&str, usize)> =
            groups.iter().map(|group| (group.key.as_str(), group.stacks)).collect();
        let expected = [
            ("app+0x2 → 0x3 → 0x4 → 0x5 in app", 2),
            ("app+0x7 → 0x5 in app", 1),
            ("f in libfoo.so", 1),
            ("g in libfoo.so", 1),
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn the_order_is_by_what_was_asked_for() {
        let by_peak = owned(&[("app::load", 403), ("app::main", 3)]);
        assert_eq!(rows(GroupBy::Function, Measure::PeakBytes), by_peak);
        let first = &group_sites(&profile(), GroupBy::Line, Measure::PeakBytes)[0];
        assert_eq!((first.key.as_str(), first.sums.end_blocks), ("main.rs:6", 1));
    }
}
