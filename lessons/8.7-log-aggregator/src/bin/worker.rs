//! A process of the variant `processes`, which `workers.rs` starts as `log-aggregator-worker START
//! END`. It counts a part of the log, its standard input, into the table, its standard output.

use log_aggregator::workers;
use std::process::ExitCode;

fn main() -> ExitCode {
    workers::run_worker()
}
