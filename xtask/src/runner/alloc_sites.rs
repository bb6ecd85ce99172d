//! Resolves recorded stacks to names: one profile per variant, and the largest sites for
//! report.json.

use crate::runner::measure::{DhatFile, Recording, is_rust_run};
use anyhow::{Context as _, Result};
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_profile::{Frame, Profile, Site, dhat};
use heaplab_record::{HeapRun, HeapSite, Language, Probe, Run, SizeClass};
use std::collections::BTreeMap;
use std::path::Path;

/// The number of sites in report.json; the flamegraph has all of them.
const MOST_SITES: usize = 40;

/// A variant's profile with trimmed stacks, and where it comes from.
pub(crate) struct NamedProfile {
    pub(crate) section: String,
    pub(crate) variant: String,
    /// The recorder at the run's own scale, or dhat at its smaller one where there is no recording.
    pub(crate) probe: Probe,
    pub(crate) rows: u64,
    pub(crate) profile: Profile,
}

/// The profile of every Rust run that has one, in the order of the runs.
pub(crate) fn name_profiles(
    runs: &[Run],
    recordings: &[Recording],
    dhat_files: &[DhatFile],
    workspace: &Path,
) -> Result<Vec<NamedProfile>> {
    let roots = Roots { workspace: workspace.to_owned() };
    let mut named = Vec::new();
    for run in runs.iter().filter(|run| run.language == Language::Rust) {
        let (section, variant) = (run.section.clone(), run.variant.clone());
        let recording = recordings.iter().find(|of| is_rust_run(run, &of.section, &of.variant));
        if let Some(recording) = recording {
            let profile = symbolize(&recording.raw, &roots)
                .with_context(|| format!("{variant}: the recorded stacks have no names"))?
                .trim_stacks();
            named.push(NamedProfile { section, variant, probe: Probe::Heap, rows: run.rows, profile });
        } else if let Some(file) = dhat_files.iter().find(|file| file.variant == run.variant) {
            let rows = run.dhat.as_ref().map_or(run.rows, |dhat| dhat.rows);
            let profile = dhat::read(&file.json)
                .with_context(|| format!("{variant}: cannot read dhat's file"))?
                .trim_stacks();
            named.push(NamedProfile { section, variant, probe: Probe::Dhat, rows, profile });
        }
    }
    Ok(named)
}

/// A run's heap figures with the largest sites of its profile, where the recorder gave the profile.
pub(crate) fn with_sites(heap: HeapRun, named: Option<&NamedProfile>) -> HeapRun {
    match named.filter(|named| named.probe == Probe::Heap) {
        Some(NamedProfile { profile, .. }) => {
            HeapRun { sites: largest_sites(profile), lifetimes: size_classes(profile), ..heap }
        }
        None => heap,
    }
}

/// The sites with the most live bytes at the peak.
pub(crate) fn largest_sites(profile: &Profile) -> Vec<HeapSite> {
    let mut sites: Vec<HeapSite> = profile.sites.iter().map(heap_site).collect();
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
pub(crate) fn trim_to_program(mut profile: Profile) -> Profile {
    for site in &mut profile.sites {
        let border = |frame: &Frame| frame.function.ends_with("__rust_begin_short_backtrace");
        if let Some(border) = site.frames.iter().position(border) {
            site.frames.drain(..=border);
        }
    }
    profile
}

/// The innermost frame outside the standard library: the line that a reader can change.
pub(crate) fn own_frame(frames: &[Frame]) -> Option<&Frame> {
    let own = |frame: &&Frame| frame.location.as_ref().is_some_and(|location| !location.starts_with("std/"));
    // Formats without locations have only names.
    let named = |frame: &&Frame| {
        let path = frame.function.trim_start_matches('<');
        frame.location.is_none()
            && !["alloc::", "core::", "std::"].iter().any(|start| path.starts_with(start))
    };
    frames.iter().rev().find(own).or_else(|| frames.iter().rev().find(named)).or(frames.last())
}

fn heap_site(site: &Site) -> HeapSite {
    let chosen = own_frame(&site.frames);
    let recorded = site.recorded.clone().unwrap_or_default();
    HeapSite {
        function: chosen.map(|frame| frame.function.clone()).unwrap_or_default(),
        location: chosen.and_then(|frame| frame.location.clone()).unwrap_or_default(),
        stack: site.frames.iter().map(describe_frame).collect(),
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
pub(crate) fn size_classes(profile: &Profile) -> Vec<SizeClass> {
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

pub(crate) fn describe_frame(frame: &Frame) -> String {
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
