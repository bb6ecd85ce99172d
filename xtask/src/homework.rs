//! `cargo xtask homework`: the student's and the teacher's commands of section 8.9.
//!
//! - `new`, `reset`: the student's files. `check`, `hint`, `report`: what they measure.
//! - `harness`: builds and measures the student's code for these commands.
//! - `verify` and `gradebook` are commands of heaplab-grader, which is built and started for them.

mod check;
mod harness;
mod hint;
mod homework_folder;
mod new;
mod report;
mod reset;

use crate::runner::grader;
use anyhow::Result;
use clap::{Args, Subcommand};
use heaplab_command::grader_options::{GradebookOptions, VerifyOptions};

#[derive(Args)]
pub(crate) struct HomeworkOptions {
    #[command(subcommand)]
    command: HomeworkCommand,
}

#[derive(Subcommand)]
enum HomeworkCommand {
    /// Begin: copies the starting point to lessons/8.9-homework/src/student/, never over existing
    /// work
    #[command(after_help = "Example: cargo xtask homework new --id s123 --name \"Li Lei\"")]
    New(new::NewOptions),
    /// Build and measure: one line a task; the exit status is 1 while a required task has points to
    /// gain
    #[command(
        after_help = "Examples:\n  cargo xtask homework check\n  cargo xtask homework check --watch\n  \
        cargo xtask homework check --json"
    )]
    Check(check::CheckOptions),
    /// One hint for a task, from what was measured last
    #[command(after_help = "Example: cargo xtask homework hint required.generator")]
    Hint(hint::HintOptions),
    /// Measure, and write what is handed in to reports/homework/ID/; nothing is pushed
    #[command(
        after_help = "Examples:\n  cargo xtask homework report\n  cargo xtask homework report --lang zh"
    )]
    Report(report::ReportOptions),
    /// Put the starting point back; your work goes to a backup beside it
    #[command(after_help = "Example: cargo xtask homework reset")]
    Reset(reset::ResetOptions),
    /// Teacher: measure a submission again from its source, behind fences, and write verdict.json
    #[command(after_help = "Examples:\n  cargo xtask homework verify reports/homework/s123\n  \
        cargo xtask homework verify submission.zip --strict --out verdicts/s123\n\n\
        Exit status: 0 there is a verdict, 1 it is not pass (with --strict), 3 this kernel lacks a fence.")]
    Verify(VerifyOptions),
    /// Teacher: grade a class of submissions: gradebook.json, .csv and .html
    #[command(after_help = "Examples:\n  cargo xtask homework gradebook submissions/\n  \
        cargo xtask homework gradebook submissions/ --deadline 2026-12-01T00:00:00Z --format gradescope")]
    Gradebook(GradebookOptions),
}

pub(crate) fn run(options: &HomeworkOptions) -> Result<()> {
    match &options.command {
        HomeworkCommand::New(options) => new::run(options),
        HomeworkCommand::Check(options) => check::run(options),
        HomeworkCommand::Hint(options) => hint::run(options),
        HomeworkCommand::Report(options) => report::run(options),
        HomeworkCommand::Reset(options) => reset::run(options),
        HomeworkCommand::Verify(_) | HomeworkCommand::Gradebook(_) => grader::become_grader(),
    }
}
