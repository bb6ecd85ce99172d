//! The teacher's tool: submissions measured again from their source, one by one or a class at a
//! time.
//!
//! - `verify`: one submission to a verdict.
//! - `gradebook`: a class of them, several at once.
//! - `synthetic_class`: a generated class, a third of it hostile, with the verdict that each
//!   submission has to get.
//! - `sandbox_entry`: this program started again, to limit itself and become the program of a
//!   submission.

mod gradebook;
mod sandbox_entry;
mod synthetic_class;
mod verify;

use clap::{Parser, Subcommand};
use heaplab_command::exit;
use heaplab_grader_options::{GradebookOptions, VerifyOptions};
use std::process::ExitCode;

/// Measures homework again in a sandbox, and grades a class.
#[derive(Parser)]
#[command(name = "heaplab-grader", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure a submission again from its source, and write verdict.json
    Verify(VerifyOptions),
    /// Grade a class of submissions: gradebook.json, .csv and .html
    Gradebook(GradebookOptions),
    /// Generate a class and grade it, for cargo xtask bench gradebook
    #[command(hide = true)]
    SyntheticClass(synthetic_class::SyntheticClassOptions),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    if let Some(status) = sandbox_entry::run_if_requested() {
        return status;
    }
    exit::finish(match Cli::parse().command {
        Command::Verify(options) => verify::run(&options),
        Command::Gradebook(options) => gradebook::run(&options),
        Command::SyntheticClass(options) => synthetic_class::run(&options),
    })
}
