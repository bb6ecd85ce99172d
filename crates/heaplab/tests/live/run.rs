//! `heaplab run --live`: the view beside a program that heaplab starts.

use crate::program::{LOAD_ORDER, compile, heaplab};
use crate::terminal::{Terminal, has_line};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use tempfile::TempDir;

/// The program, started by a shell that becomes it, with commands from a named pipe.
struct Piped {
    folder: TempDir,
    pipe: File,
}

impl Piped {
    fn new() -> Piped {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("commands");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo starts");
        assert!(made.success());
        // Reading as well, so that opening does not wait for the program.
        let pipe = OpenOptions::new().read(true).write(true).open(&path).expect("the pipe");
        Piped { folder, pipe }
    }

    /// What is typed after `heaplab`.
    fn arguments(&self) -> Vec<String> {
        let script =
            format!("echo begin; exec {} < {}/commands", compile().display(), self.folder.path().display());
        let report = self.folder.path().join("report").display().to_string();
        ["run", "--live", "--out", &report, "--", "sh", "-c", &script].map(str::to_owned).to_vec()
    }

    fn start(&self, columns: u16, rows: u16) -> Terminal {
        let arguments = self.arguments();
        Terminal::start(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), columns, rows)
    }

    fn tell(&mut self, command: &str) {
        writeln!(self.pipe, "{command}").expect("the pipe is open");
    }

    /// Ends the program's input.
    fn close_pipe(self) -> TempDir {
        self.folder
    }

    fn has_report(&self) -> bool {
        self.folder.path().join("report/report.html").exists()
    }
}

#[test]
fn the_programs_output_comes_after_the_view_and_then_the_report() {
    let mut piped = Piped::new();
    let mut terminal = piped.start(100, 40);
    piped.tell("order 10 1000");
    let lines =
        terminal.wait_for("the program", |lines| has_line(lines, &["10.0 kB", "10", "载入订单", LOAD_ORDER]));
    assert!(lines[0].starts_with("holds-on-command"), "the shell has become it: {lines:#?}");
    let output =
        lines.iter().position(|line| line.starts_with("Output of the program")).expect("it has room");
    assert_eq!(lines[output + 1..output + 3], ["begin", "ok"], "{lines:#?}");
    assert!(lines[39].starts_with("Tab process  Ctrl-C ends the program  m mark"), "{lines:#?}");
    assert!(lines[39].ends_with("? help  q leave"), "{lines:#?}");

    piped.tell("end 0");
    piped.tell("of input");
    let lines = terminal.wait_for("the end", |lines| lines[39].ends_with("q on to the report"));
    assert!(terminal.is_on_second_screen(), "the last figures can be looked at: {lines:#?}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(!terminal.is_on_second_screen());
    // The table may have moved it out of the screen.
    assert!(String::from_utf8_lossy(&terminal.written).contains("begin\r\nok\r\ndone\r\n"));
    assert!(piped.has_report());
}

#[test]
fn a_view_that_is_left_early_gives_the_output_back_to_the_terminal() {
    let mut piped = Piped::new();
    let mut terminal = piped.start(80, 24);
    piped.tell("order 10 1000");
    terminal.wait_for("the program", |lines| has_line(lines, &["10.0 kB", "载入订单"]));
    terminal.press("q");
    terminal.wait_for("the output so far", |lines| lines.iter().any(|line| line == "ok"));
    assert!(!terminal.is_on_second_screen());
    piped.tell("order 1 1");
    terminal.wait_for("more output", |lines| lines.iter().filter(|line| *line == "ok").count() == 2);
    piped.tell("end of input");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(String::from_utf8_lossy(&terminal.written).contains("\ndone\r\n"));
    assert!(piped.has_report());
}

#[test]
fn ctrl_c_ends_the_program_and_its_report_is_made() {
    let mut piped = Piped::new();
    let mut terminal = piped.start(80, 24);
    piped.tell("order 10 1000");
    terminal.wait_for("the program", |lines| has_line(lines, &["10.0 kB", "载入订单"]));
    terminal.press("\x03");
    assert_eq!(terminal.wait_for_end(), 130);
    assert!(!terminal.is_on_second_screen() && piped.has_report());
}

#[test]
fn a_window_that_is_closed_ends_the_view_and_the_report_is_made() {
    let mut piped = Piped::new();
    let arguments = piped.arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::start_without_signals(&arguments, 80, 24);
    piped.tell("order 10 1000");
    terminal.wait_for("the view", |lines| has_line(lines, &[LOAD_ORDER]));
    let mut heaplab = terminal.close();
    // Something to draw, so that the closed window is noticed; then the program's input ends.
    piped.tell("order 10 1000");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let folder = piped.close_pipe();
    for _ in 0..600 {
        if heaplab.try_wait().expect("it is a child").is_some() {
            assert!(folder.path().join("report/report.html").exists());
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    heaplab.kill().expect("it still runs");
    panic!("heaplab does not end");
}

#[test]
fn without_a_terminal_there_are_lines_on_standard_error() {
    let mut piped = Piped::new();
    let mut command = heaplab();
    command.args(piped.arguments()).stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("heaplab starts");
    piped.tell("order 10 1000");
    // A line comes each second. Names come later than the first figures.
    let mut said = String::new();
    let mut errors = BufReader::new(child.stderr.take().expect("it is piped"));
    let is_complete = |line: &str| line.contains("live 10,000 B") && line.contains(LOAD_ORDER);
    for _ in 0..60 {
        let before = said.len();
        errors.read_line(&mut said).expect("lines are text");
        if is_complete(&said[before..]) {
            break;
        }
    }
    piped.tell("end of input");
    errors.read_to_string(&mut said).expect("lines are text");
    let output = child.wait_with_output().expect("heaplab ends");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(printed.starts_with("begin\nok\ndone\n"), "{printed}");
    assert!(said.lines().any(is_complete), "{said}");
    assert!(!said.contains('\u{1b}') && !printed.contains('\u{1b}'));
}
