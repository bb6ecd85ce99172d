//! The two lines at the top: which process it is, and its figures.

use super::Style;
use super::text::{clean, format_time, shorten_end};
use crate::live::app::App;
use crate::live::processes::ProcessState;
use heaplab_report::format;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

/// Terminals of at least this width show bytes with every digit as well.
const WIDE: u16 = 120;

/// Name, process id, state and time.
pub(super) fn draw_title(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    let Some(process) = app.process() else {
        return frame.render_widget(Line::from(style.words.get("live-waiting")), area);
    };
    let state = style.words.get(state_key(process.state));
    let time = format_time(app.displayed_knowledge().at_ns);
    let id = process.levels.process.to_string();
    let mut about = style.words.say("live-process", &[("id", &id), ("state", &state), ("time", &time)]);
    let position = app.processes.iter().position(|other| other.path == process.path).unwrap_or(0) + 1;
    if app.processes.len() > 1 {
        let (position, count) = (position.to_string(), app.processes.len().to_string());
        about += &style.words.say("live-position", &[("position", &position), ("count", &count)]);
    }
    let frozen = if app.is_frozen() { style.words.get("live-frozen") } else { String::new() };
    let frozen_width = u16::try_from(frozen.width()).unwrap_or(0);
    let [left, right] =
        Layout::horizontal([Constraint::Min(0), Constraint::Length(frozen_width)]).areas(area);
    let room = usize::from(left.width).saturating_sub(about.width() + 1);
    let name = shorten_end(&clean(&process.name), room);
    let state_style = match process.state {
        ProcessState::Ended => style.palette.warning(),
        ProcessState::Running | ProcessState::RegionClosed => ratatui::style::Style::new(),
    };
    let line = Line::from(vec![Span::styled(name, style.palette.strong()), Span::styled(about, state_style)]);
    frame.render_widget(line, left);
    frame.render_widget(Line::styled(frozen, style.palette.selected()), right);
}

pub(super) const fn state_key(state: ProcessState) -> &'static str {
    match state {
        ProcessState::Running => "live-running",
        ProcessState::RegionClosed => "live-region-closed",
        ProcessState::Ended => "live-ended",
    }
}

/// What is live, the peak, the blocks, the rate, and the growth since the mark.
pub(super) fn draw_figures(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    let shown = app.displayed_knowledge();
    let say = |key: &str, value: String| style.words.say(key, &[("value", value.as_str())]);
    let bytes = |bytes: u64| match area.width {
        width if width >= WIDE => format!("{} ({} B)", format::bytes(bytes), format::count(bytes)),
        _ => format::bytes(bytes),
    };
    let mut parts = vec![
        Span::styled(say("live-now", bytes(shown.levels.live_bytes)), style.palette.strong()),
        Span::raw(say("live-peak", bytes(shown.levels.peak_bytes))),
    ];
    if let Some(mark) = &shown.mark {
        let grown = shown.levels.live_bytes.cast_signed().wrapping_sub(mark.totals.end_bytes.cast_signed());
        parts.push(Span::styled(say("live-since-mark", format_growth(grown)), growth_style(grown, style)));
    }
    if let Some(totals) = &shown.totals {
        parts.push(Span::raw(say("live-blocks", format::count(totals.end_blocks))));
    }
    if let Some(rate) = shown.births_per_second {
        parts.push(Span::raw(say("live-rate", format::scale(rate))));
    }
    frame.render_widget(join_fitting(parts, usize::from(area.width)), area);
}

/// Puts gaps between the parts, as large as there is room for. Where there is none, the last parts
/// are left out.
fn join_fitting(mut parts: Vec<Span<'static>>, width: usize) -> Line<'static> {
    let columns = |parts: &[Span<'_>], gap: usize| {
        parts.iter().map(Span::width).sum::<usize>() + gap * parts.len().saturating_sub(1)
    };
    while parts.len() > 1 && columns(&parts, 2) > width {
        parts.pop();
    }
    let gap = if columns(&parts, 3) > width { 2 } else { 3 };
    let mut spans = Vec::new();
    for part in parts {
        if !spans.is_empty() {
            spans.push(Span::raw(" ".repeat(gap)));
        }
        spans.push(part);
    }
    Line::from(spans)
}

/// With its sign: `+1.20 MB`, `-8 B`, `0 B`.
pub(super) fn format_growth(bytes: i64) -> String {
    let text = format::signed_bytes(bytes);
    if bytes > 0 { format!("+{text}") } else { text }
}

pub(super) fn growth_style(bytes: i64, style: &Style<'_>) -> ratatui::style::Style {
    match bytes {
        1.. => style.palette.growth(),
        0 => ratatui::style::Style::new(),
        _ => style.palette.decrease(),
    }
}
