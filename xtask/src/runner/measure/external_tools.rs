//! Runs valgrind's DHAT and heaptrack, where they are installed: two programs that share nothing
//! with the recorder count the baseline and the leanest variant of its work, at the
//! reconciliation's scale. Both watch the whole process; call stacks tell which part belongs to the
//! measured region.

mod heaptrack;
mod memray;
mod valgrind;

use super::VariantTask;
use super::runner::Runner;
use crate::runner::environment::program_version;
use crate::runner::probe::{self, RunRequest};
use anyhow::{Context as _, Result};
use heaplab::runner::user_program::find_in_path;
use heaplab_record::{Language, OutsideFigures, OutsideOutcome, OutsideRun, OutsideTool, Probe, Run};
use std::path::Path;
use std::time::Duration;

/// The function that calls the variant. Everything that a variant allocates has it in the call stack.
const REGION_FUNCTION: &str = "heaplab_lesson::measure::run_variant";
/// A class waits for two tools and two variants. A tool that takes longer than this is left out,
/// and the report says so.
const TOOL_TIMEOUT: Duration = Duration::from_secs(20);

/// Adds the tools' figures to the runs' reconciliations.
pub(super) fn run_tools(runner: &mut Runner<'_>, tasks: &[VariantTask<'_>]) -> Result<()> {
    memray::run_memray(runner, tasks)?;
    for index in choose_runs(&runner.section.runs, |run| run.reconciliation.is_some()) {
        let run = &runner.section.runs[index];
        let Some(rows) = run.reconciliation.as_ref().map(|kept| kept.rows) else { continue };
        let of_run = |task: &&VariantTask<'_>| {
            task.variant.language == Language::Rust
                && task.variant.name == run.variant
                && task.built.lesson.section.to_string() == run.section
        };
        let Some(&task) = tasks.iter().find(of_run) else { continue };
        let mut runs = Vec::new();
        for tool in [OutsideTool::ValgrindDhat, OutsideTool::Heaptrack] {
            runner.screen.print_step(&format!("{} · {}", task.display_name(), tool_program(tool)));
            runs.push(OutsideRun { tool, outcome: run_under_tool(runner, task, tool, rows)? });
        }
        if let Some(kept) = &mut runner.section.runs[index].reconciliation {
            kept.outside_tools = runs;
        }
    }
    Ok(())
}

const fn tool_program(tool: OutsideTool) -> &'static str {
    match tool {
        OutsideTool::ValgrindDhat => "valgrind",
        OutsideTool::Heaptrack => "heaptrack",
    }
}

/// The baseline, or the first run; and among the other runs of its lesson and work group the one
/// with the lowest peak.
fn choose_runs(runs: &[Run], is_wanted: fn(&Run) -> bool) -> Vec<usize> {
    let wanted = || runs.iter().enumerate().filter(|(_, run)| is_wanted(run));
    let Some((first, baseline)) = wanted().find(|(_, run)| run.baseline).or_else(|| wanted().next()) else {
        return Vec::new();
    };
    let peak = |run: &Run| run.heap.as_ref().map_or(u64::MAX, |heap| heap.peak_bytes);
    let leanest = wanted()
        .filter(|(index, run)| *index != first && run.section == baseline.section)
        .filter(|(_, run)| run.work_group == baseline.work_group)
        .min_by_key(|(_, run)| peak(run));
    std::iter::once(first).chain(leanest.map(|(index, _)| index)).collect()
}

/// One variant under one tool. `Err` is an error of the runner or an interrupt; that of the tool is
/// in the outcome.
fn run_under_tool(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    tool: OutsideTool,
    rows: u64,
) -> Result<OutsideOutcome> {
    if find_in_path(&tool_program(tool).into()).is_none() {
        return Ok(OutsideOutcome::NotInstalled);
    }
    let out = runner.create_child_folder()?;
    // stats_alloc passes every call on unchanged, and under this probe a lesson does not inspect
    // its data.
    let mut order = runner.build_run_request(task, Probe::Counts, rows, out.clone())?;
    order.timeout = order.timeout.min(TOOL_TIMEOUT);
    let before = match tool {
        OutsideTool::ValgrindDhat => valgrind::command_prefix(&out),
        OutsideTool::Heaptrack => heaptrack::command_prefix(&out),
    };
    prefix_command(&mut order, tool_program(tool), before);
    let outcome = probe::run_probe(&order, || ())?;
    let read = match outcome.record {
        Err(fault) => Err(anyhow::anyhow!("{}", fault.cause)),
        Ok(_) => match tool {
            OutsideTool::ValgrindDhat => valgrind::read_figures(&out),
            OutsideTool::Heaptrack => heaptrack::read_figures(&out),
        },
    };
    std::fs::remove_dir_all(&out).with_context(|| format!("cannot take {} away", out.display()))?;
    Ok(match read {
        Ok((whole, outside)) => {
            OutsideOutcome::Measured { version: tool_version(tool_program(tool)), whole, outside }
        }
        Err(error) => OutsideOutcome::Failed { cause: format!("{error:#}") },
    })
}

/// The same child, started by the tool.
fn prefix_command(order: &mut RunRequest, tool: &str, mut before: Vec<String>) {
    let binary = std::mem::replace(&mut order.program, tool.into());
    before.push(binary.to_string_lossy().into_owned());
    before.append(&mut order.arguments);
    order.arguments = before;
}

/// The version, from the first line that the tool prints.
fn tool_version(tool: &str) -> String {
    let line = program_version(tool).unwrap_or_default();
    // Such as `valgrind-3.19.0` or `heaptrack 1.4.0`.
    line.rsplit(['-', ' ']).next().unwrap_or_default().to_owned()
}

/// Whether a stack is in the measured region.
pub(super) fn is_in_region<'a>(mut frames: impl Iterator<Item = &'a str>) -> bool {
    frames.any(|frame| frame.starts_with(REGION_FUNCTION))
}

/// The totals of the process, and the part of them outside the region.
pub(super) type ToolFigures = (OutsideFigures, OutsideFigures);

/// Reads a file that the tool should have written.
pub(super) fn read_output(path: &Path) -> Result<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::fs::read_to_string(path).with_context(|| format!("it left no {name}"))
}
