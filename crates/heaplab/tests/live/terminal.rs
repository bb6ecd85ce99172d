//! A pseudo-terminal with heaplab in it, and what its screen shows.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long something may take to appear. A machine under load is slow.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    /// Everything that was written to the terminal.
    pub(crate) written: Vec<u8>,
}

impl Terminal {
    /// Starts heaplab in a terminal of this size.
    pub(crate) fn start(arguments: &[&str], columns: u16, rows: u16) -> Terminal {
        Terminal::start_with(arguments, columns, rows, &[])
    }

    pub(crate) fn start_with(
        arguments: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
    ) -> Terminal {
        Terminal::start_in_session(arguments, columns, rows, variables, true)
    }

    /// Starts heaplab in a terminal that sends it no signals, as after `nohup`. Closing such a terminal
    /// shows only when it is read from.
    pub(crate) fn start_without_signals(arguments: &[&str], columns: u16, rows: u16) -> Terminal {
        Terminal::start_in_session(arguments, columns, rows, &[], false)
    }

    fn start_in_session(
        arguments: &[&str],
        columns: u16,
        rows: u16,
        variables: &[(&str, &str)],
        has_signals: bool,
    ) -> Terminal {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_heaplab"));
        command.args(arguments);
        command.set_controlling_tty(has_signals);
        command.env("LC_ALL", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        for (name, value) in variables {
            command.env(name, value);
        }
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        let child = pair.slave.spawn_command(command).expect("heaplab starts");
        drop(pair.slave);
        let keys = pair.master.take_writer().expect("the terminal's keys");
        let mut reader = pair.master.try_clone_reader().expect("the terminal's output");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let parser = vt100::Parser::new(cells(rows), cells(columns), 0);
        Terminal { master: pair.master, keys, output, parser, child, written: Vec::new() }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("heaplab reads keys");
        self.keys.flush().expect("heaplab reads keys");
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("the terminal changes its size");
        self.parser.screen_mut().set_size(cells(rows), cells(columns));
    }

    /// The lines of the screen.
    pub(crate) fn lines(&self) -> Vec<String> {
        let (_, columns) = self.parser.screen().size();
        self.parser.screen().rows(0, columns.get()).map(|line| line.trim_end().to_owned()).collect()
    }

    pub(crate) fn is_on_second_screen(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    /// Waits until the screen has what is expected, and returns its lines.
    pub(crate) fn wait_for(&mut self, what: &str, expected: impl Fn(&[String]) -> bool) -> Vec<String> {
        let started = Instant::now();
        loop {
            let lines = self.lines();
            if expected(&lines) {
                return lines;
            }
            assert!(started.elapsed() < PATIENCE, "{what} did not appear:\n{}", lines.join("\n"));
            self.take_output(Duration::from_millis(50));
        }
    }

    fn take_output(&mut self, patience: Duration) {
        if let Ok(bytes) = self.output.recv_timeout(patience) {
            self.parser.process(&bytes);
            self.written.extend(bytes);
        }
    }

    /// Closes the terminal's window, and returns heaplab. The other end is closed when the thread that
    /// reads has got one more piece of output.
    pub(crate) fn close(self) -> Box<dyn Child + Send + Sync> {
        self.child
    }

    /// Waits for heaplab's end, and returns its exit status.
    pub(crate) fn wait_for_end(&mut self) -> u32 {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
                    self.parser.process(&bytes);
                    self.written.extend(bytes);
                }
                return status.exit_code();
            }
            assert!(started.elapsed() < PATIENCE, "it does not end:\n{}", self.lines().join("\n"));
            self.take_output(Duration::from_millis(50));
        }
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has a size")
}

/// Whether a line of the screen has all these texts.
pub(crate) fn has_line(lines: &[String], texts: &[&str]) -> bool {
    lines.iter().any(|line| texts.iter().all(|text| line.contains(text)))
}
