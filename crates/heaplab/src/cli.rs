//! What can be typed after `heaplab`. No work happens here.

use crate::limit::{self, Limit};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use heaplab_command::language::LangChoice;
use heaplab_profile::FrameSelection;
use heaplab_profile::formats::FORMATS;
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

const STATUS: &str = "\
    Exit status: 0 done, 1 the measurement says no (a limit is broken, the program failed), 2 wrong use, \
    3 this machine lacks something; 130 and 143 after Ctrl-C and SIGTERM.\n\n\
    Example: heaplab run -- ./my-program --its options";

/// The commands of `heaplab`.
#[derive(Subcommand)]
pub enum Command {
    /// Run a program under the recorder, and make the report of its allocations
    #[command(after_help = RUN_NOTES)]
    Run(RunOptions),
    /// Make the report of recordings that are there, also while their processes still run
    #[command(after_help = "Examples:\n  heaplab report heaplab-report/my-program/recordings\n  \
        heaplab report heap-4711.tables --out then\n\n\
        A folder is taken with all of its recordings (heap-PID.tables, .raw), which make one report.")]
    Report(ReportOptions),
    /// Hold two reports or profiles against each other: flamegraphs both ways, one sentence a changed site
    #[command(after_help = "Examples:\n  heaplab diff heaplab-report/before heaplab-report/after\n  \
        heaplab diff old.dhat.json new.dhat.json --out what-changed\n\n\
        OLD and NEW are a report's folder, a report.json, or a profile: .tables, .raw, .dhat.json, .speedscope.json, .folded, \
        heaptrack's recording, or what `memray transform csv` exports; all of them also packed as .gz or .zst.")]
    Diff(DiffOptions),
    /// Watch what a program holds while it runs: the curve, the top lines, what grew since a mark
    #[cfg(feature = "live")]
    #[command(after_help = crate::live::HELP)]
    Live(crate::live::LiveOptions),
    /// Write a profile as a file for another tool
    #[command(
        after_help = "Examples:\n  heaplab export --format pprof heaplab-report/my-program --out my.pb.gz\n  \
        heaplab export --format folded heaplab-report/my-program | less\n  \
        heaplab export --format speedscope heaptrack.app.1.zst\n\n\
        dhat: valgrind's DHAT viewer. folded: flamegraph scripts. speedscope, firefox: the viewers of these names.\n\
        pprof: go tool pprof, and whatever else reads its format."
    )]
    Export(ExportOptions),
    /// Say what this machine has and lacks for recording programs, and how to get it
    #[command(after_help = "Example: heaplab doctor")]
    Doctor,
    /// Write what a shell needs to complete `heaplab`
    #[command(
        after_help = "Examples:\n  source <(heaplab completions bash)\n  heaplab completions zsh > ~/.zfunc/_heaplab\n  \
        heaplab completions fish > ~/.config/fish/completions/heaplab.fish"
    )]
    Completions(CompletionsOptions),
}

const RUN_NOTES: &str = "\
Examples:
  heaplab run -- ./my-program --its options
  heaplab run --open -- python3 script.py
  heaplab run --fail-above peak=200MB --fail-above end=0 -- ./my-tests
  heaplab run --live -- ./my-server
  heaplab run --cpu -- ./my-program

A program that is dynamically linked to glibc is taken as it is; names and lines come from its debug information. CPython is \
run with PYTHONMALLOC=malloc unless that is set, so that every object is a block. What cannot be recorded is said before it \
runs: static programs, setuid, other C libraries.

--cpu takes any program and counts with valgrind. Ctrl-C ends the program; the report is of what it did until then, and the \
exit status is 130. A program that fails makes the exit status 1.";

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
    /// Watch what it holds while it runs, as `heaplab live` does. What it prints on the terminal comes afterwards, and it
    /// reads no keys; without a terminal there is a line per second on standard error
    #[cfg_attr(feature = "live", arg(long, conflicts_with = "cpu"))]
    #[cfg_attr(not(feature = "live"), arg(skip))]
    pub live: bool,
}

impl RunOptions {
    /// A run without the options that `cargo xtask profile` does not have.
    pub fn plain(program: ProgramOptions, out: Option<PathBuf>) -> RunOptions {
        RunOptions {
            program,
            out,
            follow: true,
            no_follow: false,
            fail_above: Vec::new(),
            keep: false,
            live: false,
        }
    }
}

/// Options of `heaplab report`.
#[derive(Args)]
pub struct ReportOptions {
    /// Recordings, folders of them, or reports that have kept theirs
    #[arg(required = true, num_args = 1.., value_name = "RECORDING|FOLDER")]
    pub recordings: Vec<PathBuf>,
    /// Write the report to this folder itself [default: heaplab-report/PROGRAM]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What is printed, and in which language.
    #[command(flatten)]
    pub output: OutputOptions,
}

/// Options of `heaplab export`.
#[derive(Args)]
pub struct ExportOptions {
    /// The format of the file
    #[arg(long, value_parser = PossibleValuesParser::new(FORMATS.map(|format| format.name)))]
    pub format: String,
    /// Recordings, folders of them, reports, or profiles of other tools
    #[arg(required = true, num_args = 1.., value_name = "RECORDING|REPORT")]
    pub recordings: Vec<PathBuf>,
    /// Only this process, by the name that the report has for it
    #[arg(long, value_name = "NAME")]
    pub process: Option<String>,
    /// The file; a folder where there are several processes [default: standard output]
    #[arg(long, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
}

/// Options of `heaplab completions`.
#[derive(Args)]
pub struct CompletionsOptions {
    /// The shell
    #[arg(value_enum)]
    pub shell: ShellChoice,
}

/// A shell that can be told how to complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShellChoice {
    /// GNU Bash
    Bash,
    /// Zsh
    Zsh,
    /// fish
    Fish,
}

impl From<ShellChoice> for Shell {
    fn from(choice: ShellChoice) -> Shell {
        match choice {
            ShellChoice::Bash => Shell::Bash,
            ShellChoice::Zsh => Shell::Zsh,
            ShellChoice::Fish => Shell::Fish,
        }
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
    /// Which frames of a program that runs Python are shown
    #[arg(long, value_enum, default_value_t = FrameChoice::Both)]
    pub frames: FrameChoice,
}

impl OutputOptions {
    /// Whether standard output shows the table.
    pub(crate) fn prints_results(&self) -> bool {
        !self.json && !self.quiet
    }
}

/// Which frames of a program that runs Python are shown.
#[derive(Clone, Copy, ValueEnum)]
pub enum FrameChoice {
    /// Python's and native ones
    Both,
    /// Python's alone
    Python,
    /// Native ones alone
    Native,
}

impl From<FrameChoice> for FrameSelection {
    fn from(choice: FrameChoice) -> FrameSelection {
        match choice {
            FrameChoice::Both => FrameSelection::Both,
            FrameChoice::Python => FrameSelection::Python,
            FrameChoice::Native => FrameSelection::Native,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_and_every_help_has_an_example() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            let after = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("Example"), "{} has no example", sub.get_name());
        }
    }
}
