//! What keys and updates change.

use super::*;
use crate::live::fixture::{ROWS, RowFigures};
use crate::live::fixture::{SECOND, app, entry, key, letter, named_stack, path, rows, sample, totals};
use crate::live::processes::ProcessState;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

fn functions(app: &App) -> Vec<String> {
    let rows = app.order.select_rows(&app.displayed_knowledge().rows);
    rows.into_iter().map(|row| row.frame.function.clone()).collect()
}

fn press(app: &mut App, keys: &str) {
    for each in keys.chars() {
        let pressed = if each == '\n' { key(KeyCode::Enter) } else { letter(each) };
        app.press(pressed);
    }
}

#[test]
fn rates_are_over_the_time_between_two_readings() {
    let mut app = app();
    assert_eq!(app.displayed_knowledge().births_per_second, Some(2500));
    // A mark is read shortly after a reading, and changes no rate.
    app.update(Update::Totals { path: path(7), at_ns: 10 * SECOND + 1000, totals: RawTotals::default() });
    assert_eq!(app.displayed_knowledge().births_per_second, Some(2500));
    app.update(totals(12, 3700, 1));
    assert_eq!(
        app.displayed_knowledge().births_per_second,
        Some(1850),
        "the births since the reading before"
    );
}

#[test]
fn a_mark_sorts_by_growth_and_taking_it_away_by_live_bytes() {
    let mut app = app();
    assert_eq!(functions(&app), ["load_users", "载入订单", "main"]);
    let commands = app.press(letter('m'));
    assert!(matches!(commands[..], [Command::Sample(Request::Mark)]));
    app.update(Update::Marked { path: path(7), mark: Some((10 * SECOND, RawTotals::default())) });
    app.update(rows(&ROWS, true));
    assert_eq!(functions(&app), ["载入订单", "main", "load_users"]);
    app.update(Update::Marked { path: path(7), mark: None });
    assert_eq!(functions(&app), ["load_users", "载入订单", "main"]);
}

#[test]
fn the_filter_is_typed_kept_and_dropped() {
    let mut app = app();
    press(&mut app, "/orders");
    assert_eq!(functions(&app), ["载入订单"], "while it is typed, by place");
    app.press(key(KeyCode::Backspace));
    press(&mut app, "\n");
    assert_eq!((app.mode.clone(), app.order.filter.as_str()), (Mode::Table, "order"));
    press(&mut app, "/x");
    assert!(functions(&app).is_empty());
    app.press(key(KeyCode::Esc));
    assert_eq!(app.order.filter, "order", "as it was before");
    app.press(key(KeyCode::Esc));
    assert_eq!(functions(&app).len(), 3);
    // A capital letter makes it exact; q is a letter here and does not leave.
    press(&mut app, "/Loadq");
    assert!(functions(&app).is_empty());
}

#[test]
fn a_frozen_view_keeps_its_figures_until_it_goes_on() {
    let mut app = app();
    app.press(letter('f'));
    let changed: [RowFigures; 1] = [(9, 9, 0, "other", "src/other.c:1")];
    app.update(sample(11, 77));
    app.update(rows(&changed, false));
    assert_eq!(
        (app.displayed_knowledge().levels.live_bytes, app.displayed_knowledge().at_ns),
        (4_000_000, 10 * SECOND)
    );
    assert_eq!(functions(&app).len(), 3);
    // Sorting and filtering work on what is frozen.
    press(&mut app, "/main\n");
    assert_eq!(functions(&app), ["main"]);
    app.press(letter(' '));
    assert_eq!(app.displayed_knowledge().levels.live_bytes, 77);
    app.press(key(KeyCode::Esc));
    assert_eq!(functions(&app), ["other"]);
}

#[test]
fn the_selection_stays_on_its_line_when_the_order_changes() {
    let mut app = app();
    app.press(key(KeyCode::Down));
    let selected = |app: &App| {
        let set = Arc::clone(&app.displayed_knowledge().rows);
        let rows = app.order.select_rows(&set);
        rows[app.order.selected_index(&rows)].frame.function.clone()
    };
    assert_eq!(selected(&app), "载入订单");
    let mut turned = ROWS;
    turned[1].0 = 9_000_000;
    app.update(rows(&turned, false));
    assert_eq!((selected(&app), functions(&app)[0].clone()), ("载入订单".to_owned(), "载入订单".to_owned()));
    app.press(key(KeyCode::End));
    assert_eq!(selected(&app), "main");
    app.press(key(KeyCode::Home));
    app.update(rows(&ROWS, false));
    assert_eq!(selected(&app), "load_users", "at the top it stays at the top");
}

#[test]
fn stacks_are_asked_for_and_turned() {
    let mut app = app();
    let commands = app.press(key(KeyCode::Enter));
    let [Command::Name(NamerJob::Stacks { path: of, key: line, stacks })] = &commands[..] else {
        panic!("{commands:?}")
    };
    assert_eq!((of, line.as_str(), stacks[0].node), (&path(7), "src/users.c:42", 1));
    let stacks = vec![named_stack(1, &["main", "load_users"]), named_stack(2, &["init", "load_users"])];
    app.update(Update::Stacks { path: path(7), key: "src/users.c:42".to_owned(), stacks: stacks.clone() });
    app.press(key(KeyCode::Right));
    app.press(key(KeyCode::Right));
    let index = |app: &App| match &app.mode {
        Mode::Stacks(page) => page.index,
        other => panic!("{other:?}"),
    };
    assert_eq!(index(&app), 1, "there are two");
    // New figures change the order; the page stays with its stack, and asks for names again.
    let command = app.update(rows(&ROWS, false));
    assert!(matches!(command, Some(Command::Name(NamerJob::Stacks { .. }))));
    let turned = vec![stacks[1].clone(), stacks[0].clone()];
    app.update(Update::Stacks { path: path(7), key: "src/users.c:42".to_owned(), stacks: turned });
    assert_eq!(index(&app), 0);
    app.press(key(KeyCode::Esc));
    assert_eq!(app.mode, Mode::Table);
}

#[test]
fn tab_goes_round_the_processes_and_updates_of_another_one_are_dropped() {
    let mut app = app();
    assert!(app.press(key(KeyCode::Tab)).is_empty(), "there is only one");
    let running = ProcessState::Running;
    app.update(Update::Processes(vec![entry(7, "make", 1, running), entry(8, "gcc", 1, running)]));
    for (pressed, expected) in [(KeyCode::Tab, 8), (KeyCode::BackTab, 8)] {
        let commands = app.press(key(pressed));
        assert!(matches!(&commands[..], [Command::Sample(Request::Select(next))] if *next == path(expected)));
    }
    app.update(Update::Begin { path: path(8), points: Vec::new() });
    app.update(sample(20, 99));
    assert_eq!(app.displayed_knowledge().levels.live_bytes, 0, "the sample was of process 7");
    assert_eq!(app.process().map(|process| process.name.as_str()), Some("gcc"));
}

#[test]
fn keys_that_leave() {
    let mut app = app();
    assert!(matches!(app.press(letter('q'))[..], [Command::Quit]));
    app.press(letter('/'));
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(matches!(app.press(interrupt)[..], [Command::Quit]));
}
