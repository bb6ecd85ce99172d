//! Draws the state. Every function here is given an area and stays inside it.

mod curve;
mod header;
mod help;
mod processes;
mod stacks;
mod table;
mod text;

use super::app::{App, Mode};
use super::palette::Palette;
use heaplab_report::Words;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

pub(crate) use text::clean;

/// The smallest height at which the curve is drawn as well.
const HEIGHT_WITH_CURVE: u16 = 14;

/// The smallest height at which the program's output is shown as well.
const HEIGHT_WITH_OUTPUT: u16 = 30;

/// What drawing needs besides the state.
pub(crate) struct Style<'a> {
    pub(crate) words: &'a Words,
    pub(crate) palette: Palette,
}

/// Draws the whole screen.
pub(crate) fn draw_screen(frame: &mut Frame<'_>, app: &App, style: &Style<'_>) {
    let [title, figures, body, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    header::draw_title(frame, title, app, style);
    header::draw_figures(frame, figures, app, style);
    match &app.mode {
        Mode::Help { scroll } => help::draw_help(frame, body, *scroll, style),
        Mode::Stacks(page) => stacks::draw_stacks(frame, body, page, app, style),
        Mode::Table | Mode::TypeFilter { .. } => draw_body(frame, body, app, style),
    }
    draw_footer(frame, footer, app, style);
}

/// The curve above the table, and beside it the processes where there are several.
fn draw_body(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    let curve_height = match area.height {
        height if height + 3 < HEIGHT_WITH_CURVE => 0,
        height => (height / 3).clamp(5, 14),
    };
    let [upper, lower] = Layout::vertical([Constraint::Length(curve_height), Constraint::Min(0)]).areas(area);
    let list_width = if app.processes.len() > 1 { (upper.width * 2 / 5).min(60) } else { 0 };
    let [left, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(list_width)]).areas(upper);
    if curve_height > 0 {
        curve::draw_curve(frame, left, app, style);
        processes::draw_processes(frame, right, app, style);
    }
    let lines = app.own_program.as_ref().map_or(&[][..], |program| &program.lines);
    let output_height = match lines.len() {
        1.. if area.height >= HEIGHT_WITH_OUTPUT => u16::try_from(lines.len() + 1).unwrap_or(0),
        _ => 0,
    };
    let [lower, bottom] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(output_height)]).areas(lower);
    table::draw_table(frame, lower, app, style);
    draw_output(frame, bottom, lines, style);
}

/// The last lines that the program has printed.
fn draw_output(frame: &mut Frame<'_>, area: Rect, lines: &[String], style: &Style<'_>) {
    if area.height == 0 {
        return;
    }
    let heading = Line::styled(style.words.get("live-output"), style.palette.strong());
    let lines = lines.iter().map(|line| Line::from(text::shorten_end(&clean(line), usize::from(area.width))));
    let lines: Vec<Line<'_>> = std::iter::once(heading).chain(lines).collect();
    frame.render_widget(ratatui::widgets::Paragraph::new(lines), area);
}

/// The keys, the filter while it is typed, or a problem.
fn draw_footer(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    let width = usize::from(area.width);
    if let Some(problem) = &app.problem {
        let line = Line::styled(text::shorten_end(&clean(problem), width), style.palette.warning());
        return frame.render_widget(line, area);
    }
    if let Mode::TypeFilter { .. } = app.mode {
        let typed = format!("/{}", app.order.filter);
        let hint = format!("   {}", style.words.get("live-keys-filter"));
        let cursor = Span::styled(" ", style.palette.selected());
        let line = Line::from(vec![Span::styled(typed, style.palette.strong()), cursor, Span::raw(hint)]);
        return frame.render_widget(line, area);
    }
    let keys = match app.mode {
        Mode::Stacks(_) => style.words.get("live-keys-stacks"),
        Mode::Help { .. } => style.words.get("live-keys-help"),
        Mode::Table | Mode::TypeFilter { .. } => {
            let several =
                if app.processes.len() > 1 { style.words.get("live-keys-several") } else { String::new() };
            several
                + &style.words.get(match &app.own_program {
                    None => "live-keys",
                    Some(program) if program.has_ended => "live-keys-own-ended",
                    Some(_) => "live-keys-own",
                })
        }
    };
    frame.render_widget(text::keys_line(&keys, width, style.palette), area);
}

#[cfg(test)]
mod tests;
