//! The lines of stacks that become known one after the other, as in a view of a running program.

use super::unnamed_lines::{CallerCounts, join_addresses, keep_common_end};
use super::{find_line, line_key};
use crate::{Frame, Profile, Site, trim};
use std::collections::HashMap;

/// Which line each stack counts for, by the rules of [`super::group_sites`] for
/// [`super::GroupBy::Line`]. A stack with a name keeps its line; which line a stack without names
/// counts for depends on all other stacks, so these are found again when there are more of them.
#[derive(Default)]
pub struct LineTable {
    lines: Vec<StackLine>,
    by_key: HashMap<String, usize>,
    of_stack: HashMap<u32, usize>,
    /// The trimmed stacks with frames that have no name, and their numbers.
    unnamed: Profile,
    unnamed_stacks: Vec<u32>,
    has_new_unnamed: bool,
}

/// A line that allocates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackLine {
    /// `src/main.c:30`, or whatever tells lines without a place apart.
    pub key: String,
    /// Function and place.
    pub frame: Frame,
}

impl LineTable {
    /// Whether a stack was added.
    pub fn has_stack(&self, stack: u32) -> bool {
        self.of_stack.contains_key(&stack)
    }

    /// Adds a whole stack, the root first, under a number of the caller's.
    pub fn add_stack(&mut self, stack: u32, frames: &[Frame]) {
        let frames = trim::trim_stack(frames);
        let is_unnamed = frames.iter().any(|frame| frame.unnamed_file().is_some());
        let site = Site { frames, ..Site::default() };
        let frames = find_line(&site, &CallerCounts::from_profile(&Profile::default()));
        let line = self.intern(line_key(&frames), &frames);
        self.of_stack.insert(stack, line);
        if is_unnamed {
            self.unnamed.sites.push(site);
            self.unnamed_stacks.push(stack);
            self.has_new_unnamed = true;
        }
    }

    /// Finds the lines of the stacks without names again, if there are more of them.
    pub fn update_unnamed(&mut self) {
        if !std::mem::take(&mut self.has_new_unnamed) {
            return;
        }
        let unnamed = std::mem::take(&mut self.unnamed);
        let callers = CallerCounts::from_profile(&unnamed);
        let mut common: HashMap<usize, Vec<Frame>> = HashMap::new();
        for (site, stack) in unnamed.sites.iter().zip(&self.unnamed_stacks) {
            let frames = find_line(site, &callers);
            let line = Self::intern_into(&mut self.lines, &mut self.by_key, line_key(&frames), &frames);
            self.of_stack.insert(*stack, line);
            common
                .entry(line)
                .and_modify(|shared| keep_common_end(shared, &frames))
                .or_insert_with(|| frames.clone());
        }
        for (line, frames) in common {
            if let Some(frame) = join_addresses(&frames) {
                self.lines[line].frame = frame;
            }
        }
        drop(callers);
        self.unnamed = unnamed;
    }

    /// The line of a stack that was added.
    pub fn find(&self, stack: u32) -> Option<usize> {
        self.of_stack.get(&stack).copied()
    }

    /// All lines; some may have no stack any more.
    pub fn lines(&self) -> &[StackLine] {
        &self.lines
    }

    fn intern(&mut self, key: String, frames: &[Frame]) -> usize {
        Self::intern_into(&mut self.lines, &mut self.by_key, key, frames)
    }

    fn intern_into(
        lines: &mut Vec<StackLine>,
        by_key: &mut HashMap<String, usize>,
        key: String,
        frames: &[Frame],
    ) -> usize {
        *by_key.entry(key).or_insert_with_key(|key| {
            let frame = join_addresses(frames).unwrap_or_else(super::unknown_frame);
            lines.push(StackLine { key: key.clone(), frame });
            lines.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GroupBy, group_sites};
    use super::*;
    use crate::Measure;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Stacks of a program of which a library has no names.
    fn any_stacks() -> impl Strategy<Value = Vec<Vec<Frame>>> {
        let named = ("[fgh]", 1..4_u32).prop_map(|(function, line)| Frame {
            function,
            location: Some(format!("src/main.c:{line}")),
            ..Frame::default()
        });
        let unnamed = (1..6_u64).prop_map(|address| Frame::without_symbol("libfoo.so", address));
        let library = Just(Frame {
            function: "alloc::vec::Vec<T,A>::push".to_owned(),
            location: Some("std/alloc/src/vec/mod.rs:9".to_owned()),
            ..Frame::default()
        });
        let frame = prop_oneof![3 => named, 4 => unnamed, 1 => library];
        prop::collection::vec(prop::collection::vec(frame, 1..7), 1..25)
    }

    /// The lines and their bytes as a report has them.
    fn lines_of_report(profile: &Profile) -> BTreeMap<String, (u64, String)> {
        let groups = group_sites(profile, GroupBy::Line, Measure::EndBytes);
        let line = |group: super::super::SiteGroup| {
            let function = group.sums.frames.last().map(|frame| frame.function.clone()).unwrap_or_default();
            (group.key, (group.sums.end_bytes, function))
        };
        groups.into_iter().map(line).collect()
    }

    proptest! {
        #[test]
        fn lines_are_those_of_a_report_in_whatever_order_the_stacks_come(
            stacks in any_stacks(),
            batch in 1..8_usize,
        ) {
            let mut lines = LineTable::default();
            for (first, stacks) in stacks.chunks(batch).enumerate() {
                for (index, frames) in stacks.iter().enumerate() {
                    lines.add_stack(u32::try_from(first * batch + index).unwrap(), frames);
                }
                lines.update_unnamed();
            }
            let site = |(index, frames): (usize, &Vec<Frame>)| Site {
                frames: frames.clone(),
                end_bytes: 1 << index,
                ..Site::default()
            };
            let profile = Profile { sites: stacks.iter().enumerate().map(site).collect() }.trim_stacks();
            let mut found: BTreeMap<String, (u64, String)> = BTreeMap::new();
            for index in 0..stacks.len() {
                let line = &lines.lines()[lines.find(u32::try_from(index).unwrap()).unwrap()];
                let function = line.frame.function.clone();
                found.entry(line.key.clone()).or_insert((0, function)).0 += 1_u64 << index;
            }
            // Where several functions share a line, either of them may stand for it.
            let bytes = |lines: &BTreeMap<String, (u64, String)>| {
                let name = |key: &String, function: &String| key.contains("libfoo").then(|| function.clone());
                lines.iter().map(|(key, (bytes, function))| (key.clone(), *bytes, name(key, function))).collect::<Vec<_>>()
            };
            prop_assert_eq!(bytes(&found), bytes(&lines_of_report(&profile)));
        }
    }
}
