//! `cargo xtask lesson 8.5 --watch`: when a file of the lesson is saved, it is built again and the
//! variants whose code changed are measured again. Files are polled, which works on every file
//! system, also over a network.

mod source_changes;

use super::section::run_section;
use crate::cli::{self, LessonOptions};
use crate::exit::ExitReason;
use crate::interrupt;
use crate::runner::discover::{self, Lesson};
use anyhow::{Context as _, Result};
use heaplab_record::Report;
use heaplab_report::{Words, predict};
use source_changes::SourceChange;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The polling interval. It is long enough for an editor that writes a file in two steps.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// The contents of the lessons' files.
type SourceFiles = BTreeMap<PathBuf, Vec<u8>>;

/// Runs the section, then again whenever it changes, until a signal comes.
pub(crate) fn run(options: &LessonOptions) -> Result<()> {
    let words = Words::new(cli::resolve_language(options.lang));
    let mut options = options.clone();
    let wanted = options.variant.clone();
    let workspace = discover::load_workspace()?;
    let (section, lessons) = workspace.find_section(&options.section)?;
    let mut files = read_sources(&lessons)?;
    let mut peaks = PeakHistory::default();
    loop {
        match run_section(&options) {
            Ok(measured) => {
                peaks.print_changes(&measured.report, &words);
                report_error(measured.verdict)?;
            }
            Err(error) => report_error(Err(error))?,
        }
        eprintln!("{}", words.get("watch-waits"));
        let changed = wait_for_change(&lessons, &mut files)?;
        // Results of changed variants go to a folder of their own, so that the report of the whole
        // section stays.
        options.out.get_or_insert_with(|| workspace.root.join("reports").join(format!("{section}-watch")));
        options.predict = None;
        options.variant = match changed {
            SourceChange::All => wanted.clone(),
            SourceChange::Variants(names) => {
                names.into_iter().filter(|name| wanted.is_empty() || wanted.contains(name)).collect()
            }
        };
        let shown = match options.variant.as_slice() {
            [] => words.get("watch-all"),
            names => names.join(", "),
        };
        eprintln!("{}", words.say("watch-changed", &[("variants", &shown)]));
    }
}

/// Prints an error and goes on, because the next save may fix it. Signals and wrong options end the
/// command.
fn report_error(result: Result<()>) -> Result<()> {
    let Err(error) = result else { return Ok(()) };
    match error.downcast_ref::<ExitReason>() {
        Some(ExitReason::Interrupted(_) | ExitReason::CutShort { .. } | ExitReason::UsageError(_)) => {
            Err(error)
        }
        _ => {
            eprintln!("error: {error:#}");
            Ok(())
        }
    }
}

/// Waits until a file has changed and then no file changes any more.
fn wait_for_change(lessons: &[&Lesson], last: &mut SourceFiles) -> Result<SourceChange> {
    let mut seen = None;
    loop {
        interrupt::check()?;
        thread::sleep(POLL_INTERVAL);
        let now = read_sources(lessons)?;
        if now == *last {
            continue;
        }
        if seen.as_ref() == Some(&now) {
            let changed = source_changes::compare_sources(last, &now);
            *last = now;
            return Ok(changed);
        }
        seen = Some(now);
    }
}

/// The files that a lesson's run depends on. Exercise, solution and tests do not matter.
fn read_sources(lessons: &[&Lesson]) -> Result<SourceFiles> {
    let mut files = SourceFiles::new();
    for lesson in lessons {
        for part in ["src", "python", "Cargo.toml", "claims.toml"] {
            collect_file(&lesson.folder.join(part), &mut files)?;
        }
    }
    Ok(files)
}

fn collect_file(path: &Path, files: &mut SourceFiles) -> Result<()> {
    let cannot = || format!("cannot look at {}", path.display());
    if path.is_dir() {
        for entry in std::fs::read_dir(path).with_context(cannot)? {
            collect_file(&entry.with_context(cannot)?.path(), files)?;
        }
        return Ok(());
    }
    let is_ours =
        path.extension().is_some_and(|ending| ["rs", "py", "toml"].iter().any(|ours| ending == *ours));
    // An editor may be replacing the file at this moment; the next poll finds it.
    if is_ours && let Ok(text) = std::fs::read(path) {
        files.insert(path.to_owned(), text);
    }
    Ok(())
}

/// The last scale and peak of each variant, to show what a change did.
#[derive(Default)]
struct PeakHistory(BTreeMap<String, (u64, u64)>);

impl PeakHistory {
    fn print_changes(&mut self, report: &Report, words: &Words) {
        for (who, rows, peak_bytes) in predict::list_measured_peaks(report, words) {
            let before = self.0.insert(who.clone(), (rows, peak_bytes));
            if let Some((_, before)) = before.filter(|(then, before)| *then == rows && *before != peak_bytes)
            {
                eprintln!("{}", predict::explain_change(&who, before, peak_bytes, words));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lessons_files_are_its_code_and_its_claims() {
        let workspace = discover::load_workspace().unwrap();
        let (_, lessons) = workspace.find_section("8.5.1").unwrap();
        let files = read_sources(&lessons).unwrap();
        let has = |end: &str| files.keys().any(|path| path.ends_with(end));
        assert!(has("src/main.rs") && has("python/generator.py") && has("claims.toml"));
        assert!(!has("exercise/main.rs") && !has("README.md"));
    }
}
