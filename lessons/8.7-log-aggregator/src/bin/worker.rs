//! A process of the variant `processes`: counts the lines of a part of its standard input, the log,
//! into the table that is its standard output. `log-aggregator-worker START END`; nobody but
//! `workers.rs` calls it.

use log_aggregator::workers;
use std::process::ExitCode;

fn main() -> ExitCode {
    workers::run_worker()
}
