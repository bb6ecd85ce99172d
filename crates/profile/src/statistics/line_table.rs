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
