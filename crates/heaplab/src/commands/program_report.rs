//! The report of a program's processes, whether they were recorded just now or left their recordings
//! earlier.

use crate::cli::OutputOptions;
use crate::publish::render;
use crate::publish::report_link;
use crate::runner::alloc_sites::{self, NamedProfile};
use crate::runner::churn;
use crate::runner::environment;
use crate::runner::recording_files::ProcessRecording;
use crate::runner::user_program::ProgramEnd;
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_command::child_process;
use heaplab_profile::symbols::Roots;
use heaplab_profile::{FrameSelection, dhat};
use heaplab_record::{Failure, Growth, HeapRun, Language, Probe, REPORT_SCHEMA, Report, Run, Text};
use heaplab_report::{Artifact, LiveCurve, Words, program};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

/// What a report is made of.
pub(super) struct RecordedProgram<'a> {
    pub(super) name: &'a str,
    pub(super) recordings: &'a [ProcessRecording],
    /// How the program ended; `None` where it was not run just now.
    pub(super) ended: Option<&'a ProgramEnd>,
    /// Whether the recordings become part of the report's folder.
    pub(super) keep: bool,
    /// Which frames of a program that runs Python are shown.
    pub(super) frames: FrameSelection,
}

/// A report with its files, and the profiles of all processes, those with files of their own first.
pub(super) struct ProgramReport {
    pub(super) report: Report,
    pub(super) profiles: Vec<NamedProfile>,
    pub(super) artifacts: Vec<Artifact>,
}

/// Finds the names for all stacks, and makes the files.
pub(super) fn make_report(
    program: &RecordedProgram<'_>,
    setting: &Setting<'_>,
    words: &Words,
) -> Result<ProgramReport> {
    let roots = Roots { workspace: setting.workspace.clone() };
    let (mut runs, mut profiles) = (Vec::new(), Vec::new());
    for recording in program.recordings {
        let named = name_recording(recording, &roots, program.frames)?;
        runs.push(run_from_recording(recording, program.ended, &named));
        profiles.push(named);
    }
    let report = build_report(program, runs, &setting.workspace, words);
    let largest = program::largest_processes(&report, program::MOST_PROCESSES_WITH_FILES);
    let is_large = |name: &str| largest.iter().any(|run| run.variant == name);
    // A stable sort: the order of the processes stays.
    profiles.sort_by_key(|named| !is_large(&named.variant));
    let (mut headers, mut live) = (Vec::new(), Vec::new());
    for recording in program.recordings.iter().filter(|recording| is_large(&recording.name)) {
        headers.push(dhat::RunHeader::from_recording(&recording.raw));
        live.extend(LiveCurve::from_recording("", &recording.name, &recording.raw));
    }
    let drawn = &profiles[..headers.len()];
    let mut artifacts =
        render::render_program_report(&report, drawn, &headers, &live, &setting.workspace, words)?;
    if program.keep {
        artifacts.extend(program.recordings.iter().map(keep_recording).collect::<Result<Vec<_>>>()?);
    }
    Ok(ProgramReport { report, profiles, artifacts })
}

fn name_recording(
    recording: &ProcessRecording,
    roots: &Roots,
    frames: FrameSelection,
) -> Result<NamedProfile> {
    let variant = recording.name.clone();
    let (profile, unnamed) =
        alloc_sites::name_program(&recording.raw, roots, frames).with_context(|| variant.clone())?;
    Ok(NamedProfile { section: String::new(), variant, probe: Probe::Heap, rows: 1, profile, unnamed })
}

/// The recording in its compact form. The tables themselves are a sparse file that many tools would
/// copy with all of its holes.
fn keep_recording(recording: &ProcessRecording) -> Result<Artifact> {
    let mut bytes = Vec::new();
    recording
        .raw
        .write(&mut bytes)
        .with_context(|| format!("cannot keep the recording of {}", recording.name))?;
    Ok(Artifact { name: format!("{}/{}.raw", render::RECORDINGS_FOLDER, recording.name), bytes })
}

fn build_report(program: &RecordedProgram<'_>, runs: Vec<Run>, root: &Path, words: &Words) -> Report {
    let (name, recordings) = (program.name, program.recordings);
    let births: u64 = recordings.iter().map(|recording| recording.raw.totals.births).sum();
    let slow_walks: u64 = recordings.iter().map(|recording| recording.raw.totals.slow_walks).sum();
    let mut environment = environment::collect_environment(root, None);
    // The program does not say how it was built. A few stacks lead through a C library even where
    // all Rust code has frame pointers.
    environment.frame_pointers = slow_walks <= births / 2;
    Report {
        schema: REPORT_SCHEMA.to_owned(),
        lesson: None,
        title: Text { en: name.to_owned(), zh: name.to_owned() },
        created_at: environment::timestamp(),
        language: words.lang().tag().to_owned(),
        environment,
        goal: None,
        unit: "run".to_owned(),
        rows_requested: 1,
        classifier: None,
        mystery: None,
        ladder: None,
        predictions: Vec::new(),
        mind_map: None,
        runs,
        failed: program.ended.and_then(|ended| find_failure(name, ended)).into_iter().collect(),
        claims: Vec::new(),
        findings: Vec::new(),
    }
}

/// The entry of one process. The recorder measures neither its time nor its resident memory.
fn run_from_recording(recording: &ProcessRecording, ended: Option<&ProgramEnd>, named: &NamedProfile) -> Run {
    let raw = &recording.raw;
    let totals = &raw.totals;
    let heap = HeapRun {
        rows: 1,
        total_blocks: totals.births,
        total_bytes: totals.birth_bytes + totals.grown_bytes,
        reallocations: totals.reallocations,
        reallocated_bytes: totals.reallocated_bytes,
        peak_blocks: totals.peak_blocks,
        peak_bytes: totals.peak_bytes,
        end_blocks: totals.end_blocks,
        end_bytes: totals.end_bytes,
        wall_ns: vec![totals.wall_ns],
        slowdown: None,
        memory_cost_bytes: None,
        slow_walks: totals.slow_walks,
        peak_error_bytes: totals.peak_error_bytes,
        process: Some(recording.describe_process(ended)),
        ..HeapRun::default()
    };
    Run {
        unit: None,
        section: String::new(),
        variant: named.variant.clone(),
        language: Language::Rust,
        interpreter: None,
        about: dhat::RunHeader::from_recording(raw).command,
        work_group: String::new(),
        baseline: false,
        rows_requested: None,
        maps_memory: false,
        call_ns: None,
        rows: 1,
        checksum: String::new(),
        plain: None,
        counts: None,
        dhat: None,
        heap: Some(alloc_sites::with_sites(heap, Some(named))),
        reconciliation: None,
        tracemalloc: None,
        // One run says nothing about growth, but it shows which lines allocate short-lived blocks.
        growth: Some(Growth { churn: churn::churn_in_profile(&named.profile), ..Growth::default() }),
        phases: Vec::new(),
        attachments: Vec::new(),
    }
}

/// The failure of a program that did not end well.
fn find_failure(name: &str, ended: &ProgramEnd) -> Option<Failure> {
    (!ended.status.success()).then(|| Failure {
        section: String::new(),
        variant: name.to_owned(),
        language: Language::Rust,
        interpreter: None,
        probe: Probe::Heap,
        cause: ended.cause.clone().unwrap_or_else(|| child_process::describe_status(ended.status)),
        signal: ended.status.signal(),
        // Its standard error went to the user's own terminal.
        stderr_tail: String::new(),
    })
}

/// Prints the table or report.json, and where the page is.
pub(super) fn print_outcome(
    report: &Report,
    place: &Path,
    screen: &Terminal,
    words: &Words,
    options: &OutputOptions,
) -> Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    }
    screen.print_result(&program::render_terminal(
        report,
        options.by.into(),
        words,
        Terminal::width_columns(),
    ));
    screen.print_result("");
    report_link::print_location(&place.join("report.html"), "report-is-at", options.open, screen, words)?;
    Ok(())
}
