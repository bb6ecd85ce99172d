//! Live bytes over time, as bars of eighths of a line, which every font has.

use super::Style;
use super::text::format_time;
use crate::live::app::{App, TimeSpan};
use heaplab_report::format;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Sparkline;
use unicode_width::UnicodeWidthStr as _;

/// Columns of the labels at the left: `999 MB`, a space.
const LABEL_WIDTH: u16 = 8;
/// Columns of the times at both ends: `2:01:23`, a space.
const TIME_WIDTH: u16 = 8;

/// Draws a title, the bars, and the time below them.
pub(super) fn draw_curve(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    let [title, plot, axis] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    let [labels, bars] =
        Layout::horizontal([Constraint::Length(LABEL_WIDTH), Constraint::Min(0)]).areas(plot);
    let until_ns =
        app.displayed_knowledge().at_ns.max(if app.is_frozen() { 0 } else { app.history.end_ns() });
    let from_ns = app.span.start_ns(until_ns);
    let columns = app.history.columns(from_ns, until_ns, usize::from(bars.width));
    let most = columns.iter().flatten().copied().max().unwrap_or(0).max(1);
    // A level above zero is seen, however low it is.
    let least = most.div_ceil(u64::from(bars.height.max(1)) * 8);
    let heights = columns.iter().map(|level| level.map(|level| if level > 0 { level.max(least) } else { 0 }));
    frame.render_widget(Sparkline::default().data(heights).max(most).style(style.palette.curve()), bars);

    draw_labels(frame, labels, most);
    draw_times(frame, Rect { x: bars.x, width: bars.width, ..axis }, from_ns, until_ns);
    let heading = match app.span {
        TimeSpan::All => "live-curve",
        TimeSpan::TenMinutes => "live-curve-ten-minutes",
        TimeSpan::Minute => "live-curve-minute",
    };
    frame.render_widget(Line::styled(style.words.get(heading), style.palette.strong()), title);
    let mark_ns = app
        .displayed_knowledge()
        .mark
        .map(|mark| mark.at_ns)
        .filter(|at_ns| (from_ns..=until_ns).contains(at_ns));
    if let Some(at_ns) = mark_ns {
        draw_mark(
            frame,
            Rect { x: bars.x, width: bars.width, ..axis },
            at_ns - from_ns,
            until_ns - from_ns,
            style,
        );
    }
}

/// The most, the middle and zero.
fn draw_labels(frame: &mut Frame<'_>, area: Rect, most: u64) {
    let mut draw = |row: u16, bytes: u64| {
        let line = Line::from(format!("{} ", format::bytes(bytes))).right_aligned();
        frame.render_widget(line, Rect { y: area.y + row, height: 1, ..area });
    };
    if area.height > 0 {
        draw(0, most);
    }
    if area.height > 4 {
        draw(area.height / 2, most / 2);
    }
    if area.height > 1 {
        draw(area.height - 1, 0);
    }
}

fn draw_times(frame: &mut Frame<'_>, area: Rect, from_ns: u64, until_ns: u64) {
    let (from, until) = (format_time(from_ns), format_time(until_ns));
    let gap = usize::from(area.width).saturating_sub(from.width() + until.width());
    frame.render_widget(Line::from(format!("{from}{}{until}", " ".repeat(gap))), area);
}

/// A sign below the column of the mark, with a word beside it where the times leave room.
fn draw_mark(frame: &mut Frame<'_>, area: Rect, at_ns: u64, span_ns: u64, style: &Style<'_>) {
    let column = u128::from(at_ns) * u128::from(area.width) / u128::from(span_ns.max(1));
    let column = u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1));
    let word = style.words.get("live-mark-sign");
    let width = u16::try_from(word.width()).unwrap_or(0) + 2;
    let is_left = column >= area.width / 2;
    let has_room = area.width > 2 * (width + TIME_WIDTH);
    let (text, x) = match (has_room, is_left) {
        (false, _) => ("▲".to_owned(), column),
        (true, false) if column < TIME_WIDTH => ("▲".to_owned(), column),
        (true, false) => (format!("▲ {word}"), column),
        (true, true) => (format!("{word} ▲"), (column + 1).saturating_sub(width)),
    };
    let width = u16::try_from(text.width()).unwrap_or(0).min(area.width - x);
    let area = Rect { x: area.x + x, width, ..area };
    frame.render_widget(Line::styled(text, style.palette.mark()), area);
}
