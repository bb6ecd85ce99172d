//! What the class sees: sentences in its language, and the curve, drawn in one place on a terminal and as plain lines elsewhere.

use crate::curve::{Curve, ROWS};
use crate::format_bytes;
use std::io::{IsTerminal as _, Write as _};
use std::thread;
use std::time::Duration;

/// PERF: a hundred frames of this are a curve that one can follow while talking, about ten seconds an act.
const FRAME: Duration = Duration::from_millis(90);
/// Time to read what was just said.
const PAUSE: Duration = Duration::from_millis(2_500);
/// With this set (`cargo xtask lesson 8.0 --quick`) nothing waits.
const QUICK_VARIABLE: &str = "HEAPLAB_QUICK";
/// Without a terminal, every so many frames a line.
const FRAMES_A_LINE: u64 = 10;

/// Where the show takes place.
pub(crate) struct Stage {
    terminal: bool,
    /// Whether it waits, so that people can follow.
    paced: bool,
    colour: bool,
    utf8: bool,
    chinese: bool,
}

/// Red for what is lost, green for what is well. The words say it too.
#[derive(Clone, Copy)]
pub(crate) enum Colour {
    Red,
    Green,
}

impl Stage {
    /// By the environment: `HEAPLAB_LANG` is the runner's word, then the locale's.
    pub(crate) fn from_environment() -> Stage {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
        let language =
            set("HEAPLAB_LANG").or_else(|| set("LC_ALL")).or_else(|| set("LANG")).unwrap_or_default();
        let terminal = std::io::stdout().is_terminal() && set("TERM").is_none_or(|term| term != "dumb");
        Stage {
            terminal,
            paced: terminal && set(QUICK_VARIABLE).is_none(),
            colour: terminal && set("NO_COLOR").is_none(),
            utf8: locale.to_ascii_lowercase().replace('-', "").contains("utf8"),
            chinese: language.to_ascii_lowercase().starts_with("zh"),
        }
    }

    pub(crate) fn show_title(&self, en: &str, zh: &str) {
        let text = if self.chinese { zh } else { en };
        print(&format!("\n{}\n", self.paint("1", text)));
        self.pause();
    }

    pub(crate) fn say(&self, en: &str, zh: &str) {
        print(if self.chinese { zh } else { en });
        print("\n");
        self.pause();
    }

    /// A line of source with what it holds.
    pub(crate) fn show_finding(&self, en: &str, zh: &str, code: Option<&str>) {
        print(&format!("  {}\n", self.paint("31", if self.chinese { zh } else { en })));
        if let Some(code) = code {
            print(&format!("      {code}\n"));
        }
        self.pause();
    }

    pub(crate) fn start_frames(&self, colour: Colour) -> Frames<'_> {
        Frames { stage: self, colour, drawn: 0 }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn pause(&self) {
        self.wait(PAUSE);
    }

    fn wait(&self, time: Duration) {
        if self.paced {
            thread::sleep(time);
        }
    }
}

/// The frames of one act.
pub(crate) struct Frames<'a> {
    stage: &'a Stage,
    colour: Colour,
    drawn: u64,
}

impl Frames<'_> {
    /// The curve as it is after so many visitors.
    pub(crate) fn draw(&mut self, curve: &Curve, visits: u64, live_bytes: u64) {
        let chinese = self.stage.chinese;
        let said = match chinese {
            true => format!("{visits:>7} 位访客   存活 {:>9}", format_bytes(live_bytes)),
            false => format!("{visits:>7} visitors   live {:>9}", format_bytes(live_bytes)),
        };
        self.drawn += 1;
        if !self.stage.terminal {
            if self.drawn.is_multiple_of(FRAMES_A_LINE) {
                print(&format!("{said}\n"));
            }
            return;
        }
        let paint = match self.colour {
            Colour::Red => "31",
            Colour::Green => "32",
        };
        // Back to the first line of the last frame, and over it.
        let mut frame = if self.drawn > 1 { format!("\u{1b}[{}A", ROWS + 1) } else { String::new() };
        let bar = if self.stage.utf8 { '┤' } else { '|' };
        for (row, line) in curve.render_lines(self.stage.utf8).iter().enumerate() {
            let mark = match row {
                0 => format_bytes(curve.top_bytes()),
                _ if row + 1 == ROWS => "0 B".to_owned(),
                _ => String::new(),
            };
            frame += &format!("\r\u{1b}[K{mark:>9} {bar}{}\n", self.stage.paint(paint, line));
        }
        frame += &format!("\r\u{1b}[K{said}\n");
        print(&frame);
        self.stage.wait(FRAME);
    }
}

/// A reader that has gone away is no error.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
