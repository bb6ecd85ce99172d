//! `cargo xtask bench logagg`: the log aggregator beside a newline scan, beside its peers, and against an oracle.
//!
//! - `side`: who counts, and one run. - `peer`: what else counts logs. - `logs`: what is counted. - `speed`: one log, every way to read
//!   it. - `exact`: peak memory and every key's count.

mod exact;
mod logs;
mod peer;
mod side;
mod speed;

use super::table::{Row, Table};
use super::turns::{or_reason, turns};
use crate::cli::BenchOptions;
use crate::discover::Workspace;
use crate::stop::Stop;
use crate::{build, python};
use anyhow::{Context as _, Result};
use heaplab_record::{Quantity, Wanted};
use heaplab_report::format;
use logs::{Log, Recipe};
use peer::Peer;
use side::{Input, Programs, Said, Side};
use std::path::Path;

const PACKAGE: &str = "heaplab-logagg";
/// The log that fits into the page cache of most machines.
const BYTES: u64 = 4_000_000_000;
/// Peers and spilling runs take seconds.
const MOST_ROUNDS: u32 = 2;
/// The suite's promise, in bytes.
const PEAK: f64 = 100_000_000.0;

const PEERS: [Peer; 5] = [Peer::DuckDb, Peer::Polars, Peer::Gawk, Peer::Mawk, Peer::Lecture];
/// What `--only` takes besides peers.
const PARTS: [&str; 6] = ["scan", "input", "threads", "long-line", "spill", "lecture-size"];
/// Lines that spilling may take as long as one that does not.
const SPILL: f64 = 4.0;

/// Whether the options make sense.
pub(super) fn check(options: &BenchOptions) -> Result<(), Stop> {
    let known: Vec<&str> = PARTS.into_iter().chain(PEERS.map(Peer::name)).collect();
    if let Some(unknown) = options.only.iter().find(|name| !known.contains(&name.as_str())) {
        let known = known.join(", ");
        return Err(Stop::WrongUse(format!("`{unknown}` is nothing to compare; there are {known}")));
    }
    if options.rows.is_some() {
        return Err(Stop::WrongUse("--rows is for `bench recorder`; `bench logagg` takes --bytes".into()));
    }
    const LEAST: u64 = 4_000_000;
    if options.bytes.is_some_and(|bytes| bytes < LEAST) {
        return Err(Stop::WrongUse(format!("--bytes is at least {LEAST}: parts of it have to be logs, too")));
    }
    Ok(())
}

/// Measures what was asked for, or all.
pub(super) fn measure(
    options: &BenchOptions,
    workspace: &Workspace,
    folder: &Path,
    table: &mut Table<'_>,
) -> Result<()> {
    let mut binaries = build::binaries(workspace, &[PACKAGE], &[])?;
    let programs = Programs {
        logagg: binaries.remove("logagg").context("cargo built no `logagg`")?,
        python: python::find(),
        scripts: workspace.root.join("xtask/src/bench/logagg"),
        folder: folder.to_owned(),
    };
    let wants = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let bytes = options.bytes.unwrap_or(BYTES);
    let main = logs::ready(Recipe::usual(bytes), true, &programs, table)?;
    table.begin();
    let ask = Ask { programs: &programs, main: &main, rounds: options.pairs };
    speed::measure(&ask, &wants, table)?;
    for peer in PEERS.into_iter().filter(|peer| wants(peer.name())) {
        beside(peer, &ask, bytes, table)?;
    }
    if wants("threads") {
        exact::measure(&ask, &main, table)?;
    }
    // One after the other: each needs much of disk and page cache, and goes when it has been measured.
    if wants("long-line") {
        let log = logs::long_line(bytes / 2, &programs);
        exact::of(&ask, log, "long-line", bytes / 2, table)?;
    }
    let others = [("spill", Recipe::many(bytes)), ("lecture-size", Recipe::lecture(bytes))];
    for (part, recipe) in others.into_iter().filter(|(part, _)| wants(part)) {
        let log = logs::ready(recipe, false, &programs, table);
        exact::of(&ask, log, part, recipe.bytes, table)?;
    }
    let kept = format::bytes(logs::kept_bytes(&programs));
    let place = logs::folder(&programs).display().to_string();
    table.remark(table.words.get("bench-oracle"));
    table.remark(table.words.say("bench-kept-log", &[("bytes", &kept), ("place", &place)]));
    Ok(())
}

/// What every part works with.
struct Ask<'a> {
    programs: &'a Programs,
    /// The log of the usual size.
    main: &'a Log,
    rounds: u32,
}

/// What a log is called in the table.
fn workload(log: &Log, table: &Table<'_>) -> String {
    addresses(log.addresses, table)
}

fn addresses(count: u64, table: &Table<'_>) -> String {
    table.words.say("bench-addresses", &[("count", &format::scale(count))])
}

/// A peer and logagg in turns, each on a log that suits it; their counts of one log must be the same.
fn beside(peer: Peer, ask: &Ask<'_>, bytes: u64, table: &mut Table<'_>) -> Result<()> {
    let (programs, recipe) = (ask.programs, peer.recipe(bytes));
    let own = Side::Logagg(Input::Fastest, 2);
    let own_name = own.name();
    table.screen.doing(&format!("{} / {own_name}", peer.name()));
    let measured = match peer::lacking(peer, programs, table.words) {
        Some(why) => Err(why),
        None => or_reason(figures(peer, own, ask, recipe, table))?,
    };
    let is_measured = measured.is_ok();
    let row = Row {
        workload: &addresses(recipe.addresses, table),
        rows: recipe.bytes,
        over: peer.name(),
        under: &own_name,
        quantity: Quantity::ByteTimeRatio,
        wanted: Some(Wanted::AtLeast(peer.wanted())),
    };
    table.row(&row, measured);
    if is_measured {
        table.command(peer.name(), peer::shown(peer));
    }
    Ok(())
}

fn figures(peer: Peer, own: Side, ask: &Ask<'_>, recipe: Recipe, table: &Table<'_>) -> Result<Vec<f64>> {
    let log = &logs::ready(recipe, true, ask.programs, table)?;
    let expected = ask.programs.run(own, &log.path, &[])?;
    let run = |side: &Side| match side {
        Side::Peer(_) => ask.programs.run(*side, &log.path, &[]),
        _ => ask.programs.run(*side, &ask.main.path, &[]),
    };
    let rounds = turns(ask.rounds.min(MOST_ROUNDS), &[Side::Peer(peer), own], run)?;
    let a_byte = |said: &Said, log: &Log| said.took_ns as f64 / log.bytes as f64;
    rounds
        .iter()
        .map(|round| {
            let (peers, name) = (&round[0], peer.name());
            anyhow::ensure!(
                expected.same_counts(peers),
                "{name} counted otherwise: PV {}, UV {}",
                peers.pv,
                peers.uv
            );
            Ok(a_byte(peers, log) / a_byte(&round[1], ask.main))
        })
        .collect()
}
