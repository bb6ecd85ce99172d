//! `cargo xtask bench`: compares heaplab with its peers and with itself, in alternating runs, as
//! ratios. One folder per suite:
//!
//! - `recorder`: the heap probe beside dhat, heaptrack, mod-alloc and heapscope.
//! - `logagg`: the log aggregator beside a newline scan, DuckDB, polars, gawk, mawk and the
//!   lecture's Python.
//! - `programs`: programs that nobody built for heaplab, beside heaptrack and memray.
//! - `gradebook`: a synthetic class, a third of it hostile; counts instead of ratios.
//!
//! They share `rounds` (the order of runs), `process` (one run) and `table` (rows as they are
//! measured, and the files at the end).

mod gradebook;
mod logagg;
mod process;
mod programs;
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
    // Wrong options are refused before anything is opened.
    match options.suite {
        Suite::Recorder => recorder::check_options(options)?,
        Suite::Logagg => logagg::check_options(options)?,
        Suite::Programs => programs::check_options(options)?,
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
        Suite::Programs => {
            programs::measure_programs(options, &workspace, &staging.runs_folder(), &mut table)?
        }
        Suite::Gradebook => {}
    }
    table.publish(options, &workspace, staging)
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
