//! A process of the variant `processes`: counts the lines of a part of the log into the table that is its standard input.
//! `log-aggregator-worker FILE START END`; nobody but `workers.rs` calls it.

use log_aggregator::workers;
use std::process::ExitCode;

fn main() -> ExitCode {
    workers::work()
}
