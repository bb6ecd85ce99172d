//! The options of `cargo xtask homework`.

use super::LangChoice;
use clap::{Args, Subcommand};
use heaplab_grader_options::{GradebookOptions, VerifyOptions};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct HomeworkOptions {
    #[command(subcommand)]
    pub(crate) command: HomeworkCommand,
}

#[derive(Subcommand)]
pub(crate) enum HomeworkCommand {
    /// Begin: copies the starting point to lessons/8.9-homework/src/student/, never over existing
    /// work
    #[command(after_help = "Example: cargo xtask homework new --id s123 --name \"Li Lei\"")]
    New(NewOptions),
    /// Build and measure: one line a task; the exit status is 1 while a required task has points to
    /// gain
    #[command(
        after_help = "Examples:\n  cargo xtask homework check\n  cargo xtask homework check --watch\n  \
        cargo xtask homework check --json"
    )]
    Check(CheckOptions),
    /// One hint for a task, from what was measured last
    #[command(after_help = "Example: cargo xtask homework hint required.generator")]
    Hint(HintOptions),
    /// Measure, and write what is handed in to reports/homework/ID/; nothing is pushed
    #[command(
        after_help = "Examples:\n  cargo xtask homework report\n  cargo xtask homework report --lang zh"
    )]
    Report(ReportOptions),
    /// Put the starting point back; your work goes to a backup beside it
    #[command(after_help = "Example: cargo xtask homework reset")]
    Reset(ResetOptions),
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

#[derive(Args)]
pub(crate) struct NewOptions {
    /// Who hands in, as the course knows it: letters, digits, - and _
    #[arg(long)]
    pub(crate) id: String,
    /// The student's name
    #[arg(long)]
    pub(crate) name: String,
    /// The language of what is said [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct CheckOptions {
    /// Print the figures as JSON on standard output instead of the lines
    #[arg(long)]
    pub(crate) json: bool,
    /// Measure again whenever a file is saved; Ctrl-C ends it
    #[arg(long, conflicts_with = "json")]
    pub(crate) watch: bool,
    /// The language of the lines [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct HintOptions {
    /// required.list, required.generator or optional.aggregate; `required` is the first of them
    /// with points to gain
    pub(crate) task: String,
    /// The language of the hint [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct ReportOptions {
    /// Write to this folder itself [default: reports/homework/ID]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print result.json on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub(crate) open: bool,
    /// The language of page and summary [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct ResetOptions {
    /// The language of what is said [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}
