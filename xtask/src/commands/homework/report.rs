//! `cargo xtask homework report`: measures the work and writes what is handed in.

mod files;
mod push;

use super::homework_folder::{HomeworkFolder, Student};
use super::{check, harness, python_curves};
use crate::cli;
use crate::cli::homework::ReportOptions;
use crate::interrupt;
use crate::publish::report_link;
use crate::publish::store;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_report::{Words, homework};

/// The status is 0 even with few points: handing them in is the student's decision.
pub(crate) fn run(options: &ReportOptions) -> Result<()> {
    let words = Words::new(cli::resolve_language(options.lang));
    let place = HomeworkFolder::find(words.lang())?;
    place.check_started()?;
    let Student { id, name } = place.student()?;
    let target = options.out.clone().unwrap_or_else(|| place.submission_folder(&id));
    let staging = store::open_staging(&target, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen to signals")?;
    let screen = Terminal::new(!options.json);
    let measured =
        harness::measure(&place, (&id, &name), &staging.runs_folder(), &screen, |task, wanted| {
            screen.print_result(&homework::task_line(task, wanted, &words));
        })?;
    let rows = measured.result.tasks.iter().find_map(|task| task.rows).unwrap_or_default();
    let python = python_curves::trace_scripts(&place, rows, &staging.runs_folder(), &screen)?;
    screen.set_activity("pictures");
    let artifacts = files::build_artifacts(&place, &measured, &python, &words)?;
    interrupt::check()?;
    let folder = staging.publish(&artifacts)?;
    screen.finish();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&measured.result)?);
    }
    screen.print_result(&homework::total_sentence(&measured.result, &words));
    check::refused_lines(&place, &words)?.iter().for_each(|line| screen.print_result(line));
    report_link::print_location(&folder.join("report.html"), "report-is-at", options.open, &screen, &words)?;
    screen.print_result(&push::push_commands(&place, &folder, &id, words.lang()));
    Ok(())
}
