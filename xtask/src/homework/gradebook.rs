//! `cargo xtask homework gradebook DIR…`: a class of submissions, graded with one command.
//!
//! - `find`: which submissions there are. `times`: when each was handed in, and who says so.
//! - `kept`: verdicts of an earlier run that still hold. `work`, `progress`: the others, several at once, each by `verifier`.
//! - `class`: all of them.
//! - `files`: gradebook.json, .csv and .html, and results.json for Gradescope.
//!
//! What the verdicts amount to is `heaplab_homework::book`'s, how it looks `heaplab_report::gradebook`'s.

mod class;
mod files;
mod find;
mod progress;
mod times;
mod verdict_cache;
mod verifier;
mod work_queue;

use super::verify::GradingOptions;
use crate::cli::{self, LangChoice};
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::report_link;
use crate::runner::discover;
use crate::runner::environment;
use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use class::Grader as _;
use heaplab_homework::book::{self, GradingTerms, Moment};
use heaplab_record::{Gradebook, VerdictStatus};
use heaplab_report::{Words, gradebook};
use std::fs::File;
use std::path::{Path, PathBuf};
use verifier::Verifier;

#[derive(Args)]
pub(crate) struct GradebookOptions {
    /// Folders of submissions, or single ones
    #[arg(required = true, num_args = 1.., value_name = "DIR")]
    pub(crate) places: Vec<PathBuf>,
    /// Write the gradebook to this folder [default: reports/gradebook]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write besides what another system reads
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Submissions after this time are late, RFC 3339: 2026-12-01T23:59:00+08:00
    #[arg(long, value_name = "TIME", value_parser = parse_deadline)]
    pub(crate) deadline: Option<Moment>,
    /// How many are graded at once [default: by cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,
    /// Grade again what has a verdict already: everybody, or these ids or bundles
    #[arg(long, value_name = "ID", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "")]
    pub(crate) regrade: Option<Vec<String>>,
    #[command(flatten)]
    pub(crate) grading: GradingOptions,
    /// Print gradebook.json on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// The language of the page [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
    /// Open gradebook.html when it is there
    #[arg(long)]
    pub(crate) open: bool,
}

/// What another system reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// results.json, one a submission
    Gradescope,
}

/// The deadline keeps the teacher's own way of writing it.
fn parse_deadline(text: &str) -> Result<Moment, String> {
    let moment =
        times::parse_moment(text).ok_or("no time by RFC 3339, with its offset: 2026-12-01T23:59:00+08:00")?;
    Ok(Moment { text: text.to_owned(), ..moment })
}

pub(crate) fn run(options: &GradebookOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(options.lang));
    let out = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/gradebook"));
    let (out, _lock) = open_output_folder(&out)?;
    interrupt::install_handlers().context("cannot listen for signals")?;
    let class = find::find_submissions(&options.places, &out)?;
    if class.found.is_empty() {
        let names: Vec<String> = options.places.iter().map(|place| place.display().to_string()).collect();
        let wrong =
            format!("no submission in {}: a submission is a folder, a zip or a tar.gz", names.join(", "));
        return Err(ExitReason::UsageError(wrong).into());
    }
    let grader = Verifier::new(&workspace.root, options)?;
    let graded = class::grade_class(&class, &grader, &out, options, &words)?;
    let terms = GradingTerms {
        created_at: environment::timestamp(),
        harness_commit: grader.commit().to_owned(),
        deadline: options.deadline.clone(),
    };
    let book = book::build_gradebook(&terms, graded);
    files::write_files(&out, &book, options.format, &words)?;
    print_result(&book, &out, options, &words)
}

/// The gradebook's folder, and a lock on it for as long as this run takes: two that grade into one would take each other's verdicts
/// away.
fn open_output_folder(out: &Path) -> Result<(PathBuf, File)> {
    let wrong = |error: &dyn std::fmt::Display| {
        ExitReason::UsageError(format!("cannot write to {}: {error}; choose another --out", out.display()))
    };
    std::fs::create_dir_all(out.join("verdicts")).map_err(|error| wrong(&error))?;
    let out = std::fs::canonicalize(out).map_err(|error| wrong(&error))?;
    let lock = File::create(out.join(".lock")).map_err(|error| wrong(&error))?;
    if lock.try_lock().is_err() {
        return Err(wrong(&"another run grades into it").into());
    }
    Ok((out, lock))
}

fn print_result(book: &Gradebook, out: &Path, options: &GradebookOptions, words: &Words) -> Result<()> {
    let screen = crate::terminal::Terminal::new(!options.json);
    if options.json {
        print!("{}", files::to_json(book)?);
    }
    let (all, statuses) = (book.entries.len().to_string(), gradebook::describe_statuses(book, words));
    screen.print_result(&words.say("gradebook-done", &[("all", &all), ("statuses", &statuses)]));
    report_link::print_location(
        &out.join("gradebook.html"),
        "gradebook-is-at",
        options.open,
        &screen,
        words,
    )?;
    let not_passed = book.entries.iter().filter(|entry| entry.status != VerdictStatus::Pass).count();
    if options.grading.strict && not_passed > 0 {
        return Err(ExitReason::CheckFailed(format!("{not_passed} of {all} did not pass")).into());
    }
    Ok(())
}
