//! `heaplab run -- PROGRAM ARGS`: the report of a program of the user's own. Its global allocator is
//! `heaplab_heap::Heap`, or the recorder is loaded into it (`crates/preload`).

mod cpu;
mod missing_recording;
mod recorder_choice;

use super::limit_check;
use super::program_report::{self, RecordedProgram};
use crate::cli::RunOptions;
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::store::{self, Staging};
use crate::runner::recording_files::{self, ProcessRecording};
use crate::runner::user_program::{self, ProgramEnd, ProgramRequest};
use crate::setting::Setting;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_command::language::resolve_language;
use heaplab_record::{Probe, Report};
use heaplab_report::Words;
use recorder_choice::{RecorderChoice, choose_recorder};
use std::path::{Path, PathBuf};

/// Runs a program, prints the table and writes the report to `--out`, or to the program's folder among
/// the reports.
///
/// # Errors
/// [`ExitReason`] where the program cannot be recorded, fails, is interrupted or breaks a limit; any
/// other error where this machine cannot do it.
pub fn run(options: &RunOptions, setting: &Setting<'_>) -> Result<()> {
    let Some(program) = options.program.command.first() else {
        return Err(ExitReason::UsageError("name a program behind `--`".into()).into());
    };
    let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
    run_named(&name, options, setting)
}

/// As [`run`], with another name for the report than that of the program's file.
///
/// # Errors
/// As for [`run`].
pub fn run_named(name: &str, options: &RunOptions, setting: &Setting<'_>) -> Result<()> {
    if options.program.cpu {
        return cpu::run_cpu(name, options, setting);
    }
    if let Some(program) = options.program.command.first() {
        user_program::check_runnable(program)?;
    }
    let output = &options.program.output;
    let words = Words::new(resolve_language(output.lang));
    let staging = open_place(options.out.as_deref(), &setting.reports.join(name))?;
    interrupt::install_handlers().context("cannot listen to signals")?;

    let (ended, recordings) = record(name, options, &staging, setting)?;
    let screen = Terminal::new(output.prints_results());
    screen.set_activity("names for the stacks");
    let recorded = RecordedProgram {
        name,
        recordings: &recordings,
        ended: Some(&ended),
        keep: options.keep,
        frames: output.frames.into(),
    };
    let made = program_report::make_report(&recorded, setting, &words)?;
    interrupt::check()?;
    let place = staging.publish(&made.artifacts)?;
    screen.finish();
    program_report::print_outcome(&made.report, &place, &screen, &words, output)?;
    if let Some(signal) = ended.interrupted {
        return Err(interrupted_exit(signal, name).into());
    }
    check_failures(&made.report)?;
    Ok(limit_check::check_limits(&options.fail_above, &made.report, &made.profiles)?)
}

/// Runs the program to its end, and reads what its processes left.
fn record(
    name: &str,
    options: &RunOptions,
    staging: &Staging,
    setting: &Setting<'_>,
) -> Result<(ProgramEnd, Vec<ProcessRecording>)> {
    let Some((program, arguments)) = options.program.command.split_first() else {
        return Err(ExitReason::UsageError("name a program behind `--`".into()).into());
    };
    let choice = choose_recorder(program);
    let order = ProgramRequest {
        program,
        arguments,
        probe: Probe::Heap,
        preload: prepare_recorder(&choice, name, setting)?,
        has_own_malloc: matches!(choice, RecorderChoice::Preloaded { has_malloc: true }),
        follow: !options.no_follow,
        out: staging.runs_folder(),
        timeout: options.program.timeout,
        quiet: options.program.output.json,
        terminal_output: None,
    };
    let ended = if options.live {
        run_with_view(order.clone(), options, setting)?
    } else {
        user_program::run_program(&order)?
    };
    let fallback = ended.fallback.as_ref().map(tempfile::TempDir::path);
    let folders: Vec<&Path> = std::iter::once(order.out.as_path()).chain(fallback).collect();
    let recordings = recording_files::read_recordings(&folders, Some(ended.process))?;
    if recordings.is_empty() {
        return Err(missing_recording::explain_missing(program, &ended, &choice).into());
    }
    Ok((ended, recordings))
}

/// Runs the program, and shows what it holds while it runs.
#[cfg(feature = "live")]
fn run_with_view(
    order: ProgramRequest<'_>,
    options: &RunOptions,
    setting: &Setting<'_>,
) -> Result<ProgramEnd> {
    let words = Words::new(resolve_language(options.program.output.lang));
    crate::live::run_with_view(order, setting, &words)
}

/// This build has no view.
#[cfg(not(feature = "live"))]
fn run_with_view(order: ProgramRequest<'_>, _: &RunOptions, _: &Setting<'_>) -> Result<ProgramEnd> {
    user_program::run_program(&order)
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
