//! What the keys do, and what the figures are.

use super::Style;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr as _;

/// Keys, and the messages that say what they do.
const KEYS: [(&str, &str); 12] = [
    ("m", "live-help-mark"),
    ("M", "live-help-drop-mark"),
    ("/", "live-help-filter"),
    ("s", "live-help-sort"),
    ("f  space", "live-help-freeze"),
    ("Enter", "live-help-stack"),
    ("↑ ↓ j k", "live-help-move"),
    ("t", "live-help-span"),
    ("Tab", "live-help-process"),
    ("Ctrl-Z", "live-help-suspend"),
    ("Esc", "live-help-back"),
    ("q  Ctrl-C", "live-help-quit"),
];

/// Sentences about the figures.
const NOTES: [&str; 3] = ["live-help-bytes", "live-help-exact", "live-help-cost"];

pub(super) fn draw_help(frame: &mut Frame<'_>, area: Rect, scroll: u16, style: &Style<'_>) {
    let width = KEYS.iter().map(|(key, _)| key.width()).max().unwrap_or(0) + 2;
    let key = |&(key, message): &(&str, &str)| {
        let gap = " ".repeat(width - key.width());
        Line::from(vec![
            Span::raw("  "),
            Span::styled(key.to_owned(), style.palette.key()),
            Span::raw(gap + &style.words.get(message)),
        ])
    };
    let notes = NOTES.iter().map(|message| Line::from(style.words.get(message)));
    let lines: Vec<Line<'_>> = KEYS.iter().map(key).chain([Line::default()]).chain(notes).collect();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).scroll((scroll, 0)), area);
}
