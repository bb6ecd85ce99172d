//! What can be typed. Plain options come out; no work happens here.

pub(crate) mod homework;
mod python;

use crate::runner::python::PythonChoice;
use crate::runner::scale;
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use heaplab::cli::{CompletionsOptions, ShellChoice};
pub(crate) use heaplab_command::language::{LangChoice, resolve_language};
use std::path::PathBuf;
use std::time::Duration;

/// heaplab: lesson 8, the memory model and performance tuning, measured on your own machine
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = STATUS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const STATUS: &str = "Exit status: 0 done, 1 the measurement says no (goal missed, budget broken, a variant failed), 2 wrong use, \
    3 this machine lacks something.\n\nExample: cargo xtask lesson 8.5 --quick";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run a section: every variant under every probe, the table here, the report in reports/
    #[command(
        after_help = "Examples:\n  cargo xtask lesson 8.5\n  cargo xtask lesson 8.5 --quick --open\n  cargo xtask lesson all --quick\n  \
        cargo xtask lesson 8.5 --rows 1M --variant list_dict,packed --python no\n  \
        cargo xtask lesson 8.5.2 --rows 1M --python 3.9,3.11,3.13\n  \
        cargo xtask lesson 8.7 --bytes 10GB\n  cargo xtask lesson 8.7 --log access.log\n  \
        cargo xtask lesson 8.5 --predict list_dict=2.6GB,slots=600MB\n  cargo xtask lesson 8.2 --between 150k..200k\n  cargo xtask lesson 8.2 --mystery\n  cargo xtask lesson 8.2 --solve mystery-3=rc_cycle\n\n\
        RSS is what the kernel counts as resident; live bytes are what the program has asked for and not given back.\n\
        Every word of the tables: cargo xtask primer glossary"
    )]
    Lesson(LessonOptions),
    /// List the sections: title, minutes, and what has been run
    #[command(after_help = "Example: cargo xtask lessons --lang zh")]
    Lessons(LessonsOptions),
    /// For people from Python: Box, Rc, Weak, RefCell, lifetimes and Drop, each beside its Python counterpart
    #[command(
        after_help = "Examples:\n  cargo xtask primer\n  cargo xtask primer rc\n  cargo xtask primer drop --lang zh\n  cargo xtask primer glossary"
    )]
    Primer(PrimerOptions),
    /// The next hint to a section's exercise, one after the other
    #[command(after_help = "Examples:\n  cargo xtask hint 8.5\n  cargo xtask hint 8.5 --all --lang zh")]
    Hint(HintOptions),
    /// Write what a shell needs to complete `cargo xtask`
    #[command(
        after_help = "Examples:\n  source <(cargo xtask completions bash)\n  cargo xtask completions zsh >> ~/.zshrc\n  \
        cargo xtask completions fish > ~/.config/fish/completions/heaplab.fish"
    )]
    Completions(CompletionsOptions),
    /// Say what this machine has and lacks for each lesson, and how to get it
    #[command(after_help = "Example: cargo xtask doctor")]
    Doctor,
    /// Hold the recorder or the log aggregator against peers, in turns, or grade a class that is made: figures in reports/bench/
    #[command(
        after_help = "Examples:\n  cargo xtask bench recorder\n  cargo xtask bench recorder --only slots,handover --pairs 9\n  \
        cargo xtask bench recorder --only heaptrack\n  cargo xtask bench logagg\n  \
        HEAPLAB_PYTHON=venv/bin/python cargo xtask bench logagg --only duckdb,polars\n  \
        HEAPLAB_PYTHON=venv/bin/python cargo xtask bench programs\n  \
        cargo xtask bench programs --only jq,perl --pairs 9\n  \
        cargo xtask bench gradebook --submissions 24\n\n\
        The exit status is 0 whatever the figures are: time on a shared machine wanders. That of `gradebook` is 1 where a\n\
        submission is lost or comes out otherwise than it has to."
    )]
    Bench(BenchOptions),
    /// Run any program under the recorder: the same report, of its allocations
    #[command(after_help = "Examples:\n  cargo xtask profile -- target/release/my-program --its options\n  \
        cargo xtask profile --open -- target/release/my-program\n  \
        cargo xtask profile --cpu -- target/release/my-program\n\n\
        A program that is dynamically linked to glibc is taken as it is. Another needs two lines:\n  heaplab-heap = { path = \"…/heaplab/crates/heap\" }   in Cargo.toml\n  \
        #[global_allocator] static HEAP: heaplab_heap::Heap = heaplab_heap::Heap::recording();   in main.rs\n\n\
        --cpu takes any program and counts with valgrind. Ctrl-C ends the program; the report is of what it did until then, and the exit status is 130.")]
    Profile(ProfileOptions),
    /// Hold two reports or profiles against each other: flamegraphs both ways, one sentence a changed site
    #[command(after_help = "Examples:\n  cargo xtask diff reports/before reports/profile/my-program\n  \
        cargo xtask diff old/list_dict.dhat.json new/list_dict.dhat.json --out reports/what-changed\n\n\
        OLD and NEW are a report's folder, a report.json, or a profile: .tables, .raw, .dhat.json, .speedscope.json, .folded, \
        heaptrack's recording, or what `memray transform csv` exports; all of them also packed as .gz or .zst.")]
    Diff(DiffOptions),
    /// Keep the reports' figures and pictures in reports/gallery/, and put them into the lessons' texts
    #[command(
        after_help = "Examples:\n  cargo xtask lesson 8.5 && cargo xtask gallery 8.5\n  cargo xtask gallery --check\n\n\
        A text names a figure as <!--= 8.5.2 list_dict peak_bytes --><!--/-->, or all of a lesson's as <!-- gallery --> \
        <!-- /gallery -->; this puts them in."
    )]
    Gallery(GalleryOptions),
    /// Make one static site of the lessons' texts and the reports, every link of it checked
    #[command(after_help = "Example: cargo xtask site --open")]
    Site(SiteOptions),
    /// Every section quickly, held against budgets.toml: reports, reports/index.html, a summary and JUnit XML
    #[command(
        after_help = "Examples:\n  cargo xtask ci\n  cargo xtask ci --section 8.5,8.6 --out target/ci\n  \
        cargo xtask ci --bless --section 8.5\n  cargo xtask ci --judge reports\n\n\
        Exit status: 1 when a budget is broken or a variant failed. No time is held against anything."
    )]
    Ci(CiOptions),
    /// Section 8.9: begin, check and hand in homework; measure and grade what others hand in
    #[command(after_help = "Examples:\n  cargo xtask homework new --id s123 --name \"Li Lei\"\n  \
        cargo xtask homework check\n  cargo xtask homework report")]
    Homework(homework::HomeworkOptions),
    /// For authors: what a lesson's folder lacks, and whether exercise and solution do what they say
    #[command(after_help = "Examples:\n  cargo xtask lint-lessons\n  cargo xtask lint-lessons 8.5 --no-run")]
    LintLessons(LintOptions),
    /// Make a new lesson's folder from the template; nothing else has to be edited
    #[command(
        after_help = "Example: cargo xtask new-lesson 8.10-my-topic && cargo xtask lesson 8.10 --quick"
    )]
    NewLesson(NewLessonOptions),
}

/// The value of `--mystery` without a seed: a new puzzle.
pub(crate) const NEW_PUZZLE: &str = "new";

/// The value of `--predict` without predictions: ask for them on the terminal.
pub(crate) const ASK_PREDICTIONS: &str = "";

#[derive(Args, Clone)]
pub(crate) struct LessonOptions {
    /// The section's number, such as 8.5 or 8.5.2; `all` for every section in order
    pub(crate) section: String,
    /// How much work: rows, or whatever the lesson counts [default: the lesson's own]
    #[arg(long, visible_alias = "scale", value_name = "N", value_parser = scale::parse_rows)]
    pub(crate) rows: Option<u64>,
    /// How much work in a lesson that counts bytes, such as 8.7: 500MB, 10GB
    #[arg(long, value_name = "SIZE", conflicts_with = "rows", value_parser = scale::parse_bytes)]
    pub(crate) bytes: Option<u64>,
    /// A log of your own instead of a generated one (lessons that read one, such as 8.7)
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Only these variants, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) variant: Vec<String>,
    /// The lesson's quick scale, or a hundredth of the rows; one repetition
    #[arg(long)]
    pub(crate) quick: bool,
    /// A leak hunt: the variants under numbers instead of names; the same SEED gives the same puzzle
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true,
        default_missing_value = NEW_PUZZLE, conflicts_with = "variant")]
    pub(crate) mystery: Option<String>,
    /// One flamegraph more a variant: what came between these two, and stayed (lessons that look on the way, such as 8.2)
    #[arg(long, value_name = "FROM..TO", value_parser = scale::parse_range)]
    pub(crate) between: Option<(u64, u64)>,
    /// Answers to the last mystery: mystery-3=rc_cycle, or `all` to be told
    #[arg(long, value_name = "NUMBER=VARIANT", value_delimiter = ',', conflicts_with_all = ["mystery", "variant"])]
    pub(crate) solve: Vec<String>,
    /// Say the peaks before it runs: asked on the terminal, or list_dict=2.6GB,slots=600MB; the report holds them against the measure
    #[arg(long, value_name = "VARIANT=BYTES", num_args = 0..=1, default_missing_value = ASK_PREDICTIONS,
        conflicts_with_all = ["mystery", "solve"])]
    pub(crate) predict: Option<String>,
    /// Whether CPython runs beside Rust: auto, yes, no; or which ones do: versions or programs, such as 3.9,3.13. Claims are judged by the
    /// first one
    #[arg(long, value_name = "CHOICE|LIST", default_value = "auto", value_parser = python::PythonChoiceParser,
        hide_possible_values = true)]
    pub(crate) python: PythonChoice,
    /// Whether valgrind's DHAT and heaptrack count two of the variants too; never with --quick
    #[arg(long, value_enum, default_value_t)]
    pub(crate) tools: ToolsChoice,
    /// The language of table, charts and page [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
    /// Write the report to this folder itself
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print report.json on standard output instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub(crate) open: bool,
    /// Run again when a file of the lesson is saved: what has changed, into reports/SECTION-watch; Ctrl-C ends it
    #[arg(long, conflicts_with_all = ["mystery", "solve", "json", "open"])]
    pub(crate) watch: bool,
    /// What one child process may take
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
}

/// Whether programs from outside look at the variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ToolsChoice {
    /// Where they are installed
    #[default]
    Auto,
    /// Never
    No,
}

#[derive(Args)]
pub(crate) struct LessonsOptions {
    /// The language of the titles [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct PrimerOptions {
    /// A word of Rust: its two programs, what both print, and why; `glossary`: the words of the tables [default: list the words]
    #[arg(value_parser = ["box", "rc", "weak", "refcell", "lifetimes", "drop", "glossary"])]
    pub(crate) word: Option<String>,
    /// The language of the explanation [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
    /// For authors: put what the programs print into the primer's texts
    #[arg(long, conflicts_with_all = ["word", "check"])]
    pub(crate) bless: bool,
    /// For authors: change nothing, and end with 1 if the texts say something else than the programs
    #[arg(long, conflicts_with = "word")]
    pub(crate) check: bool,
}

#[derive(Args)]
pub(crate) struct HintOptions {
    /// The section's number, such as 8.5 or 8.5.2
    pub(crate) section: String,
    /// All of them at once
    #[arg(long)]
    pub(crate) all: bool,
    /// Begin with the first again
    #[arg(long, conflicts_with = "all")]
    pub(crate) restart: bool,
    /// The language of the hints [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct BenchOptions {
    /// What is measured
    #[arg(value_enum)]
    pub(crate) suite: Suite,
    /// How many pairs of runs; slow peers run in two at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) pairs: u32,
    /// Only these workloads, builds or peers, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// How much work, for every workload of `recorder` and `programs` [default: each its own]
    #[arg(long, value_name = "N", value_parser = scale::parse_rows)]
    pub(crate) rows: Option<u64>,
    /// How large the log of `logagg` is; the other logs and the addresses scale with it [default: 4G]
    #[arg(long, value_name = "SIZE", value_parser = scale::parse_bytes)]
    pub(crate) bytes: Option<u64>,
    /// How many submissions `gradebook` grades [default: 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) submissions: Option<u32>,
    /// Let `gradebook` grade where this kernel lacks a fence
    #[arg(long)]
    pub(crate) allow_unfenced: bool,
    /// The language of table and chart [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
    /// Write the files to this folder itself
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print recorder.json, logagg.json or programs.json on standard output instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be held against its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// The heap probe: its cost in time and memory, beside dhat, heaptrack and mod-alloc
    Recorder,
    /// The log aggregator: beside a newline scan, DuckDB, polars, gawk, mawk and the lecture's Python; its memory and its counts
    Logagg,
    /// The recorder in sqlite3, jq, perl, git, CPython, gcc and a C++ program, beside heaptrack and memray
    Programs,
    /// Homework: a class that is made, a third of it hostile, graded; nobody lost, everybody as known before, and the rate
    Gradebook,
}

impl Suite {
    /// What its files are called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Suite::Recorder => "recorder",
            Suite::Logagg => "logagg",
            Suite::Programs => "programs",
            Suite::Gradebook => "gradebook",
        }
    }
}

#[derive(Args)]
pub(crate) struct ProfileOptions {
    #[command(flatten)]
    pub(crate) program: heaplab::cli::ProgramOptions,
    /// Write the report to this folder itself [default: reports/profile/PROGRAM]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DiffOptions {
    #[command(flatten)]
    pub(crate) pair: heaplab::cli::DiffPair,
    /// Write the comparison to this folder itself [default: reports/diff]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct GalleryOptions {
    /// Take these sections' reports in, such as 8.5 [default: every one that was run]
    pub(crate) sections: Vec<String>,
    /// Change nothing: say which texts do not say what the gallery says, and end with 1 if there are any
    #[arg(long, conflicts_with = "sections")]
    pub(crate) check: bool,
}

#[derive(Args)]
pub(crate) struct SiteOptions {
    /// Write the site to this folder itself [default: reports/site]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Open its first page
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Args)]
pub(crate) struct CiOptions {
    /// Only these sections
    #[arg(long, value_name = "SECTION", value_delimiter = ',')]
    pub(crate) section: Vec<String>,
    /// Measure twice and renew the budgets of these sections
    #[arg(long, conflicts_with = "judge")]
    pub(crate) bless: bool,
    /// Measure nothing: hold the reports of this folder against the budgets
    #[arg(long, value_name = "DIR")]
    pub(crate) judge: Option<PathBuf>,
    /// The budgets [default: budgets.toml of the workspace]
    #[arg(long, value_name = "FILE")]
    pub(crate) budgets: Option<PathBuf>,
    /// As with `lesson`; a version of CPython without budgets is not held to those of another
    #[arg(long, value_name = "CHOICE|LIST", default_value = "auto", value_parser = python::PythonChoiceParser,
        hide_possible_values = true)]
    pub(crate) python: PythonChoice,
    /// Write JUnit XML here [default: ci/junit.xml among the reports]
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the reports below this folder [default: reports]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The language of reports and summary [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

#[derive(Args)]
pub(crate) struct LintOptions {
    /// The section's number [default: every lesson]
    pub(crate) section: Option<String>,
    /// Read only: neither exercise nor solution is built and run
    #[arg(long)]
    pub(crate) no_run: bool,
}

#[derive(Args)]
pub(crate) struct NewLessonOptions {
    /// The section's number, a dash, and the topic: 8.10-my-topic
    pub(crate) name: String,
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
