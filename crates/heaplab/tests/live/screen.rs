//! The view on a pseudo-terminal, beside a program that allocates on command.

use crate::program::{LOAD_ORDER, LOAD_USER, Recorded};
use crate::terminal::{Terminal, has_line};

/// What a terminal is told to leave its second screen and to show its cursor again.
const LEAVES_SECOND_SCREEN: &[u8] = b"\x1b[?1049l";
const SHOWS_CURSOR: &[u8] = b"\x1b[?25h";

fn has_bytes(written: &[u8], bytes: &[u8]) -> bool {
    written.windows(bytes.len()).any(|window| window == bytes)
}

/// A leak is found in a program that runs: mark, wait, look. The program goes on unharmed.
#[test]
fn what_grew_since_a_mark_is_at_the_top_and_the_program_goes_on() {
    let mut program = Recorded::start();
    program.tell("start 1000 1000");
    program.tell("order 20 100");
    let id = program.id().to_string();
    let mut terminal = Terminal::start(&["live", &id], 80, 24);
    let lines = terminal.wait_for("the table", |lines| has_line(lines, &["1.00 MB", "1,000", "load_user"]));
    assert!(lines[0].starts_with("holds-on-command"), "{lines:#?}");
    assert!(lines[0].contains(&format!(" {id} · running · ")), "{lines:#?}");
    assert!(lines[1].starts_with("live 1.00 MB   peak 1.00 MB   1,020 blocks"), "{lines:#?}");
    assert!(has_line(&lines, &["2.00 kB", "20", "载入订单", LOAD_ORDER]), "{lines:#?}");

    terminal.press("m");
    terminal.wait_for("the mark", |lines| has_line(lines, &["▼since mark"]));
    program.tell("order 30 100");
    program.tell("request 7 10");
    program.tell("free 107 0");
    let lines =
        terminal.wait_for("the growth", |lines| has_line(lines, &["+3.00 kB", "50", "载入订单", LOAD_ORDER]));
    // 30 orders came, 7 users of 10 bytes came and went, and 100 users of 1000 bytes went.
    assert!(has_line(&lines, &["900 kB", "-100 kB", "900", "load_user", LOAD_USER]), "{lines:#?}");
    let first = lines.iter().position(|line| line.contains("▼since mark")).expect("it is there");
    assert!(lines[first + 1].contains("载入订单"), "{lines:#?}");
    assert!(lines[1].contains("since mark -97.0 kB"), "{lines:#?}");

    terminal.press("/user\r");
    terminal.wait_for("the filter", |lines| {
        has_line(lines, &["Lines with “user”: 1 of 3"]) && !has_line(lines, &["载入订单"])
    });
    terminal.press("\r");
    let lines = terminal.wait_for("the stack", |lines| has_line(lines, &["  0 load_user  ", LOAD_USER]));
    assert!(has_line(&lines, &["Stack 1 of 2 that lead to", LOAD_USER]), "{lines:#?}");
    assert!(has_line(&lines, &["1 load_in_request"]) || has_line(&lines, &["1 load_at_start"]), "{lines:#?}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(!terminal.is_on_second_screen(), "the terminal is as it was");
    assert!(has_bytes(&terminal.written, SHOWS_CURSOR));
    program.tell("order 1 1");
    program.finish();
}

#[test]
fn freezing_stops_the_view_and_not_the_program() {
    let mut program = Recorded::start();
    program.tell("order 10 1000");
    let mut terminal = Terminal::start(&["live", &program.id().to_string()], 80, 24);
    terminal.wait_for("the table", |lines| has_line(lines, &["10.0 kB", "载入订单"]));
    terminal.press("f");
    terminal.wait_for("the sign", |lines| lines[0].ends_with("frozen: f goes on"));
    program.tell("order 10 1000");
    // A resize draws everything anew, so what is seen then is what is frozen.
    terminal.resize(140, 45);
    let lines = terminal.wait_for("the larger screen", |lines| lines[44].ends_with("q quit"));
    assert!(
        lines[1].starts_with("live 10.0 kB (10,000 B)   peak 10.0 kB (10,000 B)   10 blocks"),
        "{lines:#?}"
    );
    assert!(has_line(&lines, &["10.0 kB", "100.0 %", "10", "载入订单", LOAD_ORDER]), "{lines:#?}");
    terminal.press(" ");
    terminal.wait_for("what came since", |lines| has_line(lines, &["20.0 kB", "20", "载入订单"]));
    terminal.press("\x03");
    assert_eq!(terminal.wait_for_end(), 0);
    program.finish();
}

#[test]
fn the_end_of_the_program_is_said_and_its_figures_stay() {
    let mut program = Recorded::start();
    program.tell("order 10 1000");
    let mut terminal = Terminal::start(&["live", &program.id().to_string(), "--lang", "zh"], 80, 24);
    terminal.wait_for("the table", |lines| has_line(lines, &["10.0 kB", "载入订单"]));
    program.tell("order 3 1000");
    let _folder = program.finish();
    let lines = terminal.wait_for("the end", |lines| lines[0].contains("已结束"));
    assert!(lines[1].starts_with("存活 13.0 kB   峰值 13.0 kB"), "{lines:#?}");
    terminal.wait_for("the last figures", |lines| has_line(lines, &["13.0 kB", "13", "载入订单"]));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn tab_shows_a_child() {
    let mut program = Recorded::start();
    program.tell("order 10 1000");
    program.tell("fork 3 500");
    let mut terminal = Terminal::start(&["live", &program.id().to_string()], 80, 24);
    terminal.wait_for("both", |lines| {
        has_line(lines, &["2 processes, 2 running"]) && lines[1].contains("10.0 kB")
    });
    terminal.press("\t");
    let lines = terminal.wait_for("the child", |lines| has_line(lines, &["1.50 kB", "3", "载入订单"]));
    assert!(lines[0].ends_with("process 2 of 2"), "{lines:#?}");
    let child = lines[0].split_whitespace().nth(1).expect("its number").to_owned();
    let killed = std::process::Command::new("kill").arg(&child).status().expect("kill starts");
    assert!(killed.success());
    terminal.wait_for("its end", |lines| lines[0].contains("ended"));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    program.finish();
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let program = Recorded::start();
    let mut terminal = Terminal::start(&["live", &program.id().to_string()], 80, 24);
    terminal.wait_for("the view", |lines| lines[0].contains("running"));
    assert!(terminal.is_on_second_screen());
    let id = terminal.child.process_id().expect("it runs").to_string();
    let sent = std::process::Command::new("kill").arg(&id).status().expect("kill starts");
    assert!(sent.success());
    assert_eq!(terminal.wait_for_end(), 143, "128 and SIGTERM");
    assert!(has_bytes(&terminal.written, LEAVES_SECOND_SCREEN) && has_bytes(&terminal.written, SHOWS_CURSOR));
    program.finish();
}

#[test]
fn no_color_means_none() {
    let program = Recorded::start();
    let id = program.id().to_string();
    let colors = |variables: &[(&str, &str)]| {
        let mut terminal = Terminal::start_with(&["live", &id], 80, 24, variables);
        terminal.wait_for("the keys", |lines| lines[23].ends_with("q quit"));
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0);
        has_bytes(&terminal.written, b"38;5;")
    };
    assert!(colors(&[]));
    assert!(!colors(&[("NO_COLOR", "1")]));
    program.finish();
}

/// A terminal that cannot place its cursor gets lines.
#[test]
fn a_dumb_terminal_gets_lines() {
    let mut program = Recorded::start();
    program.tell("order 10 1000");
    let id = program.id().to_string();
    let mut terminal = Terminal::start_with(&["live", &id, "--once"], 200, 24, &[("TERM", "dumb")]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(!terminal.written.contains(&0x1b));
    assert!(
        has_line(&terminal.lines(), &["10,000 B", "10", LOAD_ORDER, "载入订单"]),
        "{:#?}",
        terminal.lines()
    );
    program.finish();
}
