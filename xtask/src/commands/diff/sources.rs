//! What OLD and NEW may be: a report's folder or its report.json, or one profile in any of the formats that are read back.

use super::compare::sum_profile;
use super::formats;
use crate::exit::ExitReason;
use crate::runner::alloc_sites::trim_to_program;
use anyhow::{Context as _, Result};
use heaplab_profile::raw::RawRecording;
use heaplab_profile::symbols::{Roots, symbolize};
use heaplab_profile::{Profile, dhat};
use heaplab_record::{Language, REPORT_SCHEMA, Report, Run};
use std::path::Path;

/// One profile, and what is known of it.
pub(super) struct DiffInput {
    /// The variant or program, or the file's name.
    pub(super) name: String,
    pub(super) rows: Option<u64>,
    pub(super) places: LocationStyle,
    pub(super) rule: CountingRule,
    pub(super) profile: Profile,
    pub(super) totals: InputTotals,
}

/// Sums over the run, as far as the format has them.
pub(super) struct InputTotals {
    pub(super) peak_bytes: u64,
    pub(super) end_bytes: Option<u64>,
    pub(super) total_bytes: Option<u64>,
    pub(super) total_blocks: Option<u64>,
}

/// How a format names the places of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocationStyle {
    /// From the workspace: `lessons/…/main.rs:30`.
    Whole,
    /// dhat's own: the last parts of a path.
    Cut,
    /// Not at all.
    None,
}

/// How blocks and bytes over the whole run are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CountingRule {
    /// A block that grows stays one block.
    Recorder,
    /// Every reallocation is a block of its whole new size.
    Dhat,
}

/// Everything that lies at a path.
pub(super) fn read_inputs(path: &Path, root: &Path) -> Result<Vec<DiffInput>> {
    let place = path.display();
    let file = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
    let bytes = std::fs::read(&file).map_err(|error| {
        ExitReason::UsageError(format!(
            "cannot read {}: {error}; name a report's folder or a profile",
            file.display()
        ))
    })?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    if bytes.starts_with(b"heaplab-heap ") {
        return Ok(vec![input_from_recording(&bytes, &name, root).with_context(|| format!("{place}"))?]);
    }
    let Ok(text) = String::from_utf8(bytes) else { return Err(unknown_format(path).into()) };
    if name.ends_with(".folded") {
        let profile = formats::parse_folded(&text)
            .map_err(|error| ExitReason::UsageError(format!("{place}: {error:#}")))?;
        return Ok(vec![input_from_folded(profile, &name)]);
    }
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|_| unknown_format(path))?;
    if json["schema"] == REPORT_SCHEMA {
        let report: Report = serde_json::from_value(json)
            .with_context(|| format!("{}: cannot read this report", file.display()))?;
        return inputs_of_report(&report, &file);
    }
    let read = if json["dhatFileVersion"].is_u64() {
        input_from_dhat(&text, json["tu"] == "bytes allocated", &name)
    } else if json["$schema"].as_str().is_some_and(|schema| schema.contains("speedscope")) {
        formats::parse_speedscope(&text).map(|profile| input_from_speedscope(profile, &name))
    } else {
        return Err(unknown_format(path).into());
    };
    Ok(vec![read.map_err(|error| ExitReason::UsageError(format!("{place}: {error:#}")))?])
}

fn unknown_format(path: &Path) -> ExitReason {
    ExitReason::UsageError(format!(
        "{} is nothing that can be compared: name a report's folder, a report.json, or a profile (.raw, .dhat.json, \
         .speedscope.json, .folded)",
        path.display()
    ))
}

/// The programs of a report that were recorded, with their profiles from the files beside it.
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
    let beside = |end: &str| {
        let path = folder.join(format!("{}.{end}", run.variant));
        std::fs::read_to_string(&path).map(|text| (path, text))
    };
    // A report of an earlier heaplab has the folded stacks alone.
    let mut source = match beside("speedscope.json") {
        Ok((path, text)) => formats::parse_speedscope(&text)
            .map(|profile| input_from_speedscope(profile, &run.variant))
            .with_context(|| format!("{}", path.display()))?,
        Err(error) => {
            let (path, text) = beside("folded").map_err(|_| {
                let path = folder.join(format!("{}.speedscope.json", run.variant));
                ExitReason::UsageError(format!(
                    "cannot read {}: {error}; run the lesson again",
                    path.display()
                ))
            })?;
            let profile = formats::parse_folded(&text).with_context(|| format!("{}", path.display()))?;
            input_from_folded(profile, &run.variant)
        }
    };
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

fn input_from_recording(bytes: &[u8], name: &str, root: &Path) -> Result<DiffInput> {
    let raw = RawRecording::read(bytes).context("cannot read this recording")?;
    let roots = Roots { workspace: root.to_owned() };
    let profile = symbolize(&raw, &roots).context("the recorded stacks have no names")?;
    let profile = trim_to_program(profile).trim_stacks();
    Ok(DiffInput { totals: sum_profile(&profile), ..input_from_speedscope(profile, name) })
}

fn input_from_dhat(text: &str, is_ours: bool, name: &str) -> Result<DiffInput> {
    let profile = dhat::read(text)?.trim_stacks();
    let places = if is_ours { LocationStyle::Whole } else { LocationStyle::Cut };
    Ok(DiffInput {
        totals: sum_profile(&profile),
        places,
        rule: CountingRule::Dhat,
        ..input_from_speedscope(profile, name)
    })
}

/// speedscope's format has bytes only.
fn input_from_speedscope(profile: Profile, name: &str) -> DiffInput {
    let totals = InputTotals { total_blocks: None, ..sum_profile(&profile) };
    DiffInput {
        name: file_stem(name),
        rows: None,
        places: LocationStyle::Whole,
        rule: CountingRule::Recorder,
        profile,
        totals,
    }
}

/// Folded stacks have bytes at the peak only.
fn input_from_folded(profile: Profile, name: &str) -> DiffInput {
    let totals =
        InputTotals { end_bytes: None, total_bytes: None, total_blocks: None, ..sum_profile(&profile) };
    DiffInput { totals, places: LocationStyle::None, ..input_from_speedscope(profile, name) }
}

/// `list_dict` of `list_dict.dhat.json`.
fn file_stem(name: &str) -> String {
    let ends = [".speedscope.json", ".dhat.json", ".folded", ".raw", ".json"];
    ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
}
