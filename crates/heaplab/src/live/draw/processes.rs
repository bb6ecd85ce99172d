//! The list of processes, where there are several.

use super::Style;
use super::header::state_key;
use super::text::{clean, shorten_end};
use crate::live::app::App;
use crate::live::processes::{ProcessEntry, ProcessState};
use heaplab_report::format;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

/// Columns of the figure at the right.
const FIGURE_WIDTH: usize = 9;

/// Draws a window of the list around the process that is shown.
pub(super) fn draw_processes(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    if app.processes.len() < 2 || area.height < 2 || area.width < 16 {
        return;
    }
    let running = app.processes.iter().filter(|process| process.state != ProcessState::Ended).count();
    let (count, running) = (app.processes.len().to_string(), running.to_string());
    let heading = style.words.say("live-processes", &[("count", &count), ("running", &running)]);
    let heading = shorten_end(&heading, usize::from(area.width).saturating_sub(1));
    frame.render_widget(
        Line::styled(format!(" {heading}"), style.palette.strong()),
        Rect { height: 1, ..area },
    );
    let shown = app.processes.iter().position(|process| Some(&process.path) == app.selected.as_ref());
    let room = usize::from(area.height) - 1;
    let first = shown.unwrap_or(0).saturating_sub(room / 2).min(app.processes.len().saturating_sub(room));
    for (row, (index, process)) in app.processes.iter().enumerate().skip(first).take(room).enumerate() {
        let y = area.y + 1 + u16::try_from(row).unwrap_or(0);
        let line = describe_process(process, usize::from(area.width), style);
        let line = if Some(index) == shown { line.style(style.palette.selected()) } else { line };
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
}

/// Name and number, and what is live; of a process that has ended, its peak.
fn describe_process(process: &ProcessEntry, width: usize, style: &Style<'_>) -> Line<'static> {
    let has_ended = process.state == ProcessState::Ended;
    let bytes = if has_ended { process.levels.peak_bytes } else { process.levels.live_bytes };
    let state = if has_ended { style.words.get(state_key(process.state)) } else { String::new() };
    let id = process.levels.process;
    let room = width.saturating_sub(FIGURE_WIDTH + state.width() + 2);
    let name = shorten_end(&format!("{} {id}", clean(&process.name)), room);
    let gap = room.saturating_sub(name.width());
    Line::from(vec![
        Span::raw(format!(" {name}{} {state}", " ".repeat(gap))),
        Span::raw(format!("{:>FIGURE_WIDTH$}", format::bytes(bytes))),
    ])
}
