//! `cargo xtask homework check`: builds and measures the student's work, one line per task.

mod watch;

use super::harness::{self, HomeworkMeasurement};
use super::homework_folder::{HomeworkFolder, Student};
use crate::cli;
use crate::cli::homework::CheckOptions;
use crate::exit::ExitReason;
use crate::interrupt;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_homework::reason::forbidden_source;
use heaplab_homework::source_rules;
use heaplab_record::{HomeworkResult, Text};
use heaplab_report::{Words, homework};
use std::path::{Path, PathBuf};

pub(crate) fn run(options: &CheckOptions) -> Result<()> {
    let words = Words::new(cli::resolve_language(options.lang));
    let place = HomeworkFolder::find(words.lang())?;
    place.check_started()?;
    interrupt::install_handlers().context("cannot listen to signals")?;
    if options.watch {
        return watch::run(&place, || check_once(&place, options, &words), &words);
    }
    check_once(&place, options, &words)
}

fn check_once(place: &HomeworkFolder, options: &CheckOptions, words: &Words) -> Result<()> {
    let Student { id, name } = place.student()?;
    let screen = Terminal::new(!options.json);
    let runs = RunsFolder::open(place)?;
    let measured = harness::measure(place, (&id, &name), &runs.0, &screen, |task, wanted| {
        screen.print_result(&homework::task_line(task, wanted, words));
    })?;
    save_result(place, &measured.result)?;
    screen.finish();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&measured.result)?);
    }
    screen.print_result(&homework::total_sentence(&measured.result, words));
    screen.print_result(&homework::suggest_after_full_points(&measured.result, words).unwrap_or_default());
    let refused = refused_lines(place, words)?;
    refused.iter().for_each(|line| screen.print_result(line));
    exit_status(&measured, !refused.is_empty(), words)
}

/// One line for each thing in the source that the grader refuses to build.
pub(super) fn refused_lines(place: &HomeworkFolder, words: &Words) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (file, text) in place.sources()? {
        // A source without tokens is explained better by the compiler.
        for finding in source_rules::scan(text.as_bytes()).unwrap_or_default() {
            let reason = forbidden_source(&file, &finding).text;
            lines.push(words.say("homework-refused", &[("what", words.lang().pick(&reason))]));
        }
    }
    Ok(lines)
}

/// Status 1 while a required task can gain points. An unstable task cannot gain any by itself, but
/// it is not done either.
fn exit_status(measured: &HomeworkMeasurement, refused: bool, words: &Words) -> Result<()> {
    let open = measured.result.tasks.iter().filter(|task| !task.optional && !homework::is_full(task));
    let names: Vec<&str> = open.map(|task| task.task.as_str()).collect();
    if names.is_empty() && refused {
        let text = Text {
            en: "the teacher's side would refuse this source: see above".to_owned(),
            zh: "教师那边会拒绝这份源码：见上".to_owned(),
        };
        return Err(ExitReason::CheckFailed(words.lang().pick(&text).to_owned()).into());
    }
    if names.is_empty() {
        return Ok(());
    }
    let names = names.join(", ");
    let text = Text { en: format!("not done yet: {names}"), zh: format!("还没有完成：{names}") };
    Err(ExitReason::CheckFailed(words.lang().pick(&text).to_owned()).into())
}

/// Saves the result for `hint`.
fn save_result(place: &HomeworkFolder, result: &HomeworkResult) -> Result<()> {
    let path = place.last_check_folder().join("result.json");
    let text = serde_json::to_vec_pretty(result)?;
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The last saved result, if there is one.
pub(super) fn load_last_result(place: &HomeworkFolder) -> Option<HomeworkResult> {
    let text = std::fs::read(place.last_check_folder().join("result.json")).ok()?;
    serde_json::from_slice(&text).ok()
}

/// A folder for the children's output, removed when it is dropped.
struct RunsFolder(PathBuf);

impl RunsFolder {
    fn open(place: &HomeworkFolder) -> Result<RunsFolder> {
        let folder: &Path = &place.last_check_folder().join(format!("runs-{}", std::process::id()));
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(RunsFolder(folder.to_owned()))
    }
}

impl Drop for RunsFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
