//! Reads what somebody names: a report's folder, its report.json, a recording, or one profile in any
//! format that can be read.

use crate::exit::ExitReason;
use crate::runner::bounded_file;
use anyhow::{Context as _, Result};
use heaplab_profile::formats::{self, FORMATS, FormatError, ImportedProfile};
use heaplab_profile::raw::{self, RawRecording};
use heaplab_record::{REPORT_SCHEMA, Report};
use serde::Deserialize;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What is at a path.
pub enum ProfileFile {
    /// The recorder's tables, or a recording in its compact form.
    Recording(Box<RawRecording>),
    /// A report, and the path of its report.json.
    Report(Box<Report>, PathBuf),
    /// A profile in another format.
    Profile(ImportedProfile),
}

/// Reads a file, or the report in a folder.
///
/// # Errors
/// [`ExitReason::UsageError`] where it is nothing of these; any other error where it cannot be read.
pub fn read_path(path: &Path) -> Result<ProfileFile> {
    let place = path.display();
    let file = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
    let cannot_read = || format!("{place}: cannot read this recording");
    if is_table_file(&file) {
        let raw = raw::read_file(&file).with_context(cannot_read)?;
        return Ok(ProfileFile::Recording(Box::new(raw)));
    }
    let bytes = bounded_file::read_file(&file)?;
    if bytes.starts_with(b"heaplab-heap ") {
        let raw = RawRecording::read(&bytes).with_context(cannot_read)?;
        return Ok(ProfileFile::Recording(Box::new(raw)));
    }
    if is_memray_recording(&bytes) {
        return Err(ExitReason::UsageError(format!(
            "{place} is memray's own recording; `memray transform csv {place}` exports what can be compared"
        ))
        .into());
    }
    let Ok(text) = String::from_utf8(bytes) else { return Err(unknown_format(path).into()) };
    if serde_json::from_str::<SchemaOnly>(&text).is_ok_and(|json| json.schema == REPORT_SCHEMA) {
        let report: Report = serde_json::from_str(&text)
            .with_context(|| format!("{}: cannot read this report", file.display()))?;
        return Ok(ProfileFile::Report(Box::new(report), file));
    }
    let profile = read_profile(&plain_name(path), &text).ok_or_else(|| unknown_format(path))?;
    let profile = profile
        .map_err(|error| ExitReason::UsageError(format!("{place}: {:#}", anyhow::Error::from(error))))?;
    Ok(ProfileFile::Profile(profile))
}

/// A file's name without the endings of packed files.
pub(crate) fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    bounded_file::unpacked_name(&name).to_owned()
}

/// `list_dict` from `list_dict.dhat.json`.
pub(crate) fn file_stem(name: &str) -> String {
    let mut endings = FORMATS.iter().map(|format| format.ending).chain([".raw", ".tables", ".json", ".csv"]);
    endings.find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
}

/// Whether a file has the tables of a process, as the recorder leaves them in `HEAPLAB_OUT`. Most of
/// such a file is a hole, so its size says nothing, and only what is used is read.
fn is_table_file(path: &Path) -> bool {
    let mut first = [0; size_of::<u64>()];
    path.is_file()
        && File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok()
        && u64::from_ne_bytes(first) == raw::tables::MAGIC
}

/// The schema of a JSON file. Everything else is passed over, so that a large file of another
/// format is not held twice.
#[derive(Deserialize)]
struct SchemaOnly {
    schema: String,
}

/// Whether these are the bytes of `memray run`: its name at the beginning, or at the beginning of
/// the first block of LZ4.
fn is_memray_recording(bytes: &[u8]) -> bool {
    const LZ4: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
    let start = &bytes[..bytes.len().min(32)];
    bytes.starts_with(b"memray") || start.starts_with(&LZ4) && start.windows(6).any(|word| word == b"memray")
}

/// Reads a profile in the first format that recognizes it.
pub(crate) fn read_profile(name: &str, text: &str) -> Option<Result<ImportedProfile, FormatError>> {
    let mut readers = formats::readers();
    readers.find(|reader| (reader.recognizes)(name, text)).map(|reader| (reader.read)(text))
}

/// The message for a file of none of the formats.
pub(crate) fn unknown_format(path: &Path) -> ExitReason {
    let endings: Vec<&str> =
        FORMATS.iter().filter(|format| format.read.is_some()).map(|format| format.ending).collect();
    ExitReason::UsageError(format!(
        "{} is nothing that can be compared or shown: name a report's folder, a report.json, or a profile (.tables, .raw, {}, heaptrack's \
         recording, `memray transform csv`; all of them also as .gz or .zst)",
        path.display(),
        endings.join(", ")
    ))
}
