//! The command line, and its conversion to options of the library.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use heaplab_logagg::byte_size;
use heaplab_logagg::engine::CountOptions;
use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::extract::{KeyExtractor, ValueKind};
use heaplab_logagg::input::ReadBy;

const EXAMPLES: &str = "Examples:
  logagg access.log                              PV, UV and the ten addresses with the most lines
  logagg --top 20 --json 'logs/*.gz' today.log   several inputs, one result, as JSON
  zcat old.log.gz | logagg -                     standard input
  logagg --key '$request_uri' access.log         any variable of the format
  logagg --format json --key remote_addr a.json  logs of JSON objects
  logagg --follow /var/log/nginx/access.log      a live log, through rotation
  logagg --partial a.bin a.log                   on each machine, and then …
  logagg merge a.bin b.bin                       … exactly what one run over all logs gives
  logagg generate --bytes 1GB --addresses 1M try.log

Exit status: 0 done; 1 an input, a partial result or a worker failed; 2 wrong use; 3 this machine lacks disk or memory;
130 stopped by a signal.";

/// Counts web server logs: PV, UV, top addresses. Exact, within a limit of memory, at any number of addresses.
#[derive(Debug, Parser)]
#[command(name = "logagg", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) count: Count,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Merge partial results: exactly what one run over all their inputs gives
    Merge(Merge),
    /// Write a log to try on: the same bytes for the same seed
    Generate(Generate),
    /// Count a part of the inputs for a parent
    #[command(hide = true)]
    Worker,
    /// Visit every line feed through the same input path, to compare
    #[command(hide = true)]
    Scan(Count),
    /// Hold a partial result against an oracle that parses with std and sorts; takes 17 bytes of memory a line
    #[command(hide = true)]
    Check {
        /// The log that was counted
        log: PathBuf,
        /// What `--partial` wrote
        partial: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Count {
    /// Logs: files, patterns, pipes, `-` for standard input; plain, gzip or zstd
    #[arg(required = true, value_name = "LOG")]
    pub(crate) logs: Vec<String>,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
    /// `combined`, an nginx log_format string, or `json`
    #[arg(long, default_value = "combined", value_name = "FORMAT")]
    pub(crate) format: String,
    /// A variable of the format, or a member of the JSON object [default: the format's first, or remote_addr]
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Whether the key must be an address [default: by its name]
    #[arg(long = "as", value_name = "KIND")]
    pub(crate) kind: Option<KeyKind>,
    /// Estimate UV by HyperLogLog instead of counting it: no top, 16 KiB
    #[arg(long)]
    pub(crate) sketch: bool,
    /// How regular files are read: `fastest` tries both and goes on with the faster one
    #[arg(long, default_value = "fastest", value_name = "WAY")]
    pub(crate) input: InputMethod,
    /// Worker processes instead of threads; --memory is for all of them together
    #[arg(long, value_name = "N", conflicts_with = "threads", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) processes: Option<u16>,
    /// Go on as the logs grow, through rotation and truncation, until SIGINT or SIGTERM; then the result
    #[arg(long, short = 'f', conflicts_with_all = ["processes", "csv"])]
    pub(crate) follow: bool,
    /// Write the state to a file for `logagg merge`
    #[arg(long, value_name = "FILE")]
    pub(crate) partial: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// How many keys to rank
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) top: usize,
    /// One line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The top as CSV
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// The most memory that may be resident, pages of files included
    #[arg(long, default_value = "100MB", value_parser = byte_size::parse, value_name = "SIZE")]
    pub(crate) memory: u64,
    /// Threads [default: as many as processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Where tables go that memory does not hold: a folder on a disk
    #[arg(long, default_value = "/var/tmp", value_name = "DIR")]
    pub(crate) temp_dir: PathBuf,
    /// No progress on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Language of the progress [default: by LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, value_name = "LANG")]
    pub(crate) lang: Option<Lang>,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// What `--partial` wrote
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    #[command(flatten)]
    pub(crate) result: ResultArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// How much to write
    #[arg(long, value_parser = byte_size::parse, value_name = "SIZE")]
    pub(crate) bytes: u64,
    /// How many distinct addresses, exactly
    #[arg(long, value_parser = byte_size::parse, value_name = "N")]
    pub(crate) addresses: u64,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Of the addresses, the share that is IPv6, 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    pub(crate) ipv6: f64,
    /// Of the lines, about the share without an address, 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    pub(crate) malformed: f64,
    /// What was written, as JSON on standard error
    #[arg(long)]
    pub(crate) json: bool,
    /// The file to write, `-` for standard output
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    Address,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputMethod {
    Fastest,
    Pread,
    Mmap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    En,
    Zh,
}

impl ResultArgs {
    fn options(&self) -> CountOptions {
        let threads = self.threads.map_or_else(processor_count, usize::from);
        CountOptions {
            memory: self.memory as usize,
            top: self.top,
            temp_dir: self.temp_dir.clone(),
            ..CountOptions::new(threads)
        }
    }
}

impl Count {
    /// The options of a run, and the description of the key that partial results are compared by.
    pub(crate) fn options(&self) -> Result<(CountOptions, String)> {
        let kind = self.kind.map(|kind| match kind {
            KeyKind::Address => ValueKind::Address,
            KeyKind::Text => ValueKind::Text,
        });
        let extract = KeyExtractor::new(&self.format, self.key.as_deref(), kind)?;
        // A format given by the user is counted by its first variable unless --key is given.
        let own = Some(self.format.as_str()).filter(|format| !matches!(*format, "combined" | "json"));
        let key = extract.describe_key(self.key.as_deref().or(own));
        let read_by = match self.input {
            InputMethod::Pread => ReadBy::Pread,
            InputMethod::Mmap => ReadBy::Mmap,
            InputMethod::Fastest => ReadBy::Fastest,
        };
        if self.sketch && self.result.csv {
            return Err(Error::Usage("--csv writes the top, and --sketch has none".into()));
        }
        Ok((CountOptions { extract, read_by, sketch: self.sketch, ..self.result.options() }, key))
    }
}

impl Merge {
    pub(crate) fn options(&self) -> CountOptions {
        self.result.options()
    }
}

fn processor_count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
