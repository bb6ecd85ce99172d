//! `heaplab export --format NAME RECORDING|REPORT…`: a profile as a file for another tool.

use crate::cli::ExportOptions;
use crate::exit::ExitReason;
use crate::publish::render::RECORDINGS_FOLDER;
use crate::runner::alloc_sites;
use crate::runner::profile_files::{self, ProfileFile};
use crate::runner::recording_files::{self, ProcessRecording};
use crate::setting::Setting;
use anyhow::{Context as _, Result};
use heaplab_profile::FrameSelection;
use heaplab_profile::Profile;
use heaplab_profile::dhat::RunHeader;
use heaplab_profile::formats::{FORMATS, Format, Subject};
use heaplab_profile::symbols::Roots;
use heaplab_report::program;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

/// A file in the wanted format.
struct ExportedFile {
    /// The process or the profile.
    name: String,
    bytes: Vec<u8>,
}

/// Writes the profiles to standard output or to `--out`.
///
/// # Errors
/// [`ExitReason::UsageError`] where there is nothing to export or no place for it; any other error where
/// a file cannot be read or written.
pub fn run(options: &ExportOptions, setting: &Setting<'_>) -> Result<()> {
    let format = find_format(&options.format)?;
    let mut files = Vec::new();
    for path in &options.recordings {
        files.extend(export_path(path, &format, setting)?);
    }
    if let Some(process) = &options.process {
        let names = list_names(&files);
        files.retain(|file| file.name == *process);
        if files.is_empty() {
            let message = format!("there is no process `{process}`; there are {names}");
            return Err(ExitReason::UsageError(message).into());
        }
    }
    match (files.as_slice(), &options.out) {
        ([], _) => Err(ExitReason::UsageError("there is no recording to export".into()).into()),
        ([file], None) => print_file(file, &format),
        ([file], Some(out)) if !out.is_dir() => write_file(out, &file.bytes),
        (files, Some(out)) => write_folder(out, files, &format),
        (several, None) => Err(ExitReason::UsageError(format!(
            "there are {} processes: {}; choose one with --process, or name a folder for all of them with --out",
            several.len(),
            list_names(several)
        ))
        .into()),
    }
}

fn find_format(name: &str) -> Result<Format, ExitReason> {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    let found = FORMATS.into_iter().find(|format| format.name == name);
    found.ok_or_else(|| {
        ExitReason::UsageError(format!("`{name}` is no format; there are {}", names.join(", ")))
    })
}

/// The names of the first profiles.
fn list_names(files: &[ExportedFile]) -> String {
    const MOST_NAMES: usize = 12;
    let names: Vec<&str> = files.iter().take(MOST_NAMES).map(|file| file.name.as_str()).collect();
    let more = if files.len() > MOST_NAMES { ", …" } else { "" };
    names.join(", ") + more
}

/// Everything at a path: the recordings of a folder, the files of a report, or one profile.
fn export_path(path: &Path, format: &Format, setting: &Setting<'_>) -> Result<Vec<ExportedFile>> {
    let kept = path.join(RECORDINGS_FOLDER);
    for folder in [kept.as_path(), path].into_iter().filter(|folder| folder.is_dir()) {
        let raws = recording_files::read_files(&recording_files::list_files(folder)?)?;
        if !raws.is_empty() {
            let recordings = recording_files::name_recordings(raws, None);
            return recordings.iter().map(|one| export_recording(one, format, setting)).collect();
        }
    }
    match profile_files::read_path(path)? {
        ProfileFile::Recording(raw) => {
            let recordings = recording_files::name_recordings(vec![*raw], None);
            recordings.iter().map(|one| export_recording(one, format, setting)).collect()
        }
        ProfileFile::Report(report, file) => {
            let runs = program::largest_processes(&report, program::MOST_PROCESSES_WITH_FILES);
            let runs = runs.iter().filter(|run| run.heap.is_some());
            runs.map(|run| copy_of_report(&run.variant, &file, format)).collect()
        }
        ProfileFile::Profile(imported) => {
            let name = profile_files::file_stem(&profile_files::plain_name(path));
            let bytes = write_profile(&imported.profile, &name, None, format)?;
            Ok(vec![ExportedFile { name, bytes }])
        }
    }
}

fn export_recording(
    recording: &ProcessRecording,
    format: &Format,
    setting: &Setting<'_>,
) -> Result<ExportedFile> {
    let (name, roots) = (recording.name.clone(), Roots { workspace: setting.workspace.clone() });
    let (profile, _) = alloc_sites::name_program(&recording.raw, &roots, FrameSelection::Both)
        .with_context(|| name.clone())?;
    let header = RunHeader::from_recording(&recording.raw);
    let bytes = write_profile(&profile, &name, Some(&header), format)?;
    Ok(ExportedFile { name, bytes })
}

/// A report has a file of every format for its largest processes, which was made while the program was there to be read.
fn copy_of_report(variant: &str, report: &Path, format: &Format) -> Result<ExportedFile> {
    let path = report.with_file_name(format!("{variant}{}", format.ending));
    let bytes = std::fs::read(&path).with_context(|| {
        format!("the report has no {}; was it made by an earlier version?", path.display())
    })?;
    Ok(ExportedFile { name: variant.to_owned(), bytes })
}

fn write_profile(profile: &Profile, name: &str, run: Option<&RunHeader>, format: &Format) -> Result<Vec<u8>> {
    let written = (format.write)(profile, &Subject { name, run });
    let written = written.with_context(|| format!("{name} cannot be written as {}", format.name))?;
    written.ok_or_else(|| {
        let message = format!(
            "{name}: {} has figures that only heaplab's recordings have, and this is no recording",
            format.name
        );
        ExitReason::UsageError(message).into()
    })
}

fn print_file(file: &ExportedFile, format: &Format) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    if std::str::from_utf8(&file.bytes).is_err() && stdout.is_terminal() {
        let message = format!("{} is not a text: name a file for it with --out", format.name);
        return Err(ExitReason::UsageError(message).into());
    }
    match stdout.write_all(&file.bytes) {
        // A reader that has closed the pipe is no error.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

fn write_folder(folder: &Path, files: &[ExportedFile], format: &Format) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for file in files {
        write_file(&folder.join(format!("{}{}", file.name, format.ending)), &file.bytes)?;
    }
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", PathBuf::from(path).display()))
}
