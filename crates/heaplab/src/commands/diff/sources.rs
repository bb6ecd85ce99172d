//! Reads OLD or NEW: a report's folder, its report.json, or one profile in any format that can be
//! read.

use super::bounded_file;
use super::compare::sum_measure;
use crate::exit::ExitReason;
use crate::runner::alloc_sites::trim_to_program;
use anyhow::{Context as _, Result};
use heaplab_profile::formats::{self, CountingRule, FORMATS, FormatError, ImportedProfile, LocationStyle};
use heaplab_profile::raw::{self, RawRecording};
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_profile::{Measure, Profile, folded, speedscope};
use heaplab_record::{Language, REPORT_SCHEMA, Report, Run};
use serde::Deserialize;
use std::fs::File;
use std::io::Read as _;
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
    let place = path.display();
    let file = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = bounded_file::unpacked_name(&name).to_owned();
    if is_table_file(&file) {
        let raw = raw::read_file(&file).with_context(|| format!("{place}: cannot read this recording"))?;
        return Ok(vec![input_from_recording(&raw, &name, root).with_context(|| format!("{place}"))?]);
    }
    let bytes = bounded_file::read_file(&file)?;
    if bytes.starts_with(b"heaplab-heap ") {
        let raw =
            RawRecording::read(&bytes).with_context(|| format!("{place}: cannot read this recording"))?;
        return Ok(vec![input_from_recording(&raw, &name, root).with_context(|| format!("{place}"))?]);
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
        return inputs_of_report(&report, &file);
    }
    let profile = read_profile(&name, &text).ok_or_else(|| unknown_format(path))?;
    let profile = profile
        .map_err(|error| ExitReason::UsageError(format!("{place}: {:#}", anyhow::Error::from(error))))?;
    Ok(vec![DiffInput::new(profile, &name)])
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
fn read_profile(name: &str, text: &str) -> Option<Result<ImportedProfile, FormatError>> {
    let mut readers = formats::readers();
    readers.find(|reader| (reader.recognizes)(name, text)).map(|reader| (reader.read)(text))
}

fn unknown_format(path: &Path) -> ExitReason {
    let endings: Vec<&str> =
        FORMATS.iter().filter(|format| format.read.is_some()).map(|format| format.ending).collect();
    ExitReason::UsageError(format!(
        "{} is nothing that can be compared: name a report's folder, a report.json, or a profile (.tables, .raw, {}, heaptrack's \
         recording, `memray transform csv`; all of them also as .gz or .zst)",
        path.display(),
        endings.join(", ")
    ))
}

/// The recorded programs of a report, with their profiles from the files beside it.
fn inputs_of_report(report: &Report, file: &Path) -> Result<Vec<DiffInput>> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let recorded = report.runs.iter().filter(|run| run.language == Language::Rust && run.heap.is_some());
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

/// `list_dict` from `list_dict.dhat.json`.
fn file_stem(name: &str) -> String {
    let mut endings = FORMATS.iter().map(|format| format.ending).chain([".raw", ".tables", ".json", ".csv"]);
    endings.find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
}
