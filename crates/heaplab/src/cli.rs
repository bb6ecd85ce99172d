//! What can be typed after `heaplab`. No work happens here.

use clap::{Args, Parser, Subcommand, ValueEnum};
use heaplab_command::language::LangChoice;
use heaplab_report::SiteGrouping;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// A heap profiler for any dynamically linked program, CPython and Rust included
#[derive(Parser)]
#[command(name = "heaplab", version, after_help = STATUS)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const STATUS: &str =
    "Exit status: 0 done, 1 the measurement says no, 2 wrong use, 3 this machine lacks something.";

/// The commands of `heaplab`.
#[derive(Subcommand)]
pub enum Command {
    /// Run a program under the recorder, and make the report of its allocations
    #[command(
        after_help = "Examples:\n  heaplab run -- ./my-program --its options\n  heaplab run --open -- python3 script.py"
    )]
    Run(RunOptions),
    /// Hold two reports or profiles against each other: flamegraphs both ways, one sentence a changed site
    #[command(after_help = "Example: heaplab diff heaplab-report/before heaplab-report/after")]
    Diff(DiffOptions),
}

/// Options of `heaplab run`.
#[derive(Args)]
pub struct RunOptions {
    /// Which program is run, and what its report looks like.
    #[command(flatten)]
    pub program: ProgramOptions,
    /// Write the report to this folder itself [default: heaplab-report/PROGRAM]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Options of `heaplab diff`.
#[derive(Args)]
pub struct DiffOptions {
    /// What is compared.
    #[command(flatten)]
    pub pair: DiffPair,
    /// Write the comparison to this folder itself [default: heaplab-report/diff]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Which program is run, and what its report looks like.
#[derive(Args, Clone)]
pub struct ProgramOptions {
    /// Where it spends its instructions, by function and line, instead of what it allocates; any program will do
    #[arg(long)]
    pub cpu: bool,
    /// The program and what it is called with, behind `--`
    #[arg(last = true, required = true, num_args = 1.., value_name = "PROGRAM")]
    pub command: Vec<OsString>,
    /// The language of table, pictures and page [default: by LANG]
    #[arg(long, value_enum)]
    pub lang: Option<LangChoice>,
    /// Print report.json on standard output instead of the table; what the program prints goes to standard error
    #[arg(long)]
    pub json: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub open: bool,
    /// What a row of the table is: a line with all stacks that lead to it, or one call stack
    #[arg(long, value_enum, default_value_t = RowChoice::Line, conflicts_with = "cpu")]
    pub by: RowChoice,
    /// End the program after this time, and report what it did until then [default: never]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub timeout: Option<Duration>,
}

/// What a row of the table is.
#[derive(Clone, Copy, ValueEnum)]
pub enum RowChoice {
    /// A line with all stacks that lead to it
    Line,
    /// One call stack
    Stack,
}

impl From<RowChoice> for SiteGrouping {
    fn from(choice: RowChoice) -> SiteGrouping {
        match choice {
            RowChoice::Line => SiteGrouping::Line,
            RowChoice::Stack => SiteGrouping::Stack,
        }
    }
}

/// What is compared.
#[derive(Args, Clone)]
pub struct DiffPair {
    /// What it was before
    pub old: PathBuf,
    /// What it is now
    pub new: PathBuf,
    /// The language of sentences and pictures [default: by LANG]
    #[arg(long, value_enum)]
    pub lang: Option<LangChoice>,
    /// Print diff.json on standard output instead of the sentences
    #[arg(long)]
    pub json: bool,
}
