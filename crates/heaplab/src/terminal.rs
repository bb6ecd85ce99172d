//! Output while a command runs: a progress bar on a terminal, plain lines elsewhere, the table's
//! rows as they are measured. Results go to standard output, everything else to standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

/// The output of one command.
pub struct Terminal {
    bar: ProgressBar,
    live: bool,
    /// False with `--json`, where standard output holds only the report.
    results: bool,
}

impl Terminal {
    /// `results`: whether standard output shows results for people; false with `--json`.
    pub fn new(results: bool) -> Terminal {
        let live = std::io::stderr().is_terminal();
        let target = if live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(1), target);
        let template = "{bar:24} {percent:>3}% {elapsed_precise} left {eta:<4} {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Terminal { bar, live, results }
    }

    /// The width of tables in columns; 80 without a terminal.
    pub fn width_columns() -> usize {
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        asked.unwrap_or_else(|| {
            let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
            size.map(|size| usize::from(size.ws_col)).filter(|&columns| columns > 0).unwrap_or(80)
        })
    }

    /// Whether standard output shows colours.
    pub fn has_color() -> bool {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        !refused && std::io::stdout().is_terminal()
    }

    /// Sets how long all the work is expected to take.
    pub fn set_total(&self, total: Duration) {
        self.bar.set_length(milliseconds(total).max(1));
        self.bar.reset_eta();
    }

    /// Sets how much of the expected time has passed.
    pub fn set_progress(&self, so_far: Duration) {
        let length = self.bar.length().unwrap_or(1);
        // The bar stops before its end, so that an expectation that was too short does not look
        // finished.
        self.bar.set_position(milliseconds(so_far).min(length - length / 100));
    }

    /// Shows the current activity in the bar; without a terminal it shows nothing.
    pub fn set_activity(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.tick();
    }

    /// Prints a step where there is no bar to show it in.
    pub fn print_step(&self, what: &str) {
        if self.live {
            self.set_activity(what);
        } else {
            eprintln!("{what}");
        }
    }

    /// Prints a line on standard error that stays.
    pub fn print_note(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Prints a part of the result on standard output. A reader that has closed the pipe is no
    /// error.
    pub fn print_result(&self, text: &str) {
        if self.results {
            self.bar.suspend(|| {
                let mut out = std::io::stdout().lock();
                let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
            });
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.finish();
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
