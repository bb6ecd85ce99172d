//! memray, where the interpreter has it: a third opinion on the baseline and the leanest Python
//! variant. Its tracker is at work from the region's opening to its close, so it needs no splitting by
//! call stacks.

use super::{TOOL_TIMEOUT, choose_runs};
use crate::runner::child_process;
use crate::runner::measure::VariantTask;
use crate::runner::measure::runner::Runner;
use crate::runner::probe;
use anyhow::{Context as _, Result};
use heaplab_record::{LiveFigures, Measurement, MemrayOutcome, Probe};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the file that memray writes. A script under it gives the record of a plain run.
const MEMRAY_VARIABLE: &str = "HEAPLAB_MEMRAY";
/// Reads that file, from a lesson's folder.
const READER: &str = "../../crates/lesson/python/heaplab_memray.py";

/// What [`READER`] prints.
#[derive(Deserialize)]
struct MemrayFigures {
    version: String,
    live: LiveFigures,
    own: LiveFigures,
}

/// Adds memray's figures to the runs that tracemalloc measured.
pub(super) fn run_memray(runner: &mut Runner<'_>, tasks: &[VariantTask<'_>]) -> Result<()> {
    let is_wanted = |run: &heaplab_record::Run| run.tracemalloc.is_some() && run.interpreter.is_none();
    for index in choose_runs(&runner.section.runs, is_wanted) {
        let run = &runner.section.runs[index];
        let Some(rows) = run.tracemalloc.as_ref().map(|of| of.rows) else { continue };
        let of_run = |task: &&VariantTask<'_>| {
            task.file_stem() == run.file_stem() && task.built.lesson.section.to_string() == run.section
        };
        let Some(&task) = tasks.iter().find(of_run) else { continue };
        runner.screen.print_step(&format!("{} · memray", task.display_name()));
        let outcome = run_under_memray(runner, task, rows)?;
        if let Some(of) = &mut runner.section.runs[index].tracemalloc {
            of.memray = Some(outcome);
        }
    }
    Ok(())
}

/// One script under memray. `Err` is an error of the runner or an interrupt; that of memray is in the
/// outcome.
fn run_under_memray(runner: &mut Runner<'_>, task: VariantTask<'_>, rows: u64) -> Result<MemrayOutcome> {
    let Some(python) = task.python.map(|python| python.program.clone()) else {
        return Ok(MemrayOutcome::NotInstalled);
    };
    if !can_import_memray(&python) {
        return Ok(MemrayOutcome::NotInstalled);
    }
    let out = runner.create_child_folder()?;
    let file = out.join("memray.bin");
    let mut order = runner.build_run_request(task, Probe::Plain, rows, out.clone())?;
    order.timeout = order.timeout.min(TOOL_TIMEOUT);
    order.environment.push((MEMRAY_VARIABLE, file.to_string_lossy().into_owned()));
    let outcome = probe::run_probe(&order, || ())?;
    let read = match outcome.record {
        Err(fault) => Err(anyhow::anyhow!("{}", fault.cause)),
        Ok(record) => read_figures(&python, &task.built.lesson.folder.join(READER), &file)
            .map(|figures| (figures, record.measurement)),
    };
    std::fs::remove_dir_all(&out).with_context(|| format!("cannot take {} away", out.display()))?;
    Ok(match read {
        Ok((MemrayFigures { version, live, own }, Measurement::Plain(sample))) => {
            MemrayOutcome::Measured { version, live, own, wall_ns: sample.wall_ns }
        }
        Ok(_) => MemrayOutcome::Failed { cause: "its record is not that of a plain run".to_owned() },
        Err(error) => MemrayOutcome::Failed { cause: format!("{error:#}") },
    })
}

fn can_import_memray(python: &PathBuf) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import memray"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Only memray itself reads its file, so a script in the same interpreter does.
fn read_figures(python: &Path, reader: &Path, file: &Path) -> Result<MemrayFigures> {
    let mut command = Command::new(python);
    command.arg(reader).arg(file).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {}", python.display()))?;
    anyhow::ensure!(
        output.status.success(),
        "its file cannot be read: {}: {}",
        child_process::describe_status(output.status),
        String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default()
    );
    serde_json::from_slice(&output.stdout).context("its figures cannot be read")
}
