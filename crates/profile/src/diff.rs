//! What changed from one profile to another.

use crate::{Frame, Measure, Profile};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A stack whose figure changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedStack {
    /// The stack, the root first; lines are the new profile's where it has the stack.
    pub frames: Vec<Frame>,
    /// The figure in the old profile; 0 where it has no such stack.
    pub old: u64,
    /// The figure in the new profile; 0 where it has no such stack.
    pub new: u64,
}

/// Finds the stacks that changed, growth first, by how much, then shrinking, by how much.
///
/// Two stacks are the same if their functions and files are the same. Their lines may differ,
/// because an edit above a function would otherwise make everything new that it allocates; stacks
/// that differ only in lines are added up on either side.
pub fn diff_profiles(old: &Profile, new: &Profile, measure: Measure) -> Vec<ChangedStack> {
    let mut by_stack: BTreeMap<Vec<(&str, &str)>, ChangedStack> = BTreeMap::new();
    // The new profile comes first because its lines are shown.
    for (profile, is_new) in [(new, true), (old, false)] {
        for site in &profile.sites {
            let key = site.frames.iter().map(function_and_file).collect();
            let frames = || ChangedStack { frames: site.frames.clone(), old: 0, new: 0 };
            let changed = by_stack.entry(key).or_insert_with(frames);
            *(if is_new { &mut changed.new } else { &mut changed.old }) += measure.figure(site);
        }
    }
    let mut changed: Vec<ChangedStack> =
        by_stack.into_values().filter(|stack| stack.old != stack.new).collect();
    // A stable sort: equal changes stay in the order of their stacks.
    changed.sort_by_key(|stack| (stack.new < stack.old, Reverse(stack.new.abs_diff(stack.old))));
    changed
}

fn function_and_file(frame: &Frame) -> (&str, &str) {
    (&frame.function, frame.place().map_or("", |(file, _)| file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Site;

    fn site(places: &[(&str, &str)], peak_bytes: u64) -> Site {
        let frame = |&(function, place): &(&str, &str)| Frame {
            function: function.to_owned(),
            location: Some(place.to_owned()),
            ..Frame::default()
        };
        Site { frames: places.iter().map(frame).collect(), peak_bytes, ..Site::default() }
    }

    #[test]
    fn the_worst_comes_first_and_what_stayed_is_left_out() {
        let old = vec![
            site(&[("main", "a.rs:1"), ("grew", "a.rs:5")], 10),
            site(&[("shrank", "a.rs:7")], 500),
            site(&[("shrank_more", "a.rs:7")], 900),
            site(&[("stayed", "a.rs:9")], 70),
        ];
        let new = vec![
            site(&[("main", "a.rs:2"), ("grew", "a.rs:6")], 30),
            site(&[("shrank", "a.rs:7")], 100),
            site(&[("stayed", "a.rs:19")], 70),
            site(&[("came", "a.rs:8")], 300),
        ];
        let changed = diff_profiles(&Profile { sites: old }, &Profile { sites: new }, Measure::PeakBytes);
        let rows: Vec<(&str, u64, u64)> = changed
            .iter()
            .map(|stack| (stack.frames.last().unwrap().function.as_str(), stack.old, stack.new))
            .collect();
        let expected = [("came", 0, 300), ("grew", 10, 30), ("shrank_more", 900, 0), ("shrank", 500, 100)];
        assert_eq!(rows, expected);
        assert_eq!(changed[1].frames[1].location.as_deref(), Some("a.rs:6"), "the new lines");
    }

    #[test]
    fn the_other_direction_is_the_mirror() {
        let one = Profile { sites: vec![site(&[("f", "a.rs:1")], 5), site(&[("f", "b.rs:1")], 8)] };
        let other = Profile { sites: vec![site(&[("f", "a.rs:2")], 7)] };
        let there = diff_profiles(&one, &other, Measure::PeakBytes);
        let back = diff_profiles(&other, &one, Measure::PeakBytes);
        let figures =
            |changed: &[ChangedStack]| changed.iter().map(|stack| (stack.old, stack.new)).collect::<Vec<_>>();
        assert_eq!(figures(&there), [(5, 7), (8, 0)]);
        assert_eq!(figures(&back), [(0, 8), (7, 5)]);
    }
}
