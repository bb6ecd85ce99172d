//! `heaplab report RECORDING|FOLDER…`: the report of recordings that are there already, also while
//! their processes still run.

use super::program_report::{self, RecordedProgram};
use crate::cli::ReportOptions;
use crate::exit::ExitReason;
use crate::publish::render::RECORDINGS_FOLDER;
use crate::publish::store;
use crate::runner::recording_files;
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_command::interrupt;
use heaplab_command::language::resolve_language;
use heaplab_profile::raw::RawError;
use heaplab_report::Words;
use std::path::{Path, PathBuf};

/// Reads the recordings, prints the table and writes the report to `--out`, or to the program's folder
/// among the reports.
///
/// # Errors
/// [`ExitReason::UsageError`] where there is no recording; any other error where one cannot be read or
/// the report cannot be written.
pub fn run(options: &ReportOptions, setting: &Setting<'_>) -> Result<()> {
    let words = Words::new(resolve_language(options.output.lang));
    let screen = Terminal::new(options.output.prints_results());
    screen.set_activity("names for the stacks");
    let paths = find_recordings(&options.recordings)?;
    let raws = recording_files::read_files(&paths).map_err(explain_other_file)?;
    let recordings = recording_files::name_recordings(raws, None);
    let Some(first) = recordings.first() else { return Err(explain_empty(&options.recordings).into()) };
    let place = options.out.clone().unwrap_or_else(|| setting.reports.join(&first.name));
    let staging = store::open_staging(&place, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen to signals")?;
    let recorded = RecordedProgram {
        name: &first.name,
        recordings: &recordings,
        ended: None,
        keep: lie_in_report(&paths, &place),
        frames: options.output.frames.into(),
    };
    let made = program_report::make_report(&recorded, setting, &words)?;
    interrupt::check()?;
    let place = staging.publish(&made.artifacts)?;
    screen.finish();
    program_report::print_outcome(&made.report, &place, &screen, &words, &options.output)
}

/// The files that were named, those in folders that were named, and those that a report has kept.
pub(super) fn find_recordings(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.exists() {
            let message = format!("{} does not exist: name a recording or a folder of them", path.display());
            return Err(ExitReason::UsageError(message).into());
        }
        let kept = path.join(RECORDINGS_FOLDER);
        match path.is_dir() {
            true => files.extend(recording_files::list_files(if kept.is_dir() { &kept } else { path })?),
            false => files.push(path.clone()),
        }
    }
    Ok(files)
}

/// A report needs the recorder's own figures. Other profilers' files do not have all of them.
fn explain_other_file(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref() {
        Some(RawError::NotARecording) => ExitReason::UsageError(format!(
            "{error:#}; a report is made of heaplab's recordings alone: `heaplab diff` compares profiles of other tools, and \
             `heaplab export` converts them"
        ))
        .into(),
        _ => error,
    }
}

fn explain_empty(named: &[PathBuf]) -> ExitReason {
    let names: Vec<String> = named.iter().map(|path| path.display().to_string()).collect();
    ExitReason::UsageError(format!(
        "there is no recording in {}: `heaplab run --keep` leaves them in the report's folder {RECORDINGS_FOLDER}/, and a \
         program with heaplab's allocator in the folder that HEAPLAB_OUT names",
        names.join(", ")
    ))
}

/// Whether the recordings are those that the report in this place has kept. It is replaced as a whole,
/// so the new one has to keep them too.
fn lie_in_report(paths: &[PathBuf], place: &Path) -> bool {
    let Ok(kept) = place.join(RECORDINGS_FOLDER).canonicalize() else { return false };
    paths.iter().any(|path| path.canonicalize().is_ok_and(|path| path.starts_with(&kept)))
}
