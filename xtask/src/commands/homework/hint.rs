//! `cargo xtask homework hint TASK`: one hint, from what was measured last.

use super::check;
use super::harness::full_point_limits;
use super::homework_folder::{HomeworkFolder, source_sha256};
use crate::cli;
use crate::cli::homework::HintOptions;
use crate::exit::ExitReason;
use anyhow::Result;
use heaplab_homework::Task;
use heaplab_record::{HomeworkResult, TaskResult};
use heaplab_report::{Words, homework};

pub(crate) fn run(options: &HintOptions) -> Result<()> {
    let words = Words::new(cli::resolve_language(options.lang));
    let place = HomeworkFolder::find(words.lang())?;
    place.check_started()?;
    let last = check::load_last_result(&place);
    let task = find_task(&options.task, last.as_ref())?;
    let of_task = |last: &HomeworkResult| last.tasks.iter().find(|one| one.task == task.name()).cloned();
    let measured = last.as_ref().and_then(of_task);
    let is_stale = last.is_some_and(|last| {
        place.sources().map_or(true, |sources| source_sha256(&sources) != last.source_sha256)
    });
    let result = measured
        .clone()
        .unwrap_or_else(|| TaskResult { task: task.name().to_owned(), ..TaskResult::default() });
    println!(
        "{}",
        homework::render_hint(&result, &full_point_limits(task), measured.is_some(), is_stale, &words)
    );
    Ok(())
}

/// Finds a task by its whole name, by the last part, or by the first part, which means the first
/// task there that can gain points.
fn find_task(text: &str, last: Option<&HomeworkResult>) -> Result<Task, ExitReason> {
    let named = |task: &Task| task.name() == text || task.name().rsplit('.').next() == Some(text);
    if let Some(task) = Task::ALL.into_iter().find(named) {
        return Ok(task);
    }
    let group: Vec<Task> =
        Task::ALL.into_iter().filter(|task| task.name().split('.').next() == Some(text)).collect();
    let has_gain = |task: &&Task| {
        let measured = last.and_then(|last| last.tasks.iter().find(|one| one.task == task.name()));
        measured.is_none_or(|measured| !homework::is_full(measured))
    };
    group.iter().find(has_gain).or(group.first()).copied().ok_or_else(|| {
        let known: Vec<&str> = Task::ALL.iter().map(|task| task.name()).collect();
        ExitReason::UsageError(format!(
            "there is no task `{}`; there are: {}",
            text.escape_debug(),
            known.join(", ")
        ))
    })
}
