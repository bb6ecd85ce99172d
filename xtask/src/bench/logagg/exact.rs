//! Peak memory, and whether every key's count is the oracle's; of a log whose tables spill also what a line takes.

use super::logs::Log;
use super::side::{Input, Said, Side};
use super::{Ask, MOST_ROUNDS, PEAK, Row, SPILL, Table, or_reason, turns, workload};
use crate::bench::process;
use anyhow::{Context as _, Result};
use heaplab_record::{Quantity, Wanted};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Two threads, as it is called by default on two processors.
const SIDE: Side = Side::Logagg(Input::Fastest, 2);

/// What `logagg check` says.
#[derive(Deserialize)]
struct Checked {
    pv: u64,
    uv: u64,
    differing: u64,
    top: Vec<super::side::Ranked>,
}

/// Measures a log and lets it go. What kept it from being made is a line of the table.
pub(super) fn of(
    ask: &Ask<'_>,
    log: Result<Log>,
    part: &str,
    bytes: u64,
    table: &mut Table<'_>,
) -> Result<()> {
    match or_reason(log)? {
        Ok(log) => {
            measure(ask, &log, table)?;
            if part == "spill" { spill(ask, &log, table) } else { Ok(()) }
        }
        Err(why) => {
            let over = SIDE.name();
            let row = row(part, bytes, &over, "", Quantity::PeakBytes, Wanted::Below(PEAK));
            table.row(&row, Err(why));
            Ok(())
        }
    }
}

/// Peak and counts.
pub(super) fn measure(ask: &Ask<'_>, log: &Log, table: &mut Table<'_>) -> Result<()> {
    let (workload, over) = (workload(log, table), SIDE.name());
    table.screen.doing(&format!("{over}: {workload}"));
    let peaks = or_reason(peaks(ask, log))?;
    let row_of = |quantity, wanted| row(&workload, log.bytes, &over, "", quantity, wanted);
    table.row(&row_of(Quantity::PeakBytes, Wanted::Below(PEAK)), peaks);
    table.screen.doing(&format!("{over}: {workload}, oracle"));
    let differing = or_reason(differing(ask, log))?;
    table.row(&row_of(Quantity::KeysThatDiffer, Wanted::AtMost(0.0)), differing);
    Ok(())
}

fn peaks(ask: &Ask<'_>, log: &Log) -> Result<Vec<f64>> {
    // No run to warm up: what came of the first counts as well.
    let runs = 0..ask.rounds.min(MOST_ROUNDS);
    let peak =
        |said: Said| said.peak_rss_bytes.map(|bytes| bytes as f64).context("peak RSS is not measured here");
    runs.map(|_| ask.programs.run(SIDE, &log.path, &[]).and_then(peak)).collect()
}

/// Keys whose counts in logagg's partial result are not the oracle's. PV, UV and top of its report must be, too.
fn differing(ask: &Ask<'_>, log: &Log) -> Result<Vec<f64>> {
    let partial = Removed(log.path.with_extension("bin"));
    let place = partial.0.display().to_string();
    let said = ask.programs.run(SIDE, &log.path, &["--partial", &place])?;
    let mut command = Command::new(&ask.programs.logagg);
    command.arg("check").arg(&log.path).arg(&partial.0);
    let ended = process::run(command, &ask.programs.folder, "logagg check", Duration::from_millis(5))?;
    let found: Checked =
        serde_json::from_str(ended.stdout.trim()).context("logagg check printed no result")?;
    let (pv, uv) = (said.pv.abs_diff(found.pv), said.uv.abs_diff(found.uv));
    anyhow::ensure!((pv, uv) == (0, 0), "the oracle's PV is {}, its UV {}", found.pv, found.uv);
    let counts = Said { pv: found.pv, uv: found.uv, top: found.top, ..Said::default() };
    anyhow::ensure!(said.same_counts(&counts), "the oracle ranks other keys");
    Ok(vec![found.differing as f64])
}

/// A line of a log whose tables spill, beside a line of the usual log.
fn spill(ask: &Ask<'_>, log: &Log, table: &mut Table<'_>) -> Result<()> {
    let over = SIDE.name();
    let run = |log: &&Log| ask.programs.run(SIDE, &log.path, &[]);
    let rounds = or_reason(turns(ask.rounds.min(MOST_ROUNDS), &[log, ask.main], run))?;
    let a_line = |said: &Said, log: &Log| said.took_ns as f64 / log.lines as f64;
    let ratio = |round: &Vec<Said>| a_line(&round[0], log) / a_line(&round[1], ask.main);
    let figures = rounds.map(|rounds| rounds.iter().map(ratio).collect());
    let under = workload(ask.main, table);
    let workload = workload(log, table);
    table.row(
        &row(&workload, log.bytes, &over, &under, Quantity::LineTimeRatio, Wanted::AtMost(SPILL)),
        figures,
    );
    Ok(())
}

fn row<'a>(
    workload: &'a str,
    rows: u64,
    over: &'a str,
    under: &'a str,
    quantity: Quantity,
    wanted: Wanted,
) -> Row<'a> {
    Row { workload, rows, over, under, quantity, wanted: Some(wanted) }
}

struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
