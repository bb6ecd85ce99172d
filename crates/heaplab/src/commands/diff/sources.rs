//! Reads OLD or NEW: a report's folder, its report.json, or one profile in any format that can be
//! read.

use super::compare::sum_measure;
use crate::exit::ExitReason;
use crate::runner::alloc_sites::trim_to_program;
use crate::runner::bounded_file;
use crate::runner::profile_files::{self, ProfileFile, file_stem, read_profile, unknown_format};
use anyhow::{Context as _, Result};
use heaplab_profile::formats::{CountingRule, ImportedProfile, LocationStyle};
use heaplab_profile::raw::RawRecording;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_profile::{Measure, Profile, folded, speedscope};
use heaplab_record::{Language, Report, Run};
use heaplab_report::program;
use std::path::Path;

/// One profile with its totals.
pub(super) struct DiffInput {
    /// The variant, the program, or the file's name.
    pub(super) name: String,
    pub(super) rows: Option<u64>,
    pub(super) places: LocationStyle,
    pub(super) rule: CountingRule,
    pub(super) profile: Profile,
    pub(super) totals: InputTotals,
}

/// Totals over the run, as far as the format has them.
pub(super) struct InputTotals {
    pub(super) peak_bytes: u64,
    pub(super) end_bytes: Option<u64>,
    pub(super) total_bytes: Option<u64>,
    pub(super) total_blocks: Option<u64>,
}

/// All profiles at a path.
pub(super) fn read_inputs(path: &Path, root: &Path) -> Result<Vec<DiffInput>> {
    let name = profile_files::plain_name(path);
    match profile_files::read_path(path)? {
        ProfileFile::Recording(raw) => {
            let input = input_from_recording(&raw, &name, root);
            Ok(vec![input.with_context(|| path.display().to_string())?])
        }
        ProfileFile::Report(report, file) => inputs_of_report(&report, &file),
        ProfileFile::Profile(imported) => Ok(vec![DiffInput::new(imported, &name)]),
    }
}

/// The recorded programs of a report, with their profiles from the files beside it.
fn inputs_of_report(report: &Report, file: &Path) -> Result<Vec<DiffInput>> {
    let folder = file.parent().unwrap_or(Path::new(""));
    // A lesson has a file for each variant, a program for its largest processes.
    let most = if report.lesson.is_some() { usize::MAX } else { program::MOST_PROCESSES_WITH_FILES };
    let runs = program::largest_processes(report, most).into_iter();
    let recorded = runs.filter(|run| run.language == Language::Rust && run.heap.is_some());
    let sources: Vec<DiffInput> = recorded.map(|run| input_of_run(run, folder)).collect::<Result<_>>()?;
    if sources.is_empty() {
        let message = format!("{} has no run under the recorder: nothing can be compared", file.display());
        return Err(ExitReason::UsageError(message).into());
    }
    Ok(sources)
}

fn input_of_run(run: &Run, folder: &Path) -> Result<DiffInput> {
    let path_of = |ending: &str| folder.join(format!("{}{ending}", run.variant));
    // Reports of earlier versions have only folded stacks.
    let first = path_of(speedscope::FORMAT.ending);
    let other = path_of(folded::FORMAT.ending);
    let path = if other.exists() && !first.exists() { other } else { first };
    let place = path.display();
    let text = String::from_utf8(bounded_file::read_file(&path)?)
        .map_err(|_| ExitReason::UsageError(format!("{place} is no text; run the lesson again")))?;
    let profile = read_profile(&path.to_string_lossy(), &text).ok_or_else(|| unknown_format(&path))?;
    let mut source = DiffInput::new(profile.with_context(|| format!("{}", path.display()))?, &run.variant);
    source.rows = Some(run.rows);
    if let Some(heap) = &run.heap {
        source.totals = InputTotals {
            peak_bytes: heap.peak_bytes,
            end_bytes: Some(heap.end_bytes),
            total_bytes: Some(heap.total_bytes),
            total_blocks: Some(heap.total_blocks),
        };
    }
    Ok(source)
}

fn input_from_recording(raw: &RawRecording, name: &str, root: &Path) -> Result<DiffInput> {
    let roots = Roots { workspace: root.to_owned() };
    let profile = symbolize(raw, &roots).context("the recorded stacks have no names")?;
    let profile = trim_to_program(profile).trim_stacks();
    let (locations, counting) = (LocationStyle::Workspace, CountingRule::Recorder);
    Ok(DiffInput::new(ImportedProfile { profile, locations, counting, measures: &Measure::ALL }, name))
}

impl DiffInput {
    pub(super) fn new(imported: ImportedProfile, name: &str) -> DiffInput {
        let ImportedProfile { profile, locations, counting, measures } = imported;
        let sum = |measure: Measure| measures.contains(&measure).then(|| sum_measure(&profile, measure));
        let totals = InputTotals {
            peak_bytes: profile.peak_bytes(),
            end_bytes: sum(Measure::EndBytes),
            total_bytes: sum(Measure::TotalBytes),
            total_blocks: sum(Measure::TotalBlocks),
        };
        DiffInput { name: file_stem(name), rows: None, places: locations, rule: counting, profile, totals }
    }
}
