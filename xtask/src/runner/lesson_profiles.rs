//! The profiles of a lesson's runs, with names for their stacks.

use crate::runner::measure::{DhatFile, Recording, is_of_run};
use anyhow::{Context as _, Result};
use heaplab::runner::alloc_sites::{NamedProfile, name_program};
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_profile::{FrameSelection, dhat};
use heaplab_record::{Language, Probe, Run};
use std::path::Path;

/// The profile of every run that has one, in the order of the runs.
pub(crate) fn name_profiles(
    runs: &[Run],
    recordings: &[Recording],
    dhat_files: &[DhatFile],
    workspace: &Path,
) -> Result<Vec<NamedProfile>> {
    let roots = Roots { workspace: workspace.to_owned() };
    let mut named = Vec::new();
    for run in runs {
        let (section, variant) = (run.section.clone(), run.file_stem());
        let rows = run.heap.as_ref().map_or(run.rows, |heap| heap.rows);
        let recording = recordings.iter().find(|of| is_of_run(run, &of.section, &of.stem));
        if let Some(recording) = recording.filter(|_| run.language == Language::Python) {
            // The interpreter may have no debug information; what cannot be named costs no report.
            let (profile, unnamed) = name_program(&recording.raw, &roots, FrameSelection::Both)
                .with_context(|| format!("{variant}: the recorded stacks have no names"))?;
            named.push(NamedProfile { section, variant, probe: Probe::Heap, rows, profile, unnamed });
        } else if let Some(recording) = recording {
            let profile = symbolize(&recording.raw, &roots)
                .with_context(|| format!("{variant}: the recorded stacks have no names"))?
                .trim_stacks();
            let probe = Probe::Heap;
            named.push(NamedProfile { section, variant, probe, rows, profile, unnamed: Vec::new() });
        } else if let Some(file) = dhat_files.iter().find(|file| file.variant == variant) {
            let rows = run.dhat.as_ref().map_or(run.rows, |dhat| dhat.rows);
            let profile = dhat::read(&file.json)
                .with_context(|| format!("{variant}: cannot read dhat's file"))?
                .trim_stacks();
            let probe = Probe::Dhat;
            named.push(NamedProfile { section, variant, probe, rows, profile, unnamed: Vec::new() });
        }
    }
    Ok(named)
}
