//! `logagg` counts web server logs. See `logagg --help` for examples and README.md for the details.

mod cli;
mod commands;
mod signals;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        None => commands::count(&cli.count),
        Some(Command::Merge(merge)) => commands::merge(&merge),
        Some(Command::Generate(generate)) => commands::generate(&generate),
        Some(Command::Worker) => commands::run_worker(),
        Some(Command::Scan(scan)) => commands::scan(&scan),
        Some(Command::Check { log, partial }) => commands::check(&log, &partial),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("logagg: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
