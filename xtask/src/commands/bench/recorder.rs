//! `cargo xtask bench recorder`: the heap probe beside its peers, and beside the program without
//! it.
//!
//! A row of the table compares two programs that do the same work. They run in turns; the first
//! pair is discarded, and every later pair gives one figure.
//!
//! - `plan`: the rows, and the target of each.
//! - `program`: one run.
//! - `instructions`: one run under callgrind.

mod instructions;
mod plan;
mod program;

use super::is_installed;
use super::rounds::{reason_unless_interrupted, run_in_rounds};
use super::table::{BenchRow, BenchTable};
use crate::cli::BenchOptions;
use crate::exit::ExitReason;
use crate::runner::build;
use crate::runner::discover::Workspace;
use crate::runner::memory;
use anyhow::{Context as _, Result};
use heaplab_record::Quantity;
use heaplab_report::{Words, format};
use plan::{PairComparison, Side};
use program::{WorkloadOutput, WorkloadPrograms};
use std::path::Path;

const PACKAGE: &str = "heaplab-bench-workloads";
/// The depth of the recursion in the `deep_` workloads.
const FRAMES: f64 = 64.0;

pub(super) fn check_options(options: &BenchOptions) -> Result<(), ExitReason> {
    if options.bytes.is_some() {
        return Err(ExitReason::UsageError(
            "--bytes is for `bench logagg`; `bench recorder` takes --rows".into(),
        ));
    }
    plan::select_comparisons(&options.only, options.rows).map(|_| ())
}

pub(super) fn measure_recorder(
    options: &BenchOptions,
    workspace: &Workspace,
    folder: &Path,
    table: &mut BenchTable<'_>,
) -> Result<()> {
    let binaries = build::build_binaries(workspace, &[PACKAGE], &["dhat", "mod-alloc"])?;
    let programs = WorkloadPrograms { binaries, folder: folder.to_owned() };
    table.print_header();
    for line in &plan::select_comparisons(&options.only, options.rows)? {
        table.screen.set_activity(&format!("{} {} / {}", line.workload, line.over.name(), line.under.name()));
        let measured = match missing_reason(line, table.words) {
            Some(why) => Err(why),
            None => reason_unless_interrupted(measure_figures(&programs, line, options.pairs))?,
        };
        let row = BenchRow {
            workload: line.workload,
            rows: line.rows,
            over: line.over.name(),
            under: line.under.name(),
            quantity: line.quantity,
            wanted: line.wanted,
        };
        table.add_row(&row, measured);
    }
    Ok(())
}

/// The reason why a row cannot be measured on this machine.
fn missing_reason(line: &PairComparison, words: &Words) -> Option<String> {
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
    if line.quantity == Quantity::InstructionRatio {
        // Instructions differ between runs only by stack addresses, so one pair is enough.
        let of = |side| instructions::count_instructions(programs, side, line.workload, line.rows);
        let ((over, over_count), (under, under_count)) = (of(line.over)?, of(line.under)?);
        check_same_work(line, over, under)?;
        return Ok(vec![over_count as f64 / under_count as f64]);
    }
    let run = |side: &Side| programs.run_workload(*side, line.workload, line.rows);
    let pairs = run_in_rounds(pairs.min(line.most_pairs), &[line.over, line.under], run)?;
    pairs
        .iter()
        .map(|pair| {
            check_same_work(line, pair[0], pair[1])?;
            compute_figure(line, pair[0], pair[1])
        })
        .collect()
}

fn check_same_work(line: &PairComparison, over: WorkloadOutput, under: WorkloadOutput) -> Result<()> {
    let (one, other) = (line.over.name(), line.under.name());
    anyhow::ensure!(
        over.checksum == under.checksum,
        "{one} and {other} did different work: checksums differ"
    );
    Ok(())
}

fn compute_figure(line: &PairComparison, over: WorkloadOutput, under: WorkloadOutput) -> Result<f64> {
    let (over_ns, under_ns) = (over.wall_ns as f64, under.wall_ns as f64);
    let memory = || {
        let both = over.peak_rss_bytes.zip(under.peak_rss_bytes);
        both.map(|(over, under)| over as f64 - under as f64)
            .context("peak RSS is not measured on this system")
    };
    Ok(match line.quantity {
        Quantity::WallRatio | Quantity::InstructionRatio => over_ns / under_ns,
        Quantity::ProcessRatio => over.process_ns as f64 / under.process_ns as f64,
        Quantity::NanosecondsAFrame => (over_ns - under_ns) / (line.rows as f64 * FRAMES),
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
        WorkloadOutput { wall_ns, checksum: 1, peak_rss_bytes: Some(peak), process_ns: 0 }
    }

    #[test]
    fn figures_are_of_their_quantity() {
        let mut line = plan::all_comparisons()[0];
        line.rows = 10;
        let (over, under) = (workload_output(7400, 520), workload_output(1000, 200));
        let cases = [
            (Quantity::WallRatio, 7.4),
            (Quantity::NanosecondsAFrame, 10.0),
            (Quantity::BytesABlock, 32.0),
            (Quantity::Bytes, 320.0),
        ];
        for (quantity, expected) in cases {
            line.quantity = quantity;
            assert!((compute_figure(&line, over, under).unwrap() - expected).abs() < 1e-9, "{quantity:?}");
        }
        let other = WorkloadOutput { checksum: 2, ..under };
        assert!(check_same_work(&line, over, other).is_err());
        assert!(matches!(line.wanted, Some(ExpectedFigure::AtMost(_))));
    }
}
