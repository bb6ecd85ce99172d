//! The program `heaplab`.

use clap::Parser as _;
use heaplab::cli::Cli;
use heaplab_command::exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::finish(match Cli::parse().command {})
}
