//! Other programs that count logs: how each is called, and what to say where it is not installed.

use super::logs::Recipe;
use super::side::AggregatorPrograms;
use crate::commands::bench::is_installed;
use anyhow::Result;
use heaplab_report::Words;
use std::ffi::OsString;
use std::process::{Command, Stdio};

/// A program to compare with. DuckDB and polars use two threads; the others can only use one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    DuckDb,
    Polars,
    Gawk,
    Mawk,
    Lecture,
}

impl Peer {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Peer::DuckDb => "duckdb",
            Peer::Polars => "polars",
            Peer::Gawk => "gawk",
            Peer::Mawk => "mawk",
            Peer::Lecture => "python",
        }
    }

    /// How many times faster logagg should be.
    pub(super) const fn wanted_ratio(self) -> f64 {
        match self {
            Peer::DuckDb | Peer::Polars => 5.0,
            Peer::Gawk | Peer::Mawk => 10.0,
            Peer::Lecture => 40.0,
        }
    }

    /// The log for a peer. Slow ones get a smaller log, and bytes per second are compared: awk a
    /// tenth. The lecture's Python gets a quarter with all addresses, 1 GB and a million, as it was
    /// measured first.
    pub(super) fn recipe(self, bytes: u64) -> Recipe {
        match self {
            Peer::DuckDb | Peer::Polars => Recipe::standard(bytes),
            Peer::Gawk | Peer::Mawk => Recipe::standard(bytes / 10),
            Peer::Lecture => Recipe { bytes: bytes / 4, ..Recipe::standard(bytes) },
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Peer::DuckDb => "duckdb_count.py",
            Peer::Polars => "polars_count.py",
            Peer::Gawk | Peer::Mawk => "count.awk",
            Peer::Lecture => "lecture.py",
        }
    }
}

/// Program and arguments, without the log.
pub(super) fn command_words(peer: Peer, programs: &AggregatorPrograms) -> Result<Vec<OsString>> {
    let script = programs.scripts.join(peer.script()).into_os_string();
    Ok(match peer {
        Peer::Gawk | Peer::Mawk => vec![peer.name().into(), "-f".into(), script],
        _ => match &programs.python {
            Ok(python) => vec![python.program.clone().into_os_string(), script],
            Err(why) => anyhow::bail!("{why}"),
        },
    })
}

/// The command as typed in a shell at the workspace's root.
pub(super) fn command_text(peer: Peer) -> String {
    let before = match peer {
        Peer::Gawk | Peer::Mawk => format!("LC_ALL=C {} -f", peer.name()),
        _ => "python3".into(),
    };
    format!("{before} xtask/src/commands/bench/logagg/{} LOG", peer.script())
}

/// The reason why it cannot run here.
pub(super) fn missing_reason(peer: Peer, programs: &AggregatorPrograms, words: &Words) -> Option<String> {
    if matches!(peer, Peer::Gawk | Peer::Mawk) {
        let program = peer.name();
        return (!is_installed(program)).then(|| words.say("bench-no-program", &[("program", program)]));
    }
    let python = match &programs.python {
        Ok(python) => python,
        Err(why) => return Some(words.say("bench-no-python", &[("why", why)])),
    };
    if peer == Peer::Lecture {
        return None;
    }
    let mut command = Command::new(&python.program);
    command.args(["-c", &format!("import {}", peer.name())]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = command.status().is_ok_and(|status| status.success());
    (!is_there).then(|| words.say("bench-no-module", &[("module", peer.name()), ("python", &python.version)]))
}
