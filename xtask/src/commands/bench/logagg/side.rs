//! The programs that count (newline scan, logagg, a peer), and one run of them.

use super::peer::{self, Peer};
use crate::commands::bench::process;
use crate::runner::python::Python;
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Short enough for runs of half a second.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// How logagg and the scan read their input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Pread,
    Mmap,
    /// logagg's default.
    Fastest,
}

/// A program with the way it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Scan(Input, u32),
    Logagg(Input, u32),
    Peer(Peer),
}

impl Input {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Input::Pread => "pread",
            Input::Mmap => "mmap",
            Input::Fastest => "fastest",
        }
    }
}

impl Side {
    /// The name in the table.
    pub(super) fn name(self) -> String {
        match self {
            Side::Scan(input, threads) => format!("scan {} ×{threads}", input.name()),
            Side::Logagg(Input::Fastest, threads) => format!("logagg ×{threads}"),
            Side::Logagg(input, threads) => format!("logagg {} ×{threads}", input.name()),
            Side::Peer(peer) => peer.name().to_owned(),
        }
    }
}

/// The output of a run. A scan has no keys.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct AggregatorOutput {
    #[serde(default)]
    pub(super) pv: u64,
    #[serde(default)]
    pub(super) uv: u64,
    #[serde(default)]
    pub(super) top: Vec<Ranked>,
    #[serde(default)]
    pub(super) peak_rss_bytes: Option<u64>,
    #[serde(default)]
    pub(super) wall_ns: Option<u64>,
    /// The time that counts: of the whole process, or for Python of what follows its imports, which
    /// favours it.
    #[serde(default)]
    pub(super) took_ns: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Ranked {
    key: String,
    count: u64,
}

impl AggregatorOutput {
    /// Whether both counted the same. A peer may name fewer of the top keys.
    pub(super) fn has_same_counts(&self, peer: &AggregatorOutput) -> bool {
        let top = peer.top.len().min(self.top.len());
        (self.pv, self.uv) == (peer.pv, peer.uv) && top > 0 && self.top[..top] == peer.top[..top]
    }
}

/// The programs, and a folder for their output.
pub(super) struct AggregatorPrograms {
    pub(super) logagg: PathBuf,
    pub(super) python: Result<Python, String>,
    pub(super) scripts: PathBuf,
    pub(super) folder: PathBuf,
}

impl AggregatorPrograms {
    pub(super) fn run_side(&self, side: Side, log: &Path, more: &[&str]) -> Result<AggregatorOutput> {
        let logagg = |words: &[&str], input: Input, threads: u32| {
            let mut command = Command::new(&self.logagg);
            command.args(words).args(["--quiet", "--threads", &threads.to_string(), "--input", input.name()]);
            command
        };
        let (mut command, what) = match side {
            Side::Scan(input, threads) => (logagg(&["scan"], input, threads), "the newline scan"),
            Side::Logagg(input, threads) => (logagg(&["--json"], input, threads), "logagg"),
            Side::Peer(peer) => {
                let words = peer::command_words(peer, self)?;
                let mut command = Command::new(&words[0]);
                command.args(&words[1..]).env("LC_ALL", "C");
                (command, peer.name())
            }
        };
        command.args(more).arg(log);
        let ended = process::run_process(command, &self.folder, what, LOOK_EVERY)?;
        let said: AggregatorOutput = ended
            .stdout
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .with_context(|| format!("{what} printed no result"))?;
        let took_ns = match side {
            Side::Peer(_) => said.wall_ns.unwrap_or(ended.process_ns),
            _ => ended.process_ns,
        };
        Ok(AggregatorOutput { took_ns, ..said })
    }
}
