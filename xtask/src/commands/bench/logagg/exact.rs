//! Checks peak memory, and the count of every key against the oracle's; for a log whose tables
//! spill also the time per line.

use super::logs::Log;
use super::side::{AggregatorOutput, Input, Side};
use super::{
    BenchRow, BenchTable, MOST_ROUNDS, PEAK, RunContext, SPILL, log_label, reason_unless_interrupted,
    run_in_rounds,
};
use crate::commands::bench::process;
use anyhow::{Context as _, Result};
use heaplab_record::{ExpectedFigure, Quantity};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Two threads, which is the default on two processors.
const SIDE: Side = Side::Logagg(Input::Fastest, 2);

/// The output of `logagg check`.
#[derive(Deserialize)]
struct CheckedCounts {
    pv: u64,
    uv: u64,
    differing: u64,
    top: Vec<super::side::Ranked>,
}

/// Measures a log and removes it. Where the log cannot be made, the table says why.
pub(super) fn check_log(
    ask: &RunContext<'_>,
    log: Result<Log>,
    part: &str,
    bytes: u64,
    table: &mut BenchTable<'_>,
) -> Result<()> {
    match reason_unless_interrupted(log)? {
        Ok(log) => {
            measure_exactness(ask, &log, table)?;
            if part == "spill" { measure_spill(ask, &log, table) } else { Ok(()) }
        }
        Err(why) => {
            let over = SIDE.name();
            let row = exactness_row(part, bytes, &over, "", Quantity::PeakBytes, ExpectedFigure::Below(PEAK));
            table.add_row(&row, Err(why));
            Ok(())
        }
    }
}

/// Adds the rows for peak memory and for wrong counts.
pub(super) fn measure_exactness(ask: &RunContext<'_>, log: &Log, table: &mut BenchTable<'_>) -> Result<()> {
    let (workload, over) = (log_label(log, table), SIDE.name());
    table.screen.set_activity(&format!("{over}: {workload}"));
    let peaks = reason_unless_interrupted(measure_peaks(ask, log))?;
    let row_of = |quantity, wanted| exactness_row(&workload, log.bytes, &over, "", quantity, wanted);
    table.add_row(&row_of(Quantity::PeakBytes, ExpectedFigure::Below(PEAK)), peaks);
    table.screen.set_activity(&format!("{over}: {workload}, oracle"));
    let differing = reason_unless_interrupted(count_differences(ask, log))?;
    table.add_row(&row_of(Quantity::KeysThatDiffer, ExpectedFigure::AtMost(0.0)), differing);
    Ok(())
}

fn measure_peaks(ask: &RunContext<'_>, log: &Log) -> Result<Vec<f64>> {
    // No warm-up round: the first counts are valid too.
    let runs = 0..ask.rounds.min(MOST_ROUNDS);
    let peak = |said: AggregatorOutput| {
        said.peak_rss_bytes.map(|bytes| bytes as f64).context("peak RSS is not measured here")
    };
    runs.map(|_| ask.programs.run_side(SIDE, &log.path, &[]).and_then(peak)).collect()
}

/// Counts keys whose values in logagg's partial result differ from the oracle's. PV, UV and the top
/// list of its report must be equal as well.
fn count_differences(ask: &RunContext<'_>, log: &Log) -> Result<Vec<f64>> {
    let partial = RemoveOnDrop(log.path.with_extension("bin"));
    let place = partial.0.display().to_string();
    let said = ask.programs.run_side(SIDE, &log.path, &["--partial", &place])?;
    let mut command = Command::new(&ask.programs.logagg);
    command.arg("check").arg(&log.path).arg(&partial.0);
    let ended =
        process::run_process(command, &ask.programs.folder, "logagg check", Duration::from_millis(5))?;
    let found: CheckedCounts =
        serde_json::from_str(ended.stdout.trim()).context("logagg check printed no result")?;
    let (pv, uv) = (said.pv.abs_diff(found.pv), said.uv.abs_diff(found.uv));
    anyhow::ensure!((pv, uv) == (0, 0), "the oracle's PV is {}, its UV {}", found.pv, found.uv);
    let counts =
        AggregatorOutput { pv: found.pv, uv: found.uv, top: found.top, ..AggregatorOutput::default() };
    anyhow::ensure!(said.has_same_counts(&counts), "the oracle ranks other keys");
    Ok(vec![found.differing as f64])
}

/// The time per line of a log whose tables spill, compared with the standard log.
fn measure_spill(ask: &RunContext<'_>, log: &Log, table: &mut BenchTable<'_>) -> Result<()> {
    let over = SIDE.name();
    let run = |log: &&Log| ask.programs.run_side(SIDE, &log.path, &[]);
    let rounds =
        reason_unless_interrupted(run_in_rounds(ask.rounds.min(MOST_ROUNDS), &[log, ask.main], run))?;
    let a_line = |said: &AggregatorOutput, log: &Log| said.took_ns as f64 / log.lines as f64;
    let ratio = |round: &Vec<AggregatorOutput>| a_line(&round[0], log) / a_line(&round[1], ask.main);
    let figures = rounds.map(|rounds| rounds.iter().map(ratio).collect());
    let under = log_label(ask.main, table);
    let workload = log_label(log, table);
    table.add_row(
        &exactness_row(
            &workload,
            log.bytes,
            &over,
            &under,
            Quantity::LineTimeRatio,
            ExpectedFigure::AtMost(SPILL),
        ),
        figures,
    );
    Ok(())
}

fn exactness_row<'a>(
    workload: &'a str,
    rows: u64,
    over: &'a str,
    under: &'a str,
    quantity: Quantity,
    wanted: ExpectedFigure,
) -> BenchRow<'a> {
    BenchRow { workload, rows, build: "", over, under, quantity, wanted: Some(wanted) }
}

struct RemoveOnDrop(PathBuf);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
