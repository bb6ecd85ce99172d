//! What can be typed after `homework verify` and `homework gradebook`. xtask reads it for `--help`,
//! completions and wrong use, and the grader to act on it. It is a crate of its own so that neither
//! links the other, and so that nothing else links the rules of the homework.

use clap::{Args, ValueEnum};
use heaplab_command::language::LangChoice;
use heaplab_homework::book::Moment;
use std::path::PathBuf;
use std::time::Duration;

/// Options of `homework verify`.
#[derive(Args)]
pub struct VerifyOptions {
    /// A submission: a folder, a zip or a tar.gz
    pub bundle: PathBuf,
    /// Write verdict.json and summary.md to this folder [default: reports/verdicts/ID]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What grading one submission and a class have in common.
    #[command(flatten)]
    pub grading: GradingOptions,
    /// When it was handed in, RFC 3339 [default: not known]
    #[arg(long, value_name = "TIME")]
    pub submitted_at: Option<String>,
    /// Whose submission it has to be [default: of reports/homework/ID, ID; else anybody's]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Print verdict.json on standard output
    #[arg(long)]
    pub json: bool,
    /// The language of the summary [default: by LANG]
    #[arg(long, value_enum)]
    pub lang: Option<LangChoice>,
}

/// Options of `homework gradebook`.
#[derive(Args)]
pub struct GradebookOptions {
    /// Folders of submissions, or single ones
    #[arg(required = true, num_args = 1.., value_name = "DIR")]
    pub places: Vec<PathBuf>,
    /// Write the gradebook to this folder [default: reports/gradebook]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write besides what another system reads
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Submissions after this time are late, RFC 3339: 2026-12-01T23:59:00+08:00
    #[arg(long, value_name = "TIME", value_parser = parse_deadline)]
    pub deadline: Option<Moment>,
    /// How many are graded at once [default: by cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub jobs: Option<u16>,
    /// Grade again what has a verdict already: everybody, or these ids or bundles
    #[arg(long, value_name = "ID", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "")]
    pub regrade: Option<Vec<String>>,
    /// What grading one submission and a class have in common.
    #[command(flatten)]
    pub grading: GradingOptions,
    /// Print gradebook.json on standard output
    #[arg(long)]
    pub json: bool,
    /// The language of the page [default: by LANG]
    #[arg(long, value_enum)]
    pub lang: Option<LangChoice>,
    /// Open gradebook.html when it is there
    #[arg(long)]
    pub open: bool,
}

/// What grading one submission and a class have in common.
#[derive(Args)]
pub struct GradingOptions {
    /// A file with the secret seed [default: a new one every time]
    #[arg(long, value_name = "FILE")]
    pub seed_file: Option<PathBuf>,
    /// Exit with 1 where a verdict is not pass
    #[arg(long)]
    pub strict: bool,
    /// Grade even where this kernel lacks a fence; the verdict says which
    #[arg(long)]
    pub allow_unfenced: bool,
    /// What one run of a task may take; the compiler may take six times that
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
}

/// What another system reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// results.json, one a submission
    Gradescope,
}

/// Reads a time of RFC 3339, which has an offset, and writes it in UTC.
pub fn parse_moment(text: &str) -> Option<Moment> {
    let timestamp: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Moment { text: timestamp.to_string(), unix_seconds: timestamp.as_second() })
}

/// The deadline keeps the teacher's own way of writing it.
fn parse_deadline(text: &str) -> Result<Moment, String> {
    let moment =
        parse_moment(text).ok_or("no time by RFC 3339, with its offset: 2026-12-01T23:59:00+08:00")?;
    Ok(Moment { text: text.to_owned(), ..moment })
}
