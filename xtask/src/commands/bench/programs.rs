//! `cargo xtask bench programs`: the recorder in programs that nobody built for it, beside the plain
//! run, heaptrack and memray.
//!
//! Of each program, all ways to run it take turns, and each round gives one figure per row. They must
//! all do the same work: what they print, or write, is compared.
//!
//! - `workload`: the programs; `inputs`: what they work on.
//! - `side`: the ways to run them; `rows`: which of them are compared.

mod inputs;
mod rows;
mod side;
mod workload;

use super::rounds::{reason_unless_interrupted, run_in_rounds};
use super::table::{BenchRow, BenchTable};
use crate::cli::BenchOptions;
use crate::exit::ExitReason;
use crate::runner::build;
use crate::runner::discover::Workspace;
use crate::runner::python::{self, Python};
use anyhow::{Context as _, Result};
use heaplab_analysis::statistics::compute_spread;
use heaplab_record::Quantity;
use rows::RowPlan;
use side::{RunCost, RunSetting, Side};
use std::path::{Path, PathBuf};
use workload::{PreparedWorkload, Workload, WorkloadSources};

pub(super) fn check_options(options: &BenchOptions) -> Result<(), ExitReason> {
    if options.bytes.is_some() {
        return Err(ExitReason::UsageError(
            "--bytes is for `bench logagg`; `bench programs` takes --rows".into(),
        ));
    }
    rows::check_names(&options.only)
}

/// What all workloads share.
struct Bench<'a> {
    options: &'a BenchOptions,
    library: PathBuf,
    python: Result<Python, String>,
    root: &'a Path,
    folder: &'a Path,
}

/// A row, and its figure for each workload.
struct Summary {
    plan: RowPlan,
    medians: Vec<f64>,
}

pub(super) fn measure_programs(
    options: &BenchOptions,
    workspace: &Workspace,
    folder: &Path,
    table: &mut BenchTable<'_>,
) -> Result<()> {
    let bench = Bench {
        options,
        library: build::build_preload_library()?,
        python: python::find_python(),
        root: &workspace.root,
        folder,
    };
    table.print_header();
    let mut summaries: Vec<Summary> = Vec::new();
    for workload in Workload::ALL {
        let plans = rows::plan_rows(workload, &options.only);
        if !plans.is_empty() {
            measure_workload(workload, &plans, &bench, table, &mut summaries)?;
        }
    }
    add_summaries(&summaries, table);
    table.add_remark(table.words.get("bench-python-objects"));
    Ok(())
}

/// Runs all sides of a workload in turns and adds its rows.
fn measure_workload(
    workload: Workload,
    plans: &[RowPlan],
    bench: &Bench<'_>,
    table: &mut BenchTable<'_>,
    summaries: &mut Vec<Summary>,
) -> Result<()> {
    let rows = bench.options.rows.unwrap_or(workload.rows());
    let row = |plan: &RowPlan| BenchRow {
        build: "",
        workload: workload.name(),
        rows,
        over: plan.over.name(),
        under: plan.under.name(),
        quantity: plan.quantity,
        wanted: plan.wanted,
    };
    if let Some(why) = workload.missing_reason(&bench.python, table.words) {
        plans.iter().take(1).for_each(|plan| table.add_row(&row(plan), Err(why.clone())));
        return Ok(());
    }
    let reasons = |side: Side| side.missing_reason(workload, &bench.python, table.words);
    let missing: Vec<Option<String>> =
        plans.iter().map(|plan| reasons(plan.over).or_else(|| reasons(plan.under))).collect();
    let mut sides: Vec<Side> = Vec::new();
    for (plan, _) in plans.iter().zip(&missing).filter(|(_, missing)| missing.is_none()) {
        let new =
            [plan.under, plan.over].into_iter().filter(|side| !sides.contains(side)).collect::<Vec<_>>();
        sides.extend(new);
    }
    let measured = reason_unless_interrupted(run_sides(workload, rows, &sides, bench, table))?;
    for (plan, missing) in plans.iter().zip(missing) {
        let figures = match (missing, &measured) {
            (Some(why), _) => Err(why),
            (None, Err(why)) => Err(why.clone()),
            (None, Ok(rounds)) => compute_figures(plan, &sides, rounds).map_err(|error| error.to_string()),
        };
        if let Ok(figures) = &figures {
            note_median(plan, figures, summaries);
        }
        table.add_row(&row(plan), figures);
    }
    Ok(())
}

/// What each side took, in each round.
fn run_sides(
    workload: Workload,
    rows: u64,
    sides: &[Side],
    bench: &Bench<'_>,
    table: &mut BenchTable<'_>,
) -> Result<Vec<Vec<RunCost>>> {
    let folder = tempfile::tempdir_in(bench.folder).context("no place for the input")?;
    let sources = WorkloadSources { root: bench.root, folder: folder.path(), python: &bench.python };
    let prepared = workload.prepare(rows, &sources)?;
    let setting = RunSetting { library: &bench.library, folder: folder.path() };
    let mut expected: Option<String> = None;
    run_in_rounds(bench.options.pairs, sides, |side| {
        table.screen.set_activity(&format!("{} under {}", workload.name(), side.name()));
        let (cost, printed) = side.run(workload, &prepared, &setting)?;
        let done = read_result(&prepared, printed)?;
        let expected = expected.get_or_insert_with(|| done.clone());
        // heaptrack prints lines of its own around those of the program.
        let is_same =
            if *side == Side::Heaptrack { done.contains(expected.as_str()) } else { done == *expected };
        anyhow::ensure!(is_same, "{} does other work under {}", workload.name(), side.name());
        Ok(cost)
    })
}

/// What the program has printed, or written to its file.
fn read_result(prepared: &PreparedWorkload, printed: String) -> Result<String> {
    match &prepared.result {
        None => Ok(printed),
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| format!("{} was not written", path.display()))?;
            Ok(format!("{} bytes, checksum {:x}", bytes.len(), checksum(&bytes)))
        }
    }
}

/// FNV-1a.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// One figure per round.
fn compute_figures(plan: &RowPlan, sides: &[Side], rounds: &[Vec<RunCost>]) -> Result<Vec<f64>> {
    let at = |side| sides.iter().position(|other| *other == side).context("a side was not run");
    let (over, under) = (at(plan.over)?, at(plan.under)?);
    let of = |cost: RunCost| match plan.quantity {
        Quantity::CpuRatio => {
            cost.cpu_ns.filter(|cpu| *cpu > 0).context("too short, or no CPU time on this system")
        }
        _ => Ok(cost.process_ns),
    };
    rounds.iter().map(|round| Ok(of(round[over])? as f64 / of(round[under])? as f64)).collect()
}

fn note_median(plan: &RowPlan, figures: &[f64], summaries: &mut Vec<Summary>) {
    let Some((_, median, _)) = compute_spread(figures).filter(|_| plan.wanted_of_median.is_some()) else {
        return;
    };
    match summaries.iter_mut().find(|summary| summary.plan == *plan) {
        Some(summary) => summary.medians.push(median),
        None => summaries.push(Summary { plan: *plan, medians: vec![median] }),
    }
}

/// The median over all programs, beside the least and the most.
fn add_summaries(summaries: &[Summary], table: &mut BenchTable<'_>) {
    let label = table.words.get("bench-all-programs");
    for Summary { plan, medians } in summaries.iter().filter(|summary| summary.medians.len() > 1) {
        let row = BenchRow {
            build: "",
            workload: &label,
            rows: medians.len() as u64,
            over: plan.over.name(),
            under: plan.under.name(),
            quantity: plan.quantity,
            wanted: plan.wanted_of_median,
        };
        table.add_row(&row, Ok(medians.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_ratios_of_one_round() {
        let cost = |process_ns, cpu_ns| RunCost { process_ns, cpu_ns: Some(cpu_ns) };
        let sides = [Side::Plain, Side::Heaplab];
        let rounds = [vec![cost(100, 90), cost(150, 180)], vec![cost(200, 0), cost(220, 180)]];
        let plans = rows::plan_rows(Workload::Jq, &[]);
        assert_eq!(compute_figures(&plans[0], &sides, &rounds).unwrap(), [1.5, 1.1]);
        assert_eq!(compute_figures(&plans[1], &sides, &rounds[..1]).unwrap(), [2.0]);
        assert!(compute_figures(&plans[1], &sides, &rounds).is_err());
        assert!(compute_figures(&plans[2], &sides, &rounds).is_err());
    }
}
