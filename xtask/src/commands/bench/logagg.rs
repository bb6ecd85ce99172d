//! `cargo xtask bench logagg`: the log aggregator beside a newline scan and beside its peers, and
//! its counts against an oracle.
//!
//! - `side`: who counts, and one run.
//! - `peer`: the other programs that count logs.
//! - `logs`: the input.
//! - `speed`: one log, read in every way.
//! - `exact`: peak memory and the count of every key.

mod exact;
mod logs;
mod peer;
mod side;
mod speed;

use super::rounds::{reason_unless_interrupted, run_in_rounds};
use super::table::{BenchRow, BenchTable};
use crate::cli::BenchOptions;
use crate::exit::ExitReason;
use crate::runner::build;
use crate::runner::discover::Workspace;
use crate::runner::python;
use anyhow::{Context as _, Result};
use heaplab_record::{ExpectedFigure, Quantity};
use heaplab_report::format;
use logs::{Log, Recipe};
use peer::Peer;
use side::{AggregatorOutput, AggregatorPrograms, Input, Side};
use std::path::Path;

const PACKAGE: &str = "heaplab-logagg";
/// A log that fits into the page cache of most machines.
const BYTES: u64 = 4_000_000_000;
/// Peers and spilling runs take seconds each, so they run this often at most.
const MOST_ROUNDS: u32 = 2;
/// The peak that the suite promises, in bytes.
const PEAK: f64 = 100_000_000.0;

const PEERS: [Peer; 5] = [Peer::DuckDb, Peer::Polars, Peer::Gawk, Peer::Mawk, Peer::Lecture];
/// The names that `--only` accepts besides peers.
const PARTS: [&str; 6] = ["scan", "input", "threads", "long-line", "spill", "lecture-size"];
/// A spilling run may take at most this many times the time per line of one that does not spill.
const SPILL: f64 = 4.0;

pub(super) fn check_options(options: &BenchOptions) -> Result<(), ExitReason> {
    let known: Vec<&str> = PARTS.into_iter().chain(PEERS.map(Peer::name)).collect();
    if let Some(unknown) = options.only.iter().find(|name| !known.contains(&name.as_str())) {
        let known = known.join(", ");
        return Err(ExitReason::UsageError(format!("`{unknown}` is nothing to compare; there are {known}")));
    }
    if options.rows.is_some() {
        return Err(ExitReason::UsageError(
            "--rows is for `bench recorder`; `bench logagg` takes --bytes".into(),
        ));
    }
    const LEAST: u64 = 4_000_000;
    if options.bytes.is_some_and(|bytes| bytes < LEAST) {
        return Err(ExitReason::UsageError(format!(
            "--bytes is at least {LEAST}: parts of it have to be logs, too"
        )));
    }
    Ok(())
}

/// Measures the selected parts, or all of them.
pub(super) fn measure_logagg(
    options: &BenchOptions,
    workspace: &Workspace,
    folder: &Path,
    table: &mut BenchTable<'_>,
) -> Result<()> {
    let mut binaries = build::build_binaries(workspace, &[PACKAGE], &[])?;
    let programs = AggregatorPrograms {
        logagg: binaries.remove("logagg").context("cargo built no `logagg`")?,
        python: python::find_python(),
        scripts: workspace.root.join("xtask/src/commands/bench/logagg"),
        folder: folder.to_owned(),
    };
    let wants = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let bytes = options.bytes.unwrap_or(BYTES);
    let main = logs::prepare_log(Recipe::standard(bytes), true, &programs, table)?;
    table.print_header();
    let ask = RunContext { programs: &programs, main: &main, rounds: options.pairs };
    speed::measure_speed(&ask, &wants, table)?;
    for peer in PEERS.into_iter().filter(|peer| wants(peer.name())) {
        compare_with_peer(peer, &ask, bytes, table)?;
    }
    if wants("threads") {
        exact::measure_exactness(&ask, &main, table)?;
    }
    // One log after the other, each removed after its run: they need much disk and page cache.
    if wants("long-line") {
        let log = logs::generate_long_line(bytes / 2, &programs);
        exact::check_log(&ask, log, "long-line", bytes / 2, table)?;
    }
    let others = [("spill", Recipe::many_addresses(bytes)), ("lecture-size", Recipe::lecture(bytes))];
    for (part, recipe) in others.into_iter().filter(|(part, _)| wants(part)) {
        let log = logs::prepare_log(recipe, false, &programs, table);
        exact::check_log(&ask, log, part, recipe.bytes, table)?;
    }
    let kept = format::bytes(logs::stored_bytes(&programs));
    let place = logs::log_folder(&programs).display().to_string();
    table.add_remark(table.words.get("bench-oracle"));
    table.add_remark(table.words.say("bench-kept-log", &[("bytes", &kept), ("place", &place)]));
    Ok(())
}

/// What every part of the suite needs.
struct RunContext<'a> {
    programs: &'a AggregatorPrograms,
    /// The log of the standard size.
    main: &'a Log,
    rounds: u32,
}

/// The label of a log in the table.
fn log_label(log: &Log, table: &BenchTable<'_>) -> String {
    addresses_label(log.addresses, table)
}

fn addresses_label(count: u64, table: &BenchTable<'_>) -> String {
    table.words.say("bench-addresses", &[("count", &format::scale(count))])
}

/// Runs a peer and logagg in turns, each on a log of a suitable size. Their counts of the same log
/// must be equal.
fn compare_with_peer(peer: Peer, ask: &RunContext<'_>, bytes: u64, table: &mut BenchTable<'_>) -> Result<()> {
    let (programs, recipe) = (ask.programs, peer.recipe(bytes));
    let own = Side::Logagg(Input::Fastest, 2);
    let own_name = own.name();
    table.screen.set_activity(&format!("{} / {own_name}", peer.name()));
    let measured = match peer::missing_reason(peer, programs, table.words) {
        Some(why) => Err(why),
        None => reason_unless_interrupted(measure_figures(peer, own, ask, recipe, table))?,
    };
    let is_measured = measured.is_ok();
    let row = BenchRow {
        build: "",
        workload: &addresses_label(recipe.addresses, table),
        rows: recipe.bytes,
        over: peer.name(),
        under: &own_name,
        quantity: Quantity::ByteTimeRatio,
        wanted: Some(ExpectedFigure::AtLeast(peer.wanted_ratio())),
    };
    table.add_row(&row, measured);
    if is_measured {
        table.add_command(peer.name(), peer::command_text(peer));
    }
    Ok(())
}

fn measure_figures(
    peer: Peer,
    own: Side,
    ask: &RunContext<'_>,
    recipe: Recipe,
    table: &BenchTable<'_>,
) -> Result<Vec<f64>> {
    let log = &logs::prepare_log(recipe, true, ask.programs, table)?;
    let expected = ask.programs.run_side(own, &log.path, &[])?;
    let run = |side: &Side| match side {
        Side::Peer(_) => ask.programs.run_side(*side, &log.path, &[]),
        _ => ask.programs.run_side(*side, &ask.main.path, &[]),
    };
    let rounds = run_in_rounds(ask.rounds.min(MOST_ROUNDS), &[Side::Peer(peer), own], run)?;
    let a_byte = |said: &AggregatorOutput, log: &Log| said.took_ns as f64 / log.bytes as f64;
    rounds
        .iter()
        .map(|round| {
            let (peers, name) = (&round[0], peer.name());
            anyhow::ensure!(
                expected.has_same_counts(peers),
                "{name} counted otherwise: PV {}, UV {}",
                peers.pv,
                peers.uv
            );
            Ok(a_byte(peers, log) / a_byte(&round[1], ask.main))
        })
        .collect()
}
