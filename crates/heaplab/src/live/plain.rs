//! Lines instead of a view: where there is no terminal, as in CI, and for `--once`.

use super::Watcher;
use super::app::{App, Knowledge};
use super::draw::clean;
use super::processes::{ProcessEntry, ProcessState};
use super::rows::SiteRow;
use anyhow::{Context as _, Result};
use heaplab_report::{Words, format};
use std::io::{ErrorKind, Write as _};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// How long to wait before signals are looked at.
const PATIENCE: Duration = Duration::from_millis(50);

/// What is printed, and where.
pub(super) struct PlainStyle<'a> {
    pub(super) every: Duration,
    /// Print once, with so many lines of the program.
    pub(super) once: Option<usize>,
    /// Lines go to standard error, because standard output is the program's.
    pub(super) to_stderr: bool,
    pub(super) words: &'a Words,
}

/// Prints where the process stands, again and again until it ends or `is_over`.
pub(super) fn print_lines(
    watcher: &Watcher,
    style: &PlainStyle<'_>,
    is_over: impl Fn() -> bool,
) -> Result<()> {
    let mut app = App::new();
    let mut due = Instant::now();
    loop {
        match watcher.updates.recv_timeout(PATIENCE) {
            Ok(update) => drop(app.update(update)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        watcher.updates.try_iter().for_each(|update| drop(app.update(update)));
        if let Some(problem) = app.problem.take() {
            eprintln!("{}", clean(&problem));
        }
        if is_over() {
            return Ok(());
        }
        let Some(process) = app.process().filter(|_| is_complete(app.displayed_knowledge())) else {
            continue;
        };
        let has_ended = process.state != ProcessState::Running;
        if let Some(top) = style.once {
            return print(&describe_once(&app, process, top, style.words), style).map(drop);
        }
        if Instant::now() < due && !has_ended {
            continue;
        }
        due = Instant::now() + style.every;
        let mut text = describe_moment(app.displayed_knowledge(), style.words) + "\n";
        if has_ended {
            text += &describe_end(process, style.words);
        }
        if !print(&text, style)? || has_ended {
            return Ok(());
        }
    }
}

/// Whether sums and rows are there, and all rows have their names.
fn is_complete(known: &Knowledge) -> bool {
    known.totals.is_some() && known.rows.path.file_name().is_some() && known.rows.unnamed_stacks == 0
}

/// The sums, and the row that holds the most.
fn describe_moment(known: &Knowledge, words: &Words) -> String {
    let totals = known.totals.unwrap_or_default();
    let rate = known.births_per_second.map(format::count);
    let rate = rate.map(|value| words.say("live-plain-rate", &[("value", &value)])).unwrap_or_default();
    let top = known.rows.rows.first().filter(|row| row.holding.live_bytes > 0);
    let top = top.map(|row| {
        let bytes = format::count(row.holding.live_bytes.max(0).unsigned_abs());
        words.say("live-plain-top", &[("line", &describe_line(row)), ("bytes", &bytes)])
    });
    words.say(
        "live-plain-now",
        &[
            ("time", &format::nanoseconds(known.at_ns as f64)),
            ("live", &format::count(totals.end_bytes)),
            ("peak", &format::count(totals.peak_bytes)),
            ("blocks", &format::count(totals.end_blocks)),
            ("births", &format::count(totals.births)),
            ("rate", &rate),
            ("top", &top.unwrap_or_default()),
        ],
    )
}

fn describe_line(row: &SiteRow) -> String {
    clean(&match &row.frame.location {
        Some(place) => format!("{place} {}", row.frame.function),
        None => row.frame.function.clone(),
    })
}

fn describe_end(process: &ProcessEntry, words: &Words) -> String {
    let key = match process.state {
        ProcessState::Ended => "live-plain-ended",
        ProcessState::Running | ProcessState::RegionClosed => "live-plain-closed",
    };
    let id = process.levels.process.to_string();
    words.say(key, &[("name", &clean(&process.name)), ("id", &id)]) + "\n"
}

/// The sums, and a line for each of the rows that hold the most.
fn describe_once(app: &App, process: &ProcessEntry, top: usize, words: &Words) -> String {
    let known = app.displayed_knowledge();
    let mut text = format!("{}\n{}\n", clean(&process.command), describe_moment(known, words));
    for row in app.order.select_rows(&known.rows).into_iter().take(top) {
        let bytes = format::count(row.holding.live_bytes.max(0).unsigned_abs());
        let blocks = format::count(row.holding.live_blocks.max(0).unsigned_abs());
        text += &format!("{bytes:>16} B {blocks:>12}  {}\n", describe_line(row));
    }
    if process.state != ProcessState::Running {
        text += &describe_end(process, words);
    }
    text
}

/// Returns false if nobody reads any more, as behind `| head`.
fn print(text: &str, style: &PlainStyle<'_>) -> Result<bool> {
    let written = if style.to_stderr {
        std::io::stderr().write_all(text.as_bytes())
    } else {
        let mut output = std::io::stdout().lock();
        output.write_all(text.as_bytes()).and_then(|()| output.flush())
    };
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("cannot write the lines"),
    }
}
