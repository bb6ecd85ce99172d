//! `cargo xtask lessons`: the sections, how long each takes in class, what has been run, and what comes next.

use crate::cli::{self, LessonsOptions};
use crate::discover;
use crate::screen::Screen;
use anyhow::Result;
use heaplab_record::Report;
use heaplab_report::Words;
use heaplab_report::listing::{self, Listed};

pub(crate) fn run(options: &LessonsOptions) -> Result<()> {
    let workspace = discover::workspace()?;
    let words = Words::new(cli::language(options.lang));
    let mut rows = Vec::new();
    for lesson in &workspace.lessons {
        let lecture = lesson.section.lecture().to_string();
        let report = workspace.root.join("reports").join(&lecture).join("report.json");
        let last: Option<Report> =
            std::fs::read(report).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let section = lesson.section.to_string();
        let last = last.filter(|report| report.runs.iter().any(|run| run.section == section));
        rows.push(Listed {
            section,
            lecture,
            title: words.lang().of(&lesson.title).to_owned(),
            minutes: lesson.minutes,
            last_run: last.map(|report| (report.created_at, report.rows_requested)),
        });
    }
    let width = u16::try_from(Screen::width()).unwrap_or(u16::MAX);
    Screen::new(true).result(&listing::lessons(&rows, &words, width));
    Ok(())
}
