//! The table of lines that hold the most, or grew the most.

use super::Style;
use super::header::{format_growth, growth_style};
use super::text::{clean, shorten_end, shorten_path};
use crate::live::app::App;
use crate::live::rows::SiteRow;
use crate::live::table_order::SortKey;
use heaplab_report::format;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Row, Table, TableState};
use unicode_width::UnicodeWidthStr;

/// Columns for functions at least, as their heading takes some.
const LEAST_NAME_WIDTH: u16 = 12;

/// A column of figures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Live,
    Share,
    Growth,
    Blocks,
    Rate,
}

impl Column {
    const fn key(self) -> &'static str {
        match self {
            Column::Live => "live-column-live",
            Column::Share => "live-column-share",
            Column::Growth => "live-column-growth",
            Column::Blocks => "live-column-blocks",
            Column::Rate => "live-column-rate",
        }
    }

    const fn width(self) -> u16 {
        match self {
            Column::Live => 8,
            Column::Rate => 9,
            Column::Share => 7,
            Column::Growth => 11,
            Column::Blocks => 10,
        }
    }

    const fn sort(self) -> Option<SortKey> {
        match self {
            Column::Live => Some(SortKey::Live),
            Column::Share => None,
            Column::Growth => Some(SortKey::Growth),
            Column::Blocks => Some(SortKey::Blocks),
            Column::Rate => Some(SortKey::Rate),
        }
    }

    fn cell(self, row: &SiteRow, live_bytes: u64, style: &Style<'_>) -> Cell<'static> {
        let right = |text: String| Line::from(text).right_aligned();
        let positive = |level: i64| level.max(0).unsigned_abs();
        match self {
            Column::Live => Cell::from(right(format::bytes(positive(row.holding.live_bytes)))),
            Column::Share => {
                let part = positive(row.holding.live_bytes) as f64 / live_bytes.max(1) as f64;
                Cell::from(right(format::percent(part)))
            }
            Column::Growth => {
                let line = right(format_growth(row.growth.bytes));
                Cell::from(line.style(growth_style(row.growth.bytes, style)))
            }
            Column::Blocks => Cell::from(right(format::count(positive(row.holding.live_blocks)))),
            Column::Rate => Cell::from(right(row.births_per_second.map(format::scale).unwrap_or_default())),
        }
    }
}

/// The columns that a width has room for, with at least 35 columns for the function and its place.
fn choose_columns(width: u16, has_mark: bool, sort: SortKey) -> Vec<Column> {
    let mut columns = vec![Column::Live];
    columns.extend(Some(Column::Share).filter(|_| width >= 110));
    columns.extend(Some(Column::Growth).filter(|_| has_mark));
    columns.extend(Some(Column::Blocks).filter(|_| width >= 60 || sort == SortKey::Blocks));
    let has_rate = width >= 100 || (width >= 70 && !has_mark) || sort == SortKey::Rate;
    columns.extend(Some(Column::Rate).filter(|_| has_rate));
    columns
}

/// Draws a heading and the rows around the selected one.
pub(super) fn draw_table(frame: &mut Frame<'_>, area: Rect, app: &App, style: &Style<'_>) {
    let [heading, area] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let shown = app.displayed_knowledge();
    let rows = app.order.select_rows(&shown.rows);
    frame.render_widget(Line::from(describe_rows(app, rows.len(), style)), heading);
    let sort = app.order.sort;
    let columns = choose_columns(area.width, shown.rows.has_mark, sort);
    let figures: u16 = columns.iter().map(|column| column.width() + 1).sum();
    let names = area.width.saturating_sub(figures);
    let (function_width, place_width) = split_names(&rows, names);

    let widths = columns.iter().map(|column| Constraint::Length(column.width()));
    let widths = widths.chain([Constraint::Length(function_width), Constraint::Length(place_width)]);
    let live_bytes = shown.levels.live_bytes;
    let table_rows = rows.iter().map(|row| {
        let figures = columns.iter().map(|column| column.cell(row, live_bytes, style));
        let function = shorten_end(&clean(&row.frame.function), usize::from(function_width));
        let place = row.frame.location.as_deref().unwrap_or_default();
        let place = shorten_path(&clean(place), usize::from(place_width));
        Row::new(figures.chain([Cell::from(function), Cell::from(place)]))
    });
    let table = Table::new(table_rows, widths)
        .column_spacing(1)
        .header(header_row(&columns, sort, style))
        .row_highlight_style(style.palette.selected());
    let selected = Some(app.order.selected_index(&rows)).filter(|_| !rows.is_empty());
    let mut state = TableState::default().with_selected(selected);
    frame.render_stateful_widget(table, area, &mut state);
}

fn header_row(columns: &[Column], sort: SortKey, style: &Style<'_>) -> Row<'static> {
    let figure = |column: &Column| {
        let text = style.words.get(column.key());
        let text = if column.sort() == Some(sort) { format!("▼{text}") } else { text };
        Cell::from(Line::from(text).right_aligned())
    };
    let names = ["live-column-function", "live-column-place"].map(|key| Cell::from(style.words.get(key)));
    Row::new(columns.iter().map(figure).chain(names)).style(style.palette.heading())
}

/// The columns for functions and for places. A place stands close to its function. Where there is no
/// room for the widest of both, each gets what the other leaves, and at least half.
fn split_names(rows: &[&SiteRow], room: u16) -> (u16, u16) {
    let widest = |text: fn(&SiteRow) -> &str| {
        let widths = rows.iter().map(|row| UnicodeWidthStr::width(text(row)));
        u16::try_from(widths.max().unwrap_or(0)).unwrap_or(u16::MAX)
    };
    let room = room.saturating_sub(1);
    let functions = widest(|row| &row.frame.function).max(LEAST_NAME_WIDTH);
    let places = widest(|row| row.frame.location.as_deref().unwrap_or_default());
    let place = places.min(room.saturating_sub(functions).max(room / 2));
    let function = functions.min(room - place);
    (function, room - function)
}

/// How many rows there are, the filter, and what is not yet among them.
fn describe_rows(app: &App, visible: usize, style: &Style<'_>) -> String {
    let set = &app.displayed_knowledge().rows;
    let (visible, all) = (visible.to_string(), set.rows.len().to_string());
    let mut text = match app.order.filter.as_str() {
        "" => style.words.say("live-rows", &[("count", &all)]),
        filter => {
            style.words.say("live-rows-filtered", &[("count", &visible), ("all", &all), ("filter", filter)])
        }
    };
    if set.unnamed_stacks > 0 {
        let bytes = format::bytes(set.unnamed_bytes.max(0).unsigned_abs());
        let count = format::count(set.unnamed_stacks as u64);
        text += &style.words.say("live-rows-unnamed", &[("count", &count), ("bytes", &bytes)]);
    }
    text
}
