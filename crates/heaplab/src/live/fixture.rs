//! A view with known figures, for tests.

use super::app::App;
use super::history::Point;
use super::messages::{NamedStack, Update};
use super::processes::{ProcessEntry, ProcessState};
use super::rows::{Growth, Holding, RowSet, SiteRow, StackHolding};
use heaplab_profile::Frame;
use heaplab_profile::raw::RawTotals;
use heaplab_profile::raw::tables::Levels;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) const SECOND: u64 = 1_000_000_000;

pub(super) fn path(process: u64) -> PathBuf {
    PathBuf::from(format!("/r/heap-{process}.tables"))
}

pub(super) fn entry(process: u64, name: &str, live_bytes: u64, state: ProcessState) -> ProcessEntry {
    let levels = Levels { process, live_bytes, peak_bytes: 2 * live_bytes, ..Levels::default() };
    ProcessEntry { path: path(process), name: name.to_owned(), command: name.to_owned(), levels, state }
}

/// Live bytes, blocks, growth, function and place of a row.
pub(super) type RowFigures = (i64, i64, i64, &'static str, &'static str);

pub(super) fn row(node: u32, (bytes, blocks, grown, function, place): RowFigures) -> SiteRow {
    let holding = Holding { live_bytes: bytes, live_blocks: blocks, births: blocks.unsigned_abs() };
    let growth = Growth { bytes: grown, blocks: 0 };
    SiteRow {
        key: place.to_owned(),
        frame: Frame { function: function.to_owned(), location: Some(place.to_owned()), ..Frame::default() },
        holding,
        growth,
        births_per_second: Some(7),
        stack_count: 1,
        stacks: vec![StackHolding { node, holding, growth }],
    }
}

pub(super) const ROWS: [RowFigures; 3] = [
    (3_000_000, 3000, -500, "load_users", "src/users.c:42"),
    (1_000_000, 20, 900_000, "载入订单", "src/server/orders.c:7"),
    (500, 1, 0, "main", "src/main.c:9"),
];

pub(super) fn rows(figures: &[RowFigures], has_mark: bool) -> Update {
    let rows = figures.iter().enumerate().map(|(node, figures)| row(node as u32 + 1, *figures)).collect();
    Update::Rows(Arc::new(RowSet { path: path(7), at_ns: 10 * SECOND, has_mark, rows, ..RowSet::default() }))
}

pub(super) fn sample(at_s: u64, live_bytes: u64) -> Update {
    let levels = Levels { process: 7, live_bytes, peak_bytes: 5_000_000, ..Levels::default() };
    Update::Sample { path: path(7), at_ns: at_s * SECOND, levels }
}

pub(super) fn totals(at_s: u64, births: u64, end_bytes: u64) -> Update {
    let totals = RawTotals { births, end_blocks: 3021, end_bytes, ..RawTotals::default() };
    Update::Totals { path: path(7), at_ns: at_s * SECOND, totals }
}

/// A view of one process after ten seconds: its live bytes grew in steps to 4 MB.
pub(super) fn app() -> App {
    let mut app = App::new();
    let points = (0..10).map(|at| Point { at_ns: at * SECOND, live_bytes: at / 2 * 1_000_000 }).collect();
    for update in [
        Update::Processes(vec![entry(7, "server", 4_000_000, ProcessState::Running)]),
        Update::Begin { path: path(7), points },
        sample(10, 4_000_000),
        totals(9, 1000, 4_000_000),
        totals(10, 3500, 4_000_000),
        rows(&ROWS, false),
    ] {
        app.update(update);
    }
    app
}

pub(super) fn named_stack(node: u32, functions: &[&str]) -> NamedStack {
    let frame = |function: &&str| Frame {
        function: (*function).to_owned(),
        location: Some(format!("src/{function}.c:1")),
        ..Frame::default()
    };
    let holding = Holding { live_bytes: 3_000_000, live_blocks: 3000, births: 3000 };
    let stack = StackHolding { node, holding, growth: Growth::default() };
    NamedStack { stack, frames: functions.iter().map(frame).collect() }
}

pub(super) fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

pub(super) fn letter(letter: char) -> KeyEvent {
    key(KeyCode::Char(letter))
}
