//! `heaplab run -- PROGRAM ARGS`: the report of a program of the user's own. Its global allocator is
//! `heaplab_heap::Heap`, or the recorder is loaded into it (`crates/preload`).

mod cpu;
mod missing_recording;
mod recorder_choice;

use crate::cli::ProgramOptions;
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::render;
use crate::publish::report_link;
use crate::publish::store::{self, Staging};
use crate::runner::alloc_sites::{self, NamedProfile};
use crate::runner::churn;
use crate::runner::environment;
use crate::runner::recording_files::{self, ProcessRecording};
use crate::runner::user_program::{self, ProgramEnd, ProgramRequest};
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_command::child_process;
use heaplab_command::language::resolve_language;
use heaplab_profile::dhat;
use heaplab_profile::symbols::Roots;
use heaplab_record::{Failure, Growth, HeapRun, Language, Probe, REPORT_SCHEMA, Report, Run, Text};
use heaplab_report::{LiveCurve, Words, program};
use recorder_choice::{RecorderChoice, choose_recorder};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};

/// Runs a program, prints the table and writes the report to `out`, or to the program's folder among
/// the reports.
///
/// # Errors
/// [`ExitReason`] where the program cannot be recorded, fails or is interrupted; any other error where
/// this machine cannot do it.
pub fn run(options: &ProgramOptions, out: Option<&Path>, setting: &Setting<'_>) -> Result<()> {
    if options.cpu {
        return cpu::run_cpu(options, out, setting);
    }
    let words = Words::new(resolve_language(options.lang));
    let root = &setting.workspace;
    let Some((program, arguments)) = options.command.split_first() else {
        return Err(ExitReason::UsageError("name a program behind `--`".into()).into());
    };
    let file_name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    let staging = open_place(out, &setting.reports.join(&file_name))?;
    interrupt::install_handlers().context("cannot listen to signals")?;

    let choice = choose_recorder(program);
    let order = ProgramRequest {
        program,
        arguments,
        probe: Probe::Heap,
        preload: prepare_recorder(&choice, &file_name, setting)?,
        out: staging.runs_folder(),
        timeout: options.timeout,
        quiet: options.json,
    };
    let ended = user_program::run_program(&order)?;
    let recordings = {
        let fallback = ended.fallback.as_ref().map(tempfile::TempDir::path);
        let folders: Vec<&Path> = std::iter::once(order.out.as_path()).chain(fallback).collect();
        recording_files::read_recordings(&folders, ended.process)?
    };
    if recordings.is_empty() {
        return Err(missing_recording::explain_missing(program, &ended, &choice).into());
    }
    let screen = Terminal::new(!options.json);
    screen.set_activity("names for the stacks");
    let roots = Roots { workspace: root.clone() };
    let mut runs = Vec::new();
    let mut profiles = Vec::new();
    let mut of_dhat = Vec::new();
    let mut live = Vec::new();
    for recording in &recordings {
        let name = recording.name.clone();
        let (profile, unnamed) =
            alloc_sites::name_program(&recording.raw, &roots).with_context(|| name.clone())?;
        let (section, probe) = (String::new(), Probe::Heap);
        let named = NamedProfile { section, variant: name, probe, rows: 1, profile, unnamed };
        live.extend(LiveCurve::from_recording("", &named.variant, &recording.raw));
        of_dhat.push(dhat::RunHeader::from_recording(&recording.raw));
        runs.push(run_from_recording(recording, &ended, &named));
        profiles.push(named);
    }
    let report = build_report(&file_name, runs, &ended, root, &recordings, &words);
    let artifacts = render::render_program_report(&report, &profiles, &of_dhat, &live, root, &words)?;
    interrupt::check()?;
    let place = staging.publish(&artifacts)?;
    screen.finish();
    print_outcome(&report, &place, &screen, &words, options)?;
    match ended.interrupted {
        Some(signal) => Err(interrupted_exit(signal, &file_name).into()),
        None => check_failures(&report),
    }
}

/// The place that the user chose, or the default.
fn open_place(out: Option<&Path>, default: &Path) -> Result<Staging> {
    store::open_staging(out.unwrap_or(default), out.is_some())
}

/// Finds the recorder's library where the program needs it, and says before the program runs what
/// will not be seen.
fn prepare_recorder(choice: &RecorderChoice, name: &str, setting: &Setting<'_>) -> Result<Option<PathBuf>> {
    match choice {
        RecorderChoice::OfProgram => Ok(None),
        RecorderChoice::Preloaded { has_malloc } => {
            if *has_malloc {
                eprintln!("{name} has a malloc of its own: what it allocates with that will not be seen");
            }
            (setting.recorder_library)().map(Some)
        }
        RecorderChoice::Impossible(reason) => {
            eprintln!("{name} will not be recorded itself: heaplab's allocator is not in it, and {reason}");
            Ok(None)
        }
    }
}

/// Ctrl-C is no failure of the program, but a script that runs this command has to learn of it.
fn interrupted_exit(signal: i32, name: &str) -> ExitReason {
    let message = format!("{name}: stopped by signal {signal}; the report is of what it did until then");
    ExitReason::CutShort { signal, message }
}

fn build_report(
    name: &str,
    runs: Vec<Run>,
    ended: &ProgramEnd,
    root: &Path,
    recordings: &[ProcessRecording],
    words: &Words,
) -> Report {
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
        failed: failure(name, ended).into_iter().collect(),
        claims: Vec::new(),
    }
}

/// The entry of one process. The recorder measures neither its time nor its resident memory.
fn run_from_recording(recording: &ProcessRecording, ended: &ProgramEnd, named: &NamedProfile) -> Run {
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
        about: dhat::RunHeader::from_recording(raw).command,
        work_group: String::new(),
        baseline: false,
        rows: 1,
        checksum: String::new(),
        plain: None,
        counts: None,
        dhat: None,
        heap: Some(alloc_sites::with_sites(heap, Some(named))),
        reconciliation: None,
        // One run says nothing about growth, but it shows which lines allocate short-lived blocks.
        growth: Some(Growth { churn: churn::churn_in_profile(&named.profile), ..Growth::default() }),
        phases: Vec::new(),
        attachments: Vec::new(),
    }
}

/// The failure of a program that did not end well.
fn failure(name: &str, ended: &ProgramEnd) -> Option<Failure> {
    (!ended.status.success()).then(|| Failure {
        section: String::new(),
        variant: name.to_owned(),
        language: Language::Rust,
        probe: Probe::Heap,
        cause: ended.cause.clone().unwrap_or_else(|| child_process::describe_status(ended.status)),
        signal: ended.status.signal(),
        // Its standard error went to the user's own terminal.
        stderr_tail: String::new(),
    })
}

fn print_outcome(
    report: &Report,
    place: &Path,
    screen: &Terminal,
    words: &Words,
    options: &ProgramOptions,
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

fn check_failures(report: &Report) -> Result<()> {
    match report.failed.first() {
        None => Ok(()),
        Some(failure) => {
            let (name, cause) = (&failure.variant, &failure.cause);
            let message = format!("{name}: {cause}; the report is of what it did until then");
            Err(ExitReason::CheckFailed(message).into())
        }
    }
}
