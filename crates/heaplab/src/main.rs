//! The program `heaplab`.

use anyhow::Result;
use clap::Parser as _;
use heaplab::cli::{Cli, Command};
use heaplab::commands;
use heaplab::setting::Setting;
use heaplab_command::exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::finish(run(&Cli::parse().command))
}

fn run(command: &Command) -> Result<()> {
    let setting = Setting::for_installed_tool()?;
    match command {
        Command::Run(options) => commands::run::run(options, &setting),
        #[cfg(feature = "live")]
        Command::Live(options) => heaplab::live::run_live(options, &setting),
        Command::Report(options) => commands::report::run(options, &setting),
        Command::Export(options) => commands::export::run(options, &setting),
        Command::Doctor => commands::doctor::run(&setting),
        Command::Completions(options) => {
            commands::completions::run(options);
            Ok(())
        }
        Command::Diff(options) => commands::diff::run(&options.pair, options.out.as_deref(), &setting),
    }
}
