//! What stands in the cells of the screen.

use super::*;
use crate::live::fixture::{ROWS, SECOND, app, entry, key, letter, named_stack, path, rows};
use crate::live::messages::Update;
use crate::live::processes::ProcessState;
use heaplab_profile::raw::RawTotals;
use heaplab_report::Lang;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::style::{Color, Modifier};

fn draw(app: &App, lang: Lang, palette: Palette, width: u16, height: u16) -> Buffer {
    let words = Words::new(lang);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw_screen(frame, app, &Style { words: &words, palette })).unwrap();
    terminal.backend().buffer().clone()
}

/// The lines of the screen. A wide letter takes two cells, of which the second is empty.
fn lines(buffer: &Buffer) -> Vec<String> {
    let line = |y: u16| {
        let mut text = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol)).unwrap().max(1);
        }
        text.trim_end().to_owned()
    };
    (0..buffer.area.height).map(line).collect()
}

fn english(app: &App, width: u16, height: u16) -> Vec<String> {
    lines(&draw(app, Lang::En, Palette::plain(), width, height))
}

fn marked() -> App {
    let mut app = app();
    let totals = RawTotals { end_bytes: 3_100_000, ..RawTotals::default() };
    app.update(Update::Marked { path: path(7), mark: Some((5 * SECOND, totals)) });
    app.update(rows(&ROWS, true));
    app
}

#[test]
fn the_screen_of_80_columns_and_24_lines() {
    let found = english(&app(), 80, 24);
    let expected = [
        "server 7 · running · 0:10",
        "live 4.00 MB   peak 5.00 MB   3,021 blocks   2.5k allocs/s",
        "Live bytes, since the start",
    ];
    assert_eq!(found[..3], expected);
    let table = "\
Lines that allocated: 3
   ▼live     blocks  allocs/s function     place
 3.00 MB      3,000         7 load_users   src/users.c:42
 1.00 MB         20         7 载入订单     src/server/orders.c:7
   500 B          1         7 main         src/main.c:9";
    let table: Vec<&str> = table.lines().collect();
    assert_eq!(found[9..14], table[..], "{found:#?}");
    let footer = "m mark  / filter  s sort  f freeze  Enter stack  t time  ? help  q quit";
    assert_eq!(found[23], footer);
}

#[test]
fn the_curve_is_bars_with_labels_and_times() {
    let found = english(&app(), 80, 24);
    assert!(found[3].starts_with("4.00 MB "), "{found:#?}");
    assert!(found[5].starts_with("2.00 MB "), "{found:#?}");
    assert!(found[7].starts_with("    0 B "), "{found:#?}");
    // 72 columns for ten seconds, in which the level rises four times.
    let first_bar = |line: usize| found[line].chars().skip(8).position(|bar| bar != ' ');
    assert_eq!(first_bar(3), Some(57), "8 s of 10 s: {found:#?}");
    assert_eq!(first_bar(7), Some(14), "2 s of 10 s");
    let level = |line: usize| found[line].chars().nth(8 + 50);
    // 3 of 4 MB are 30 of 40 eighths: three lines, and six eighths of the next.
    assert_eq!([3, 4, 5].map(level), [Some(' '), Some('▆'), Some('█')], "at 6 s: {found:#?}");
    assert_eq!(found[8], format!("{:8}0:00{:64}0:10", "", ""));
}

#[test]
fn a_mark_adds_its_column_its_sign_and_the_growth_of_all() {
    let found = english(&marked(), 80, 24);
    assert!(found[1].contains("peak 5.00 MB   since mark +900 kB   3,021 blocks"), "{found:#?}");
    // The mark is in the middle of ten seconds.
    assert_eq!(found[8].chars().position(|letter| letter == '▲'), Some(8 + 36), "{found:#?}");
    assert_eq!(found[8], format!("{:8}0:00{:27}mark ▲{:31}0:10", "", "", ""));
    let table = [
        "    live ▼since mark     blocks function     place",
        " 1.00 MB     +900 kB         20 载入订单     src/server/orders.c:7",
        "   500 B         0 B          1 main         src/main.c:9",
        " 3.00 MB      -500 B      3,000 load_users   src/users.c:42",
    ];
    assert_eq!(found[10..14], table, "{found:#?}");
}

#[test]
fn what_grew_has_a_color_and_the_selected_row_is_reversed() {
    let buffer = draw(&marked(), Lang::En, Palette::colored(), 80, 24);
    // The last digit of the growth in the first row.
    let cell = &buffer[(16, 11)];
    assert_eq!((cell.fg, cell.modifier.contains(Modifier::BOLD)), (Color::Indexed(166), true));
    assert_eq!(
        (buffer[(44, 8)].fg, buffer[(79, 8)].fg),
        (Color::Indexed(166), Color::Reset),
        "the mark alone"
    );
    assert!(buffer[(40, 11)].modifier.contains(Modifier::REVERSED));
    assert!(!buffer[(40, 12)].modifier.contains(Modifier::REVERSED));
    let plain = draw(&marked(), Lang::En, Palette::plain(), 80, 24);
    assert!(plain.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

#[test]
fn a_large_terminal_shows_every_digit_and_the_share() {
    let found = english(&app(), 140, 45);
    assert!(found[1].starts_with("live 4.00 MB (4,000,000 B)   peak 5.00 MB (5,000,000 B)"), "{found:#?}");
    let row = found.iter().find(|line| line.contains("load_users")).unwrap();
    assert!(row.starts_with(" 3.00 MB  75.0 %      3,000         7 load_users"), "{row}");
}

/// The figures are never cut: without room, the last ones are left out.
#[test]
fn figures_without_room_are_left_out() {
    let mut app = marked();
    app.update(Update::Totals {
        path: path(7),
        at_ns: 12 * SECOND,
        totals: RawTotals { births: 2_000_000, end_blocks: 12_345_678, ..RawTotals::default() },
    });
    assert_eq!(
        english(&app, 80, 24)[1],
        "live 4.00 MB  peak 5.00 MB  since mark +900 kB  12,345,678 blocks  998k allocs/s"
    );
    assert_eq!(
        english(&app, 78, 24)[1],
        "live 4.00 MB   peak 5.00 MB   since mark +900 kB   12,345,678 blocks"
    );
    assert_eq!(english(&app, 30, 24)[1], "live 4.00 MB   peak 5.00 MB");
}

/// Names that are too long lose their ends, and places their beginnings; figures lose nothing.
#[test]
fn names_and_places_are_cut_and_figures_are_not() {
    let mut app = app();
    let long = (
        1_234_567_890,
        12_345_678,
        -999_999_999,
        "std::map<std::string, std::vector<std::pair<int, double>>>::emplace_hint",
        "/home/somebody/projects/a-very-long-name/src/module/impl.cpp:12345",
    );
    app.update(rows(&[long], true));
    let row = english(&app, 80, 24).into_iter().find(|line| line.contains("std::map")).unwrap();
    assert!(row.starts_with(" 1.23 GB    -1.00 GB 12,345,678 "), "{row}");
    assert!(
        row.contains("std::map<") && row.contains('…') && row.ends_with(" …/module/impl.cpp:12345"),
        "{row}"
    );
}

#[test]
fn chinese_words_are_aligned_by_their_columns() {
    let found = lines(&draw(&marked(), Lang::Zh, Palette::plain(), 80, 24));
    assert_eq!(found[0], "server 7 · 运行中 · 0:10");
    assert_eq!(found[1], "存活 4.00 MB   峰值 5.00 MB   标记以来 +900 kB   3,021 块   每秒分配 2.5k 次");
    assert_eq!(found[10], "    存活   ▼标记以来       块数 函数         位置");
    assert!(found[23].contains("m 标记") && found[23].ends_with("q 退出"), "{found:#?}");
}

#[test]
fn several_processes_are_listed_beside_the_curve() {
    let mut app = app();
    app.update(Update::Processes(vec![
        entry(7, "make", 4_000_000, ProcessState::Running),
        entry(8, "cc1plus", 52_000_000, ProcessState::Ended),
    ]));
    let buffer = draw(&app, Lang::En, Palette::plain(), 80, 24);
    let found = lines(&buffer);
    assert_eq!(found[0], "make 7 · running · 0:10 · process 1 of 2");
    assert!(found[2].ends_with(" 2 processes, 1 running"), "{found:#?}");
    assert!(found[3].ends_with("make 7                  4.00 MB"), "{found:#?}");
    assert!(found[4].ends_with("cc1plus 8        ended   104 MB"), "its peak: {found:#?}");
    assert!(buffer[(79, 3)].modifier.contains(Modifier::REVERSED), "it is the one that is shown");
}

#[test]
fn a_stack_is_shown_whole_the_innermost_frame_first() {
    let mut app = app();
    app.press(key(KeyCode::Enter));
    assert!(english(&app, 80, 24)[4].contains("Looking up"));
    let stacks = vec![named_stack(1, &["main", "serve", "load_users"])];
    app.update(Update::Stacks { path: path(7), key: "src/users.c:42".to_owned(), stacks });
    let found = english(&app, 80, 24);
    let expected = [
        "Stack 1 of 1 that lead to src/users.c:42",
        "live 3.00 MB in 3,000 blocks, 3,000 allocations so far",
        "  0 load_users  src/load_users.c:1",
        "  1 serve  src/serve.c:1",
        "  2 main  src/main.c:1",
    ];
    assert_eq!(found[2..7], expected);
}

/// The help has no line that is cut, in either language, on the smallest of usual terminals.
#[test]
fn the_help_fits_80_by_24() {
    let mut app = app();
    app.press(letter('?'));
    for lang in [Lang::En, Lang::Zh] {
        let found = lines(&draw(&app, lang, Palette::plain(), 80, 24));
        let words = Words::new(lang);
        let shown = found.concat().replace(' ', "");
        for message in ["live-help-quit", "live-help-bytes", "live-help-exact", "live-help-cost"] {
            assert!(shown.contains(&words.get(message).replace(' ', "")), "{message}: {found:#?}");
        }
    }
}

/// Nothing panics and nothing is drawn outside, however small or large the terminal is.
#[test]
fn every_size_can_be_drawn() {
    let mut pages = vec![app(), marked()];
    for pressed in [key(KeyCode::Enter), letter('?'), letter('/')] {
        let mut page = marked();
        page.press(pressed);
        pages.push(page);
    }
    for page in &pages {
        for (width, height) in [(1, 1), (2, 3), (10, 5), (20, 8), (39, 14), (59, 20), (300, 100)] {
            for lang in [Lang::En, Lang::Zh] {
                draw(page, lang, Palette::colored(), width, height);
            }
        }
    }
}

#[test]
fn control_characters_of_a_program_do_not_reach_the_terminal() {
    let mut app = app();
    app.update(rows(&[(1, 1, 0, "f\u{1b}[2Jg", "a\u{7}b.c:1")], false));
    app.update(Update::Problem("no\u{1b}]0;title".to_owned()));
    let buffer = draw(&app, Lang::En, Palette::plain(), 80, 24);
    assert!(buffer.content().iter().all(|cell| !cell.symbol().chars().any(char::is_control)));
}
