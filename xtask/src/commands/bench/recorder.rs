//! `cargo xtask bench recorder`: the heap probe beside its peers, and beside the program without
//! it.
//!
//! A row of the table compares two programs that do the same work. They run in turns; the first
//! pair is discarded, and every later pair gives one figure.
//!
//! - `plan`: what a row is; `rows`: all of them, with their targets; `selection`: those that are
//!   measured.
//! - `builds`: the programs, with frame pointers and without.
//! - `program`: one run.
//! - `instructions`: one run under callgrind.

mod builds;
mod instructions;
mod plan;
mod program;
mod rows;
mod selection;

use super::is_installed;
use super::rounds::{reason_unless_interrupted, run_in_rounds};
use super::table::{BenchRow, BenchTable};
use crate::cli::BenchOptions;
use crate::exit::ExitReason;
use crate::runner::discover::Workspace;
use crate::runner::memory;
use anyhow::{Context as _, Result};
use builds::BuiltPrograms;
use heaplab_record::Quantity;
use heaplab_report::{Words, format};
use plan::{PairComparison, Side};
use program::{Work, WorkloadOutput, WorkloadPrograms};
use std::path::Path;

/// The depth of the recursion in the `deep_` workloads.
const FRAMES: f64 = 64.0;
/// The events of the `stacks` workloads at any scale: each of their blocks is an allocation and a
/// free.
const STACKS_EVENTS: f64 = 8e6;

pub(super) fn check_options(options: &BenchOptions) -> Result<(), ExitReason> {
    if options.bytes.is_some() {
        return Err(ExitReason::UsageError(
            "--bytes is for `bench logagg`; `bench recorder` takes --rows".into(),
        ));
    }
    selection::select_comparisons(&options.only, options.rows).map(|_| ())
}

pub(super) fn measure_recorder(
    options: &BenchOptions,
    workspace: &Workspace,
    folder: &Path,
    table: &mut BenchTable<'_>,
) -> Result<()> {
    let lines = selection::select_comparisons(&options.only, options.rows)?;
    let built = BuiltPrograms::build(workspace, &lines)?;
    built.describe().into_iter().for_each(|build| table.add_build(build));
    let programs = WorkloadPrograms { built, folder: folder.to_owned() };
    table.print_header();
    for line in &lines {
        table.screen.set_activity(&format!("{} {} / {}", line.workload, line.over.name(), line.under.name()));
        let measured = match missing_reason(line, &programs, table.words) {
            Some(why) => Err(why),
            None => reason_unless_interrupted(measure_figures(&programs, line, options.pairs))?,
        };
        let row = BenchRow {
            workload: line.workload,
            rows: line.rows,
            build: line.build.name(),
            over: line.over.name(),
            under: &line.name_under(),
            quantity: line.quantity,
            wanted: line.wanted,
        };
        table.add_row(&row, measured);
    }
    Ok(())
}

/// The reason why a row cannot be measured on this machine.
fn missing_reason(line: &PairComparison, programs: &WorkloadPrograms, words: &Words) -> Option<String> {
    if line.over == Side::Heapscope
        && let Some(why) = &programs.built.without_heapscope
    {
        return Some(why.clone());
    }
    let needs = [
        (line.over == Side::Heaptrack, "heaptrack"),
        (line.quantity == Quantity::InstructionRatio, "valgrind"),
    ];
    let missing = needs.into_iter().find(|&(needed, program)| needed && !is_installed(program));
    if let Some((_, program)) = missing {
        return Some(words.say("bench-not-installed", &[("program", program)]));
    }
    let available = memory::available_bytes()?;
    let bytes = format::bytes(line.memory_bytes);
    (line.memory_bytes > available).then(|| words.say("bench-no-memory", &[("bytes", &bytes)]))
}

/// One figure per pair, after a pair that warms the machine up.
fn measure_figures(programs: &WorkloadPrograms, line: &PairComparison, pairs: u32) -> Result<Vec<f64>> {
    let work = |side, rows| Work { side, build: line.build, workload: line.workload, rows };
    if line.quantity == Quantity::InstructionRatio {
        // Instructions differ between runs only by stack addresses, so one pair is enough.
        let of = |side| instructions::count_instructions(programs, work(side, line.rows));
        let ((over, over_count), (under, under_count)) = (of(line.over)?, of(line.under)?);
        check_same_work(line, over, under)?;
        return Ok(vec![over_count as f64 / under_count as f64]);
    }
    let mut works = vec![work(line.over, line.rows), work(line.under, line.rows)];
    // The same two once more at the scale that they are compared with.
    works.extend(line.other_rows.iter().flat_map(|&rows| [work(line.over, rows), work(line.under, rows)]));
    let rounds = run_in_rounds(pairs.min(line.most_pairs), &works, |&work| programs.run_workload(work))?;
    rounds.iter().map(|round| compute_figure(line, round)).collect()
}

fn check_same_work(line: &PairComparison, over: WorkloadOutput, under: WorkloadOutput) -> Result<()> {
    let (one, other) = (line.over.name(), line.under.name());
    anyhow::ensure!(
        over.checksum == under.checksum,
        "{one} and {other} did different work: checksums differ"
    );
    Ok(())
}

fn compute_figure(line: &PairComparison, round: &[WorkloadOutput]) -> Result<f64> {
    let pairs: Vec<(WorkloadOutput, WorkloadOutput)> =
        round.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.iter().try_for_each(|&(over, under)| check_same_work(line, over, under))?;
    let (over, under) = *pairs.first().context("a round is a pair of runs")?;
    let memory = || {
        let both = over.peak_rss_bytes.zip(under.peak_rss_bytes);
        both.map(|(over, under)| over as f64 - under as f64)
            .context("peak RSS is not measured on this system")
    };
    let added_ns =
        |(over, under): (WorkloadOutput, WorkloadOutput)| over.wall_ns as f64 - under.wall_ns as f64;
    Ok(match line.quantity {
        Quantity::WallRatio | Quantity::InstructionRatio => over.wall_ns as f64 / under.wall_ns as f64,
        Quantity::ProcessRatio => over.process_ns as f64 / under.process_ns as f64,
        Quantity::CpuRatio => {
            let both = over.cpu_ns.zip(under.cpu_ns);
            let (over, under) = both.context("CPU time is not measured on this system")?;
            anyhow::ensure!(under > 0, "{} took less CPU time than a clock tick", line.under.name());
            over as f64 / under as f64
        }
        Quantity::NanosecondsAFrame => added_ns((over, under)) / (line.rows as f64 * FRAMES),
        Quantity::NanosecondsAnEvent => added_ns((over, under)) / STACKS_EVENTS,
        Quantity::EventTimeRatio => {
            let other = *pairs.get(1).context("a second scale was not run")?;
            added_ns((over, under)) / added_ns(other)
        }
        Quantity::BytesABlock => memory()? / line.rows as f64,
        Quantity::Bytes => memory()?,
        other => anyhow::bail!("{other:?} is no figure of two runs of a workload"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_record::ExpectedFigure;

    fn workload_output(wall_ns: u64, peak: u64) -> WorkloadOutput {
        let cpu_ns = Some(10 * wall_ns);
        WorkloadOutput { wall_ns, checksum: 1, peak_rss_bytes: Some(peak), process_ns: wall_ns, cpu_ns }
    }

    #[test]
    fn figures_are_of_their_quantity() {
        let mut line = selection::select_comparisons(&["slots".to_owned()], Some(10)).unwrap()[0];
        let (over, under) = (workload_output(7400, 520), workload_output(1000, 200));
        let elsewhere = [workload_output(4200, 0), workload_output(1000, 0)];
        let round = [over, under, elsewhere[0], elsewhere[1]];
        let cases = [
            (Quantity::WallRatio, 7.4),
            (Quantity::ProcessRatio, 7.4),
            (Quantity::CpuRatio, 7.4),
            (Quantity::NanosecondsAFrame, 10.0),
            (Quantity::NanosecondsAnEvent, 0.0008),
            (Quantity::EventTimeRatio, 2.0),
            (Quantity::BytesABlock, 32.0),
            (Quantity::Bytes, 320.0),
        ];
        for (quantity, expected) in cases {
            line.quantity = quantity;
            assert!((compute_figure(&line, &round).unwrap() - expected).abs() < 1e-9, "{quantity:?}");
        }
        let other = WorkloadOutput { checksum: 2, ..under };
        assert!(compute_figure(&line, &[over, other]).is_err());
        assert!(matches!(line.wanted, Some(ExpectedFigure::AtMost(_))));
    }
}
