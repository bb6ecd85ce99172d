//! Resolves recorded stacks to names: one profile per variant, and the largest sites for
//! report.json.

use crate::runner::unnamed_modules;
use anyhow::{Context as _, Result};
use heaplab_profile::raw::RawRecording;
use heaplab_profile::statistics::{GroupBy, SiteGroup, find_lines, group_sites};
use heaplab_profile::symbols::{self, Roots, symbolize_what_is_there};
use heaplab_profile::{Frame, FrameSelection, Measure, Profile, Site};
use heaplab_record::{HeapRun, HeapSite, Probe, SizeClass};
use std::collections::BTreeMap;

/// The number of sites and of lines in report.json; the flamegraph has all of them.
const MOST_SITES: usize = 40;

/// A variant's profile with trimmed stacks, and where it comes from.
pub struct NamedProfile {
    /// The section of the lecture; empty for a program that is no lesson.
    pub section: String,
    /// The variant of a lesson, or the name of a process.
    pub variant: String,
    /// The recorder at the run's own scale, or dhat at its smaller one where there is no recording.
    pub probe: Probe,
    /// The scale of the run; 1 for a program that is no lesson.
    pub rows: u64,
    /// What was allocated where.
    pub profile: Profile,
    /// The modules whose addresses have no names or no lines.
    pub unnamed: Vec<symbols::UnnamedModule>,
}

/// The profile of a user's own program, from its `main` on, and the modules without names. What
/// cannot be named costs no report.
pub fn name_program(
    raw: &RawRecording,
    roots: &Roots,
    selection: FrameSelection,
) -> Result<(Profile, Vec<symbols::UnnamedModule>)> {
    let (profile, unnamed) =
        symbolize_what_is_there(raw, roots).context("the recorded stacks have no names")?;
    Ok((trim_to_program(profile).trim_stacks().select_frames(selection), unnamed))
}

/// A run's heap figures with the largest sites of its profile, where the recorder gave the profile.
pub fn with_sites(heap: HeapRun, named: Option<&NamedProfile>) -> HeapRun {
    match named.filter(|named| named.probe == Probe::Heap) {
        Some(NamedProfile { profile, unnamed, .. }) => {
            let (sites, lines) = (largest_sites(profile), largest_lines(profile));
            let unnamed = unnamed_modules::list_for_rows(unnamed, &lines, &sites);
            HeapRun { sites, lines, unnamed, lifetimes: size_classes(profile), ..heap }
        }
        None => heap,
    }
}

/// The sites with the most live bytes at the peak.
fn largest_sites(profile: &Profile) -> Vec<HeapSite> {
    let lines = find_lines(profile);
    let site = |(site, line): (&Site, Frame)| match own_frame(&site.frames).and_then(Frame::unnamed_file) {
        // The innermost frame of a stack without names is in the allocator.
        Some(_) => HeapSite { function: line.function, ..heap_site(site) },
        None => heap_site(site),
    };
    sort_largest(profile.sites.iter().zip(lines).map(site).collect())
}

/// The lines with the most live bytes at the peak. They are of all stacks, so the figures of a line
/// are exact however many stacks lead to it.
fn largest_lines(profile: &Profile) -> Vec<HeapSite> {
    let line = |group: SiteGroup| {
        let own = group.sums.frames.first().cloned();
        let call = group.call.as_ref().filter(|call| own.as_ref() != Some(call));
        let stack = own.iter().chain(call).map(describe_frame).collect();
        HeapSite {
            function: own.as_ref().map(|frame| frame.function.clone()).unwrap_or_default(),
            location: own.as_ref().and_then(|frame| frame.location.clone()).unwrap_or_default(),
            stack,
            stacks: group.stacks as u64,
            ..heap_site(&group.sums)
        }
    };
    sort_largest(group_sites(profile, GroupBy::Line, Measure::PeakBytes).into_iter().map(line).collect())
}

fn sort_largest(mut sites: Vec<HeapSite>) -> Vec<HeapSite> {
    // Sites with equal figures are sorted by their stacks, so that every run gives the same list.
    sites.sort_by(|a, b| {
        (b.at_peak_bytes, b.total_bytes)
            .cmp(&(a.at_peak_bytes, a.total_bytes))
            .then_with(|| a.stack.cmp(&b.stack))
    });
    sites.truncate(MOST_SITES);
    sites
}

/// Removes the frames that Rust runs before `main` or before a thread's closure. The standard
/// library marks the border by this function for its own backtraces.
pub fn trim_to_program(mut profile: Profile) -> Profile {
    for site in &mut profile.sites {
        let border = |frame: &Frame| frame.function.ends_with("__rust_begin_short_backtrace");
        if let Some(border) = site.frames.iter().position(border) {
            site.frames.drain(..=border);
        }
    }
    profile
}

/// The innermost frame of Python code, or the innermost outside the standard library: the line that a
/// reader can change.
pub fn own_frame(frames: &[Frame]) -> Option<&Frame> {
    let own = |frame: &&Frame| frame.location.as_ref().is_some_and(|location| !location.starts_with("std/"));
    // Formats without locations have only names.
    let named = |frame: &&Frame| {
        let path = frame.function.trim_start_matches('<');
        frame.location.is_none()
            && !["alloc::", "core::", "std::"].iter().any(|start| path.starts_with(start))
    };
    let python = frames.iter().rev().find(|frame| frame.is_python());
    python
        .or_else(|| frames.iter().rev().find(own))
        .or_else(|| frames.iter().rev().find(named))
        .or(frames.last())
}

fn heap_site(site: &Site) -> HeapSite {
    let chosen = own_frame(&site.frames);
    let recorded = site.recorded.clone().unwrap_or_default();
    HeapSite {
        function: chosen.map(|frame| frame.function.clone()).unwrap_or_default(),
        location: chosen.and_then(|frame| frame.location.clone()).unwrap_or_default(),
        stack: site.frames.iter().map(describe_frame).collect(),
        stacks: 0,
        total_blocks: site.total_blocks,
        total_bytes: site.total_bytes,
        at_peak_bytes: site.peak_bytes,
        end_bytes: site.end_bytes,
        at_peak_blocks: site.peak_blocks,
        reallocations: recorded.reallocations,
        reallocated_bytes: recorded.reallocated_bytes,
        grown_bytes: recorded.grown_bytes,
        freed_blocks: site.recorded.as_ref().map(|recorded| recorded.deaths),
        lifetime_bytes: site.recorded.as_ref().map(|recorded| recorded.lifetime_bytes),
    }
}

/// Counts how long blocks lived, by classes of size.
fn size_classes(profile: &Profile) -> Vec<SizeClass> {
    let mut classes: BTreeMap<u64, SizeClass> = BTreeMap::new();
    for site in &profile.sites {
        let Some(recorded) = &site.recorded else { continue };
        let mean = recorded.birth_bytes.checked_div(site.total_blocks).unwrap_or(0);
        let from_bytes = mean.checked_ilog2().map_or(0, |power| 1 << power);
        let class = classes.entry(from_bytes).or_insert(SizeClass { from_bytes, ..SizeClass::default() });
        class.end_blocks += site.end_blocks;
        if class.freed_blocks.len() < recorded.lifetimes.len() {
            class.freed_blocks.resize(recorded.lifetimes.len(), 0);
        }
        for (sum, blocks) in class.freed_blocks.iter_mut().zip(&recorded.lifetimes) {
            *sum += blocks;
        }
    }
    classes.into_values().collect()
}

/// A frame as report.json has it: `function file:line`.
pub fn describe_frame(frame: &Frame) -> String {
    match &frame.location {
        Some(location) => format!("{} {location}", frame.function),
        None => frame.function.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::RecorderFigures;

    #[test]
    fn recursion_is_one_line_with_the_sum_of_its_stacks() {
        let frame = |function: &str, location: &str| Frame {
            function: function.to_owned(),
            location: Some(location.to_owned()),
            ..Frame::default()
        };
        let site = |depth: usize, last: Frame, peak_bytes: u64| Site {
            frames: std::iter::repeat_n(frame("rayon::join", "rayon/src/join.rs:5"), depth)
                .chain([frame("app::work", "src/main.rs:9"), last])
                .collect(),
            peak_bytes,
            recorded: Some(RecorderFigures { deaths: 2, lifetime_bytes: 10, ..RecorderFigures::default() }),
            ..Site::default()
        };
        let push = || frame("alloc::vec::Vec<T,A>::push", "std/alloc/src/vec/mod.rs:9");
        let mut sites: Vec<Site> = (0..50).map(|depth| site(depth, push(), 100)).collect();
        sites.push(site(1, frame("app::other", "src/main.rs:20"), 300));
        let profile = Profile { sites };
        let lines = largest_lines(&profile);
        let found: Vec<_> =
            lines.iter().map(|line| (line.location.as_str(), line.at_peak_bytes, line.stacks)).collect();
        assert_eq!(found, [("src/main.rs:9", 5000, 50), ("src/main.rs:20", 300, 1)]);
        let stack = ["app::work src/main.rs:9", "alloc::vec::Vec<T,A>::push std/alloc/src/vec/mod.rs:9"];
        assert_eq!(lines[0].stack, stack);
        assert_eq!((lines[0].freed_blocks, lines[0].lifetime_bytes), (Some(100), Some(500)));
        // report.json has its sites by stack, as before.
        assert_eq!(largest_sites(&profile).len(), MOST_SITES);
    }

    #[test]
    fn every_block_is_in_one_class_of_sizes() {
        let site = |blocks: u64, birth_bytes, lifetimes: &[u64]| Site {
            total_blocks: blocks,
            end_blocks: blocks - lifetimes.iter().sum::<u64>(),
            recorded: Some(RecorderFigures {
                birth_bytes,
                lifetimes: lifetimes.to_vec(),
                ..RecorderFigures::default()
            }),
            ..Site::default()
        };
        let sites = vec![site(5, 5 * 24, &[1, 2]), site(4, 4 * 31, &[]), site(1, 0, &[0, 0, 1])];
        let classes = size_classes(&Profile { sites });
        let found: Vec<_> =
            classes.iter().map(|of| (of.from_bytes, of.freed_blocks.clone(), of.end_blocks)).collect();
        assert_eq!(found, [(0, vec![0, 0, 1], 0), (16, vec![1, 2], 6)]);
    }
}
