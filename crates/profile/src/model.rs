//! The model that every format of a heap profile is read into and written from.

use crate::{Frame, FrameSelection, trim};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
#[cfg(feature = "exports")]
use std::collections::{HashMap, HashSet};

/// A whole profile: every site that allocated in the measured region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// One entry per distinct stack.
    pub sites: Vec<Site>,
}

/// A call stack that allocated, and what it held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The stack, the root first.
    pub frames: Vec<Frame>,
    /// Blocks over the whole run: births; in a profile of dhat's, births and reallocations.
    pub total_blocks: u64,
    /// Bytes over the whole run: birth bytes and growth; in a profile of dhat's, birth bytes and
    /// the sum of new sizes.
    pub total_bytes: u64,
    /// Blocks of this site that were live at the global peak.
    pub peak_blocks: u64,
    /// Bytes of this site that were live at the global peak.
    pub peak_bytes: u64,
    /// Blocks that were live when this site's own bytes were highest.
    pub own_peak_blocks: u64,
    /// The most bytes that this site held at once, at a time of its own. For a site merged from
    /// several (threads, or stacks that became equal) it is an upper bound of what they held
    /// together: the sum of theirs, but not more than the global peak.
    pub own_peak_bytes: u64,
    /// Blocks that were live at the end.
    pub end_blocks: u64,
    /// Bytes that were live at the end.
    pub end_bytes: u64,
    /// Figures that only the recorder has; `None` where the profile is dhat's.
    pub recorded: Option<RecorderFigures>,
}

/// Figures of a site that only heaplab's recorder has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecorderFigures {
    /// Bytes at birth.
    pub birth_bytes: u64,
    /// Reallocations of blocks that were allocated here, wherever they were reallocated.
    pub reallocations: u64,
    /// The sum of new sizes over all reallocations.
    pub reallocated_bytes: u64,
    /// The sum of growth.
    pub grown_bytes: u64,
    /// The sum of shrinking.
    pub shrunk_bytes: u64,
    /// Blocks that were allocated here and have been freed.
    pub deaths: u64,
    /// The sum of their lifetimes, in bytes of the allocation clock.
    pub lifetime_bytes: u64,
    /// How many of them lived for less than 1, 2, 4, 8, … bytes of the allocation clock, but not
    /// less than the entry before; the 32nd entry counts all of 1 GiB or more. Trailing zeros are
    /// left out.
    pub lifetimes: Vec<u64>,
    /// The sum of the ages of the blocks that were live at the end, in bytes of the allocation
    /// clock.
    pub survivor_age_bytes: u64,
    /// The names of the threads that allocated.
    pub threads: BTreeSet<String>,
}

impl Profile {
    /// Trims each stack: the runtime below the lesson's code and the allocator above it are
    /// dropped. Sites whose stacks are then equal are added up, in the order of their stacks.
    pub fn trim_stacks(self) -> Profile {
        let trim = |site: Site| Site { frames: trim::trim_stack(&site.frames), ..site };
        Profile { sites: self.sites.into_iter().map(trim).collect() }.merge_equal_stacks()
    }

    /// Whether any stack leads through Python code.
    pub fn has_python(&self) -> bool {
        self.sites.iter().any(|site| site.frames.iter().any(Frame::is_python))
    }

    /// Keeps some of the frames of a program that runs Python, and adds up sites whose stacks are then
    /// equal.
    pub fn select_frames(mut self, selection: FrameSelection) -> Profile {
        let is_kept = match selection {
            FrameSelection::Both => return self,
            FrameSelection::Python => Frame::is_python,
            FrameSelection::Native => |frame: &Frame| !frame.is_python(),
        };
        for site in &mut self.sites {
            if site.frames.iter().any(is_kept) {
                site.frames.retain(is_kept);
            }
        }
        self.merge_equal_stacks()
    }

    /// Adds up sites of equal stacks, in the order of their stacks. All sums stay exact except for
    /// the sites' own peaks: see [`Site::own_peak_bytes`].
    pub fn merge_equal_stacks(self) -> Profile {
        let peak_bytes = self.peak_bytes();
        let mut by_stack: BTreeMap<Vec<Frame>, Site> = BTreeMap::new();
        for mut site in self.sites {
            let frames = std::mem::take(&mut site.frames);
            match by_stack.entry(frames) {
                Entry::Vacant(entry) => {
                    entry.insert(site);
                }
                Entry::Occupied(mut entry) => entry.get_mut().add(&site, peak_bytes),
            }
        }
        Profile { sites: by_stack.into_iter().map(|(frames, site)| Site { frames, ..site }).collect() }
    }

    /// Every frame once, with its number in the order of frames. PERF: the frames of all stacks are many
    /// times those that differ, so they are told apart by their hash and only then sorted.
    #[cfg(feature = "exports")]
    pub(crate) fn number_frames(&self) -> NumberedFrames<'_> {
        let distinct: HashSet<&Frame> = self.sites.iter().flat_map(|site| &site.frames).collect();
        let mut in_order: Vec<&Frame> = distinct.into_iter().collect();
        in_order.sort_unstable();
        let numbers = in_order.iter().enumerate().map(|(number, frame)| (*frame, number)).collect();
        NumberedFrames { in_order, numbers }
    }

    /// The global peak: what all sites held at it together.
    pub fn peak_bytes(&self) -> u64 {
        self.sites.iter().map(|site| site.peak_bytes).sum()
    }
}

/// The frames of a profile, each once and in their order, and the place of each there.
#[cfg(feature = "exports")]
pub(crate) struct NumberedFrames<'a> {
    pub(crate) in_order: Vec<&'a Frame>,
    pub(crate) numbers: HashMap<&'a Frame, usize>,
}

impl Site {
    /// Adds the figures of another site. `most_bytes` bounds the sum of the own peaks.
    pub(crate) fn add(&mut self, other: &Site, most_bytes: u64) {
        self.total_blocks += other.total_blocks;
        self.total_bytes += other.total_bytes;
        self.peak_blocks += other.peak_blocks;
        self.peak_bytes += other.peak_bytes;
        self.own_peak_blocks += other.own_peak_blocks;
        self.own_peak_bytes = (self.own_peak_bytes + other.own_peak_bytes).min(most_bytes);
        self.end_blocks += other.end_blocks;
        self.end_bytes += other.end_bytes;
        match (&mut self.recorded, &other.recorded) {
            (Some(sum), Some(more)) => sum.add(more),
            // A sum with an unmeasured part is not measured.
            (sum, _) => *sum = None,
        }
    }
}

impl RecorderFigures {
    fn add(&mut self, other: &RecorderFigures) {
        self.birth_bytes += other.birth_bytes;
        self.reallocations += other.reallocations;
        self.reallocated_bytes += other.reallocated_bytes;
        self.grown_bytes += other.grown_bytes;
        self.shrunk_bytes += other.shrunk_bytes;
        self.deaths += other.deaths;
        self.lifetime_bytes += other.lifetime_bytes;
        self.survivor_age_bytes += other.survivor_age_bytes;
        if self.lifetimes.len() < other.lifetimes.len() {
            self.lifetimes.resize(other.lifetimes.len(), 0);
        }
        for (sum, count) in self.lifetimes.iter_mut().zip(&other.lifetimes) {
            *sum += count;
        }
        self.threads.extend(other.threads.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(function: &str, own_peak_bytes: u64, peak_bytes: u64, lifetimes: &[u64]) -> Site {
        let recorded = RecorderFigures { lifetimes: lifetimes.to_vec(), ..RecorderFigures::default() };
        Site {
            frames: vec![Frame { function: function.to_owned(), location: None, ..Frame::default() }],
            peak_bytes,
            own_peak_bytes,
            recorded: Some(recorded),
            ..Site::default()
        }
    }

    #[test]
    fn equal_stacks_are_added_up_in_their_order() {
        let sites = vec![site("b", 60, 10, &[1]), site("a", 5, 5, &[]), site("b", 70, 85, &[2, 3])];
        let merged = Profile { sites }.merge_equal_stacks();
        let names: Vec<&str> = merged.sites.iter().map(|site| site.frames[0].function.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let both = &merged.sites[1];
        assert_eq!(both.peak_bytes, 95);
        // 60 and 70, but no site held more than the global peak.
        assert_eq!(both.own_peak_bytes, 100);
        assert_eq!(both.recorded.as_ref().unwrap().lifetimes, [3, 3]);
    }

    #[test]
    fn what_one_of_two_does_not_know_their_sum_does_not_know() {
        let without = Site { recorded: None, ..site("a", 1, 1, &[]) };
        for sites in [[site("a", 1, 1, &[1]), without.clone()], [without.clone(), site("a", 1, 1, &[1])]] {
            assert_eq!(Profile { sites: sites.to_vec() }.merge_equal_stacks().sites[0].recorded, None);
        }
    }
}
