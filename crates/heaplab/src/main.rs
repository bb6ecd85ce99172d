//! The program `heaplab`.

use anyhow::{Context as _, Result};
use clap::Parser as _;
use heaplab::cli::{Cli, Command};
use heaplab::commands;
use heaplab::recorder_library;
use heaplab::setting::Setting;
use heaplab_command::exit;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::finish(run(&Cli::parse().command))
}

fn run(command: &Command) -> Result<()> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let setting = Setting {
        reports: here.join("heaplab-report"),
        workspace: find_workspace(&here.canonicalize().unwrap_or(here.clone())),
        recorder_library: &|| Ok(recorder_library::unpack_library()?),
    };
    match command {
        Command::Run(options) => commands::run::run(options, &setting),
        #[cfg(feature = "live")]
        Command::Live(options) => heaplab::live::run_live(options, &setting),
        Command::Diff(options) => commands::diff::run(&options.pair, options.out.as_deref(), &setting),
    }
}

/// The folder from which a report names source files: the nearest one around the current folder that
/// is a repository or a Rust workspace, else the current folder.
fn find_workspace(here: &Path) -> PathBuf {
    let is_root = |folder: &&Path| folder.join(".git").exists() || folder.join("Cargo.lock").exists();
    here.ancestors().find(is_root).unwrap_or(here).to_owned()
}
