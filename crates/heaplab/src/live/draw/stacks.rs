//! The stacks of a row, whole, one at a time.

use super::Style;
use super::header::{format_growth, growth_style};
use super::text::clean;
use crate::live::app::{App, StackPage};
use heaplab_report::format;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

/// Draws which stack it is, what it holds, and its frames, the innermost first.
pub(super) fn draw_stacks(frame: &mut Frame<'_>, area: Rect, page: &StackPage, app: &App, style: &Style<'_>) {
    let [heading, figures, frames] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let row = app.displayed_knowledge().rows.rows.iter().find(|row| row.key == page.key);
    let stack_count = row.map_or(page.stacks.len(), |row| row.stack_count);
    let (index, count) = ((page.index + 1).to_string(), format::count(stack_count as u64));
    let key = clean(&page.key);
    let title = style.words.say("live-stack-title", &[("index", &index), ("count", &count), ("line", &key)]);
    frame.render_widget(Line::styled(title, style.palette.strong()), heading);
    let Some(named) = page.stacks.get(page.index) else {
        return frame.render_widget(Line::from(style.words.get("live-stack-waiting")), frames);
    };
    let positive = |level: i64| level.max(0).unsigned_abs();
    let holding = &named.stack.holding;
    let (bytes, blocks) = (positive(holding.live_bytes), positive(holding.live_blocks));
    let (bytes, blocks) = (format::bytes(bytes), format::count(blocks));
    let births = format::count(holding.births);
    let text =
        style.words.say("live-stack-figures", &[("bytes", &bytes), ("blocks", &blocks), ("births", &births)]);
    let mut spans = vec![Span::raw(text)];
    if app.displayed_knowledge().rows.has_mark {
        let grown = named.stack.growth.bytes;
        let text = style.words.say("live-since-mark", &[("value", &format_growth(grown))]);
        spans.extend([Span::raw("   "), Span::styled(text, growth_style(grown, style))]);
    }
    frame.render_widget(Line::from(spans), figures);

    let lines: Vec<Line<'_>> = named
        .frames
        .iter()
        .rev()
        .enumerate()
        .map(|(number, frame)| {
            let place = frame.location.as_deref().map(clean).unwrap_or_default();
            let is_row = row.is_some_and(|row| row.frame == *frame);
            let name_style = if is_row { style.palette.strong() } else { ratatui::style::Style::new() };
            Line::from(vec![
                Span::raw(format!("{number:>3} ")),
                Span::styled(clean(&frame.function), name_style),
                Span::raw("  "),
                Span::styled(place, style.palette.curve()),
            ])
        })
        .collect();
    let paragraph = Paragraph::new(lines).wrap(Wrap { trim: false }).scroll((page.scroll, 0));
    frame.render_widget(paragraph, frames);
}
