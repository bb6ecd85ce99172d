//! What can be typed after `heaplab live`.

use clap::Args;
use heaplab_command::language::LangChoice;
use std::time::Duration;

/// What stands below the options in `heaplab live --help`.
pub const HELP: &str = "Examples:\n  heaplab live 4711\n  heaplab live recordings/heap-4711.tables\n  \
    heaplab live 4711 --once --top 20\n\n\
    Keys: m sets a mark and sorts by growth since, / filters, s sorts, f freezes, Enter shows whole stacks, Tab the next process, \
    ? all keys, q leaves. The program goes on.\n\n\
    A process must have been started with the recorder: heaplab run -- PROGRAM. Without a terminal there is a line per second.\n\n\
    What it costs: the program writes its recording whether anybody looks or not, and is never stopped. The view reads 2 kB of it four \
    times a second, and all figures as often as a tenth of a core allows, at most once a second. Making rows takes a sixth of \
    another core; while names are looked up for the first time, it takes all of it.";

/// Options of `heaplab live`.
#[derive(Args)]
pub struct LiveOptions {
    /// The number of a process, a recording (heap-PID.tables), or a folder of recordings
    #[arg(value_name = "PID|RECORDING")]
    pub target: String,
    /// Print lines, as where there is no terminal
    #[arg(long)]
    pub plain: bool,
    /// How often a line is printed
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = humantime::parse_duration)]
    pub every: Duration,
    /// Print the figures and the top lines once, and end
    #[arg(long)]
    pub once: bool,
    /// How many lines `--once` prints
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// The language of the view [default: by LANG]
    #[arg(long, value_enum)]
    pub lang: Option<LangChoice>,
}
