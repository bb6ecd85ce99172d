//! The profiles of a lesson's runs, with names for their stacks.

use crate::runner::measure::{DhatFile, Recording, is_rust_run};
use anyhow::{Context as _, Result};
use heaplab::runner::alloc_sites::NamedProfile;
use heaplab_profile::dhat;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_record::{Language, Probe, Run};
use std::path::Path;

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
            let (probe, rows) = (Probe::Heap, run.rows);
            named.push(NamedProfile { section, variant, probe, rows, profile, unnamed: Vec::new() });
        } else if let Some(file) = dhat_files.iter().find(|file| file.variant == run.variant) {
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
