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
mod rounds;
mod table;

use crate::cli::{self, BenchOptions, Suite};
use crate::interrupt;
use crate::publish::store;
use crate::runner::discover;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_report::Words;
use table::BenchTable;

pub(crate) fn run(options: &BenchOptions) -> Result<()> {
    // Wrong use comes before anything is opened.
    match options.suite {
        Suite::Recorder => recorder::check_options(options)?,
        Suite::Logagg => logagg::check_options(options)?,
        Suite::Gradebook => return gradebook::run(options),
    }
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(options.lang));
    let target = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/bench"));
    let staging = store::open_staging(&target, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen for signals")?;
    let mut table = BenchTable::new(Terminal::new(!options.json), &words);
    match options.suite {
        Suite::Recorder => {
            recorder::measure_recorder(options, &workspace, &staging.runs_folder(), &mut table)?
        }
        Suite::Logagg => logagg::measure_logagg(options, &workspace, &staging.runs_folder(), &mut table)?,
        Suite::Gradebook => {}
    }
    table.publish(options, &workspace, staging)
}

/// Whether a program of this name is in PATH.
fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
