//! `cargo xtask bench`: heaplab beside its peers and beside itself, in turns, as ratios. A suite a room:
//!
//! - `recorder`: the heap probe beside dhat, heaptrack and mod-alloc. - `logagg`: the log aggregator beside a newline scan, DuckDB,
//!   polars, gawk, mawk and the lecture's Python. - `gradebook`: a class that is made, a third of it hostile; no ratio, a suite
//!   of its own.
//!
//! They share `turns` (who runs when), `process` (one run) and `table` (rows as they are measured, and the files at the end).

mod gradebook;
mod logagg;
mod process;
mod recorder;
mod table;
mod turns;

use crate::cli::{self, BenchOptions, Suite};
use crate::screen::Screen;
use crate::{discover, interrupt, store};
use anyhow::{Context as _, Result};
use heaplab_report::Words;
use table::Table;

pub(crate) fn run(options: &BenchOptions) -> Result<()> {
    // Wrong use comes before anything is opened.
    match options.suite {
        Suite::Recorder => recorder::check(options)?,
        Suite::Logagg => logagg::check(options)?,
        Suite::Gradebook => return gradebook::run(options),
    }
    let workspace = discover::workspace()?;
    let words = Words::new(cli::language(options.lang));
    let target = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/bench"));
    let staging = store::open(&target, options.out.is_some())?;
    interrupt::listen().context("cannot listen for signals")?;
    let mut table = Table::new(Screen::new(!options.json), &words);
    match options.suite {
        Suite::Recorder => recorder::measure(options, &workspace, &staging.runs(), &mut table)?,
        Suite::Logagg => logagg::measure(options, &workspace, &staging.runs(), &mut table)?,
        Suite::Gradebook => {}
    }
    table.publish(options, &workspace, staging)
}

/// Whether a program of this name is in PATH.
fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
