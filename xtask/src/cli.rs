//! What can be typed. Plain options come out; no work happens here.

use crate::python::PythonChoice;
use crate::scale;
use clap::{Args, Parser, Subcommand, ValueEnum};
use heaplab_report::Lang;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// heaplab: lesson 8, the memory model and performance tuning, measured on your own machine
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = STATUS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const STATUS: &str = "Exit status: 0 done, 1 the measurement says no (goal missed, a variant failed), 2 wrong use, \
    3 this machine lacks something.\n\nExample: cargo xtask lesson 8.5 --quick";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run a section: every variant under every probe, the table here, the report in reports/
    #[command(
        after_help = "Examples:\n  cargo xtask lesson 8.5\n  cargo xtask lesson 8.5 --quick --open\n  \
        cargo xtask lesson 8.5 --rows 1M --variant list_dict,packed --python no\n  \
        cargo xtask lesson 8.2 --between 150k..200k\n  cargo xtask lesson 8.2 --mystery\n  cargo xtask lesson 8.2 --solve mystery-3=rc_cycle\n\n\
        RSS is what the kernel counts as resident; live bytes are what the program has asked for and not given back."
    )]
    Lesson(LessonOptions),
    /// List the sections: title, minutes, and what has been run
    #[command(after_help = "Example: cargo xtask lessons --lang zh")]
    Lessons(LessonsOptions),
    /// Say what this machine has and lacks for each lesson, and how to get it
    #[command(after_help = "Example: cargo xtask doctor")]
    Doctor,
    /// Hold the recorder against its peers, in turns: a table of ratios and a chart in reports/bench/
    #[command(
        after_help = "Examples:\n  cargo xtask bench recorder\n  cargo xtask bench recorder --only slots,handover --pairs 9\n  \
        cargo xtask bench recorder --only heaptrack\n  cargo xtask bench gradebook --submissions 24\n\n\
        The exit status is 0 whatever the figures are: time on a shared machine wanders. That of `gradebook` is 1 where a\n\
        submission is lost or comes out otherwise than it has to."
    )]
    Bench(BenchOptions),
    /// Run a program of your own under the recorder: the same report, of its allocations
    #[command(after_help = "Examples:\n  cargo xtask profile -- target/release/my-program --its options\n  \
        cargo xtask profile --open -- target/release/my-program\n  \
        cargo xtask profile --cpu -- target/release/my-program\n\n\
        --cpu takes any program as it is and counts with valgrind. Otherwise the program needs two lines:\n  heaplab-heap = { path = \"…/heaplab/crates/heap\" }   in Cargo.toml\n  \
        #[global_allocator] static HEAP: heaplab_heap::Heap = heaplab_heap::Heap::recording();   in main.rs\n\n\
        Ctrl-C ends the program; the report is of what it did until then, and the exit status is 130.")]
    Profile(ProfileOptions),
    /// Hold two reports or profiles against each other: flamegraphs both ways, one sentence a changed site
    #[command(after_help = "Examples:\n  cargo xtask diff reports/before reports/profile/my-program\n  \
        cargo xtask diff old/list_dict.dhat.json new/list_dict.dhat.json --out reports/what-changed\n\n\
        OLD and NEW are a report's folder, a report.json, or a profile: .raw, .dhat.json, .speedscope.json, .folded.")]
    Diff(DiffOptions),
    /// Section 8.9: begin, check and hand in homework; measure and grade what others hand in
    #[command(after_help = "Examples:\n  cargo xtask homework new --id s123 --name \"Li Lei\"\n  \
        cargo xtask homework check\n  cargo xtask homework report")]
    Homework(crate::homework::HomeworkOptions),
    /// Make a new lesson's folder from the template; nothing else has to be edited
    #[command(
        after_help = "Example: cargo xtask new-lesson 8.10-my-topic && cargo xtask lesson 8.10 --quick"
    )]
    NewLesson(NewLessonOptions),
}

#[derive(Args)]
pub(crate) struct LessonOptions {
    /// The section's number, such as 8.5 or 8.5.2
    pub(crate) section: String,
    /// How much work: rows, or whatever the lesson counts [default: the lesson's own]
    #[arg(long, visible_alias = "scale", value_name = "N", value_parser = scale::parse)]
    pub(crate) rows: Option<u64>,
    /// Only these variants, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) variant: Vec<String>,
    /// A hundredth of the rows, one repetition
    #[arg(long)]
    pub(crate) quick: bool,
    /// A leak hunt: the variants under numbers instead of names; the same SEED gives the same puzzle
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true,
        default_missing_value = crate::mystery::NEW, conflicts_with = "variant")]
    pub(crate) mystery: Option<String>,
    /// One flamegraph more a variant: what came between these two, and stayed (lessons that look on the way, such as 8.2)
    #[arg(long, value_name = "FROM..TO", value_parser = scale::parse_range)]
    pub(crate) between: Option<(u64, u64)>,
    /// Answers to the last mystery: mystery-3=rc_cycle, or `all` to be told
    #[arg(long, value_name = "NUMBER=VARIANT", value_delimiter = ',', conflicts_with_all = ["mystery", "variant"])]
    pub(crate) solve: Vec<String>,
    /// Whether CPython runs beside Rust
    #[arg(long, value_enum, default_value_t)]
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
pub(crate) struct BenchOptions {
    /// What is measured
    #[arg(value_enum)]
    pub(crate) suite: Suite,
    /// How many pairs of runs; slow peers run in two at most
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) pairs: u32,
    /// Only these workloads or peers, by name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// How much work, for every workload [default: each its own]
    #[arg(long, value_name = "N", value_parser = scale::parse)]
    pub(crate) rows: Option<u64>,
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
    /// Print recorder.json on standard output instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What can be held against its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// The heap probe: its cost in time and memory, beside dhat, heaptrack and mod-alloc
    Recorder,
    /// Homework: a class that is made, a third of it hostile, graded; nobody lost, everybody as known before, and the rate
    Gradebook,
}

#[derive(Args)]
pub(crate) struct ProfileOptions {
    /// Where it spends its instructions, by function and line, instead of what it allocates; any program will do
    #[arg(long)]
    pub(crate) cpu: bool,
    /// The program and what it is called with, behind `--`
    #[arg(last = true, required = true, num_args = 1.., value_name = "PROGRAM")]
    pub(crate) command: Vec<OsString>,
    /// The language of table, pictures and page [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
    /// Write the report to this folder itself [default: reports/profile/PROGRAM]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print report.json on standard output instead of the table; what the program prints goes to standard error
    #[arg(long)]
    pub(crate) json: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub(crate) open: bool,
    /// End the program after this time, and report what it did until then [default: never]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(Args)]
pub(crate) struct DiffOptions {
    /// What it was before
    pub(crate) old: PathBuf,
    /// What it is now
    pub(crate) new: PathBuf,
    /// The language of sentences and pictures [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
    /// Write the comparison to this folder itself [default: reports/diff]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print diff.json on standard output instead of the sentences
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct NewLessonOptions {
    /// The section's number, a dash, and the topic: 8.10-my-topic
    pub(crate) name: String,
}

/// A language of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangChoice {
    /// English
    En,
    /// 中文
    Zh,
}

/// The language that was asked for, else the locale's.
pub(crate) fn language(choice: Option<LangChoice>) -> Lang {
    match choice {
        Some(LangChoice::En) => Lang::En,
        Some(LangChoice::Zh) => Lang::Zh,
        None => {
            let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
            Lang::from_locale(&locale.unwrap_or_default())
        }
    }
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
