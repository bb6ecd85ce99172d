//! `cargo xtask homework gradebook DIR…`: a class of submissions, graded with one command.
//!
//! - `find`: which submissions there are. `times`: when each was handed in, and by which clock.
//! - `verdict_cache`: verdicts of an earlier run that still hold. `work_queue`, `progress`: the
//!   other submissions, several at once, each graded by `verifier`.
//! - `class`: all of them together.
//! - `files`: gradebook.json, .csv and .html, and results.json for Gradescope.
//!
//! The rules are in `heaplab_homework::book`, the pages in `heaplab_report::gradebook`.

mod class;
mod files;
mod find;
mod progress;
mod times;
mod verdict_cache;
mod verifier;
mod work_queue;

use crate::verify;
use anyhow::{Context as _, Result};
use class::Grader as _;
use heaplab_command::exit::ExitReason;
use heaplab_command::language::resolve_language;
use heaplab_command::{interrupt, provenance};
use heaplab_grader_options::GradebookOptions;
use heaplab_homework::book::{self, GradingTerms};
use heaplab_record::{Gradebook, VerdictStatus};
use heaplab_report::{Words, gradebook};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use verifier::Verifier;

pub(crate) fn run(options: &GradebookOptions) -> Result<()> {
    let course = verify::load_course()?;
    let words = Words::new(resolve_language(options.lang));
    let out = options.out.clone().unwrap_or_else(|| course.root.join("reports/gradebook"));
    let (out, _lock) = open_output_folder(&out)?;
    interrupt::install_handlers().context("cannot listen for signals")?;
    let class = find::find_submissions(&options.places, &out)?;
    if class.found.is_empty() {
        let names: Vec<String> = options.places.iter().map(|place| place.display().to_string()).collect();
        let wrong =
            format!("no submission in {}: a submission is a folder, a zip or a tar.gz", names.join(", "));
        return Err(ExitReason::UsageError(wrong).into());
    }
    let grader = Verifier::new(&course.commit, options)?;
    let graded = class::grade_class(&class, &grader, &out, options, &words)?;
    let terms = GradingTerms {
        created_at: provenance::timestamp(),
        harness_commit: grader.commit().to_owned(),
        deadline: options.deadline.clone(),
    };
    let book = book::build_gradebook(&terms, graded);
    files::write_files(&out, &book, options.format, &words)?;
    print_result(&book, &out, options, &words)
}

/// The gradebook's folder, locked while this run takes: two runs with one folder would remove each
/// other's verdicts.
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
    let page = out.join("gradebook.html");
    let all = book.entries.len().to_string();
    let text = if options.json {
        files::to_json(book)?
    } else {
        let statuses = gradebook::describe_statuses(book, words);
        let done = words.say("gradebook-done", &[("all", &all), ("statuses", &statuses)]);
        let place = words.say("gradebook-is-at", &[("path", &relative_path(&page).to_string_lossy())]);
        format!("{done}\n{place}\n")
    };
    // A closed pipe is no error: the files are written.
    let _ = std::io::stdout().write_all(text.as_bytes());
    if options.open {
        open::that_detached(&page).map_err(|error| {
            let page = page.display();
            ExitReason::MissingRequirement(format!("cannot open a browser: {error}; the page is {page}"))
        })?;
    }
    let not_passed = book.entries.iter().filter(|entry| entry.status != VerdictStatus::Pass).count();
    if options.grading.strict && not_passed > 0 {
        return Err(ExitReason::CheckFailed(format!("{not_passed} of {all} did not pass")).into());
    }
    Ok(())
}

/// The path as seen from the current folder, if it lies below that.
fn relative_path(path: &Path) -> &Path {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}
