//! Sums by line, by function and by stack, with the terms of Python's tracemalloc
//! (<https://docs.python.org/3/library/tracemalloc.html#statistic>).

use crate::{Frame, Measure, Profile, Site, UNKNOWN, trim};
use std::cmp::Reverse;
use std::collections::BTreeMap;

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
}

/// Sums the groups, sorted by `measure`, the largest first; equal ones are sorted by their keys.
///
/// Line and function are those of the innermost frame that is not the standard library's: the line
/// that a reader can change. The profile should be [trimmed](Profile::trim_stacks), or the
/// allocator's own frames are innermost.
pub fn group_sites(profile: &Profile, group_by: GroupBy, measure: Measure) -> Vec<SiteGroup> {
    let mut groups: BTreeMap<String, Site> = BTreeMap::new();
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
        let sums = groups.entry(key).or_insert_with(|| Site { frames, ..Site::default() });
        sums.add(site, u64::MAX);
    }
    let mut groups: Vec<SiteGroup> = groups.into_iter().map(|(key, sums)| SiteGroup { key, sums }).collect();
    groups.sort_by_key(|group| Reverse(measure.figure(&group.sums)));
    groups
}

fn find_own_frame(site: &Site) -> Frame {
    let own = site.frames.iter().rev().find(|frame| !trim::is_standard_library(frame));
    let unknown = || Frame { function: UNKNOWN.to_owned(), location: None };
    own.or(site.frames.last()).cloned().unwrap_or_else(unknown)
}

/// The line alone: functions that share one line are one group.
fn line_key(frames: &[Frame]) -> String {
    let frame = frames.first();
    frame.map(|frame| frame.location.clone().unwrap_or_else(|| frame.function.clone())).unwrap_or_default()
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
    fn the_order_is_by_what_was_asked_for() {
        let by_peak = owned(&[("app::load", 403), ("app::main", 3)]);
        assert_eq!(rows(GroupBy::Function, Measure::PeakBytes), by_peak);
        let first = &group_sites(&profile(), GroupBy::Line, Measure::PeakBytes)[0];
        assert_eq!((first.key.as_str(), first.sums.end_blocks), ("main.rs:6", 1));
    }
}
