//! `cargo xtask lessons`: lists the sections, how long each takes in class, when each was run, and
//! what comes next.

use crate::cli::{self, LessonsOptions};
use crate::publish::store;
use crate::runner::discover;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_analysis::scale::requested_rows;
use heaplab_report::Words;
use heaplab_report::terminal::{ListedLesson, render_lesson_list};

pub(crate) fn run(options: &LessonsOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(options.lang));
    let mut rows = Vec::new();
    for lesson in &workspace.lessons {
        let lecture = lesson.section.lecture().to_string();
        let last = store::read_report(&workspace.root.join("reports").join(&lecture));
        let section = lesson.section.to_string();
        let last_run = last.and_then(|report| {
            let run = report.runs.iter().find(|run| run.section == section)?;
            Some((report.created_at.clone(), requested_rows(run, &report)))
        });
        rows.push(ListedLesson {
            section,
            lecture,
            title: words.lang().pick(&lesson.title).to_owned(),
            minutes: lesson.minutes,
            last_run,
        });
    }
    let width = u16::try_from(Terminal::width_columns()).unwrap_or(u16::MAX);
    Terminal::new(true).print_result(&render_lesson_list(&rows, &words, width));
    Ok(())
}
