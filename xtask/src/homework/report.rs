//! `cargo xtask homework report`: measures, and writes what is handed in.

mod files;
mod push;

use super::place::{Place, Student};
use super::{check, harness};
use crate::cli::{self, LangChoice};
use crate::interrupt;
use crate::screen::Screen;
use crate::show;
use crate::store;
use anyhow::{Context as _, Result};
use clap::Args;
use heaplab_report::{Words, homework};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct ReportOptions {
    /// Write to this folder itself [default: reports/homework/ID]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print result.json on standard output
    #[arg(long)]
    pub(crate) json: bool,
    /// Open report.html when it is there
    #[arg(long)]
    pub(crate) open: bool,
    /// The language of page and summary [default: by LANG]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangChoice>,
}

/// What has few points is handed in all the same: that is the student's to decide, and the status is 0.
pub(crate) fn run(options: &ReportOptions) -> Result<()> {
    let words = Words::new(cli::language(options.lang));
    let place = Place::find(words.lang())?;
    place.begun()?;
    let Student { id, name } = place.student()?;
    let target = options.out.clone().unwrap_or_else(|| place.handed_in(&id));
    let staging = store::open(&target, options.out.is_some())?;
    interrupt::listen().context("cannot listen to signals")?;
    let screen = Screen::new(!options.json);
    let measured = harness::measure(&place, (&id, &name), &staging.runs(), &screen, |task, wanted| {
        screen.result(&homework::line(task, wanted, &words));
    })?;
    screen.doing("pictures");
    let artifacts = files::all(&place, &measured, &words)?;
    interrupt::check()?;
    let folder = staging.publish(&artifacts)?;
    screen.finish();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&measured.result)?);
    }
    screen.result(&homework::total(&measured.result, &words));
    check::refused(&place, &words)?.iter().for_each(|line| screen.result(line));
    show::result(&folder.join("report.html"), "report-is-at", options.open, &screen, &words)?;
    screen.result(&push::commands(&place, &folder, &id, words.lang()));
    Ok(())
}
