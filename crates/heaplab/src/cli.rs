//! What can be typed after `heaplab`. No work happens here.

use crate::limit::{self, Limit};
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
    /// Watch what a program holds while it runs: the curve, the top lines, what grew since a mark
    #[cfg(feature = "live")]
    #[command(after_help = crate::live::HELP)]
    Live(crate::live::LiveOptions),
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
    /// Record the processes that the program starts as well; this is the default
    #[arg(long, overrides_with = "no_follow")]
    pub follow: bool,
    /// Record the program's first process alone
    #[arg(long)]
    pub no_follow: bool,
    /// Exit with 1 where a figure is above its limit, and name the lines with the most: peak=200MB or end=1MB, of the process
    /// that has the most; total=2GB or blocks=1M, of all processes together. May be given several times
    #[arg(long, value_name = "FIGURE=LIMIT", value_parser = limit::parse_limit, conflicts_with = "cpu")]
    pub fail_above: Vec<Limit>,
    /// Keep the recordings in the report's folder, as recordings/PROGRAM.raw, for `heaplab report` and `export`
    #[arg(long, conflicts_with = "cpu")]
    pub keep: bool,
}

impl RunOptions {
    /// A run without the options that `cargo xtask profile` does not have.
    pub fn plain(program: ProgramOptions, out: Option<PathBuf>) -> RunOptions {
        RunOptions { program, out, follow: true, no_follow: false, fail_above: Vec::new(), keep: false }
    }
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
    #[arg(long, conflicts_with = "by")]
    pub cpu: bool,
    /// The program and what it is called with, behind `--`
    #[arg(last = true, required = true, num_args = 1.., value_name = "PROGRAM")]
    pub command: Vec<OsString>,
    /// End the program after this time, and report what it did until then [default: never]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub timeout: Option<Duration>,
    /// What is printed, and in which language.
    #[command(flatten)]
    pub output: OutputOptions,
}

/// What is printed, and in which language.
#[derive(Args, Clone)]
pub struct OutputOptions {
    /// The language of table, pictures and page [default: by LANG]
    #[arg(long, value_enum)]
    pub lang: Option<LangChoice>,
    /// Print report.json on standard output instead of the table; what the program prints goes to standard error
    #[arg(long)]
    pub json: bool,
    /// Print neither the table nor where the report is
    #[arg(short, long, conflicts_with = "json")]
    pub quiet: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub open: bool,
    /// What a row of the table is: a line with all stacks that lead to it, or one call stack
    #[arg(long, value_enum, default_value_t = RowChoice::Line)]
    pub by: RowChoice,
}

impl OutputOptions {
    /// Whether standard output shows the table.
    pub(crate) fn prints_results(&self) -> bool {
        !self.json && !self.quiet
    }
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
