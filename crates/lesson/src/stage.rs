//! A demonstration on a terminal, as section 8.0 gives it: sentences in the language of the class,
//! and a curve of live bytes that is redrawn in one place. Without a terminal, the curve is a few
//! plain lines.

mod curve;

pub use curve::LiveCurve;

use curve::ROWS;
use std::io::{IsTerminal as _, Write as _};
use std::thread;
use std::time::Duration;

/// A hundred frames take about ten seconds per act: a curve that a class can follow while the
/// teacher talks.
const FRAME: Duration = Duration::from_millis(90);
/// Time to read a sentence.
const PAUSE: Duration = Duration::from_millis(2_500);
/// Where this variable is set (`cargo xtask lesson 8.0 --quick`), nothing waits.
const QUICK_VARIABLE: &str = "HEAPLAB_QUICK";
/// Without a terminal, only every tenth frame is printed.
const FRAMES_PER_LINE: u64 = 10;

/// Where a demonstration is shown.
pub struct Stage {
    terminal: bool,
    /// Whether to wait between sentences and frames.
    paced: bool,
    colour: bool,
    utf8: bool,
    chinese: bool,
}

/// The colour of a curve. The sentences say the same, for those who cannot see it.
#[derive(Clone, Copy)]
pub enum Colour {
    /// Memory is lost.
    Red,
    /// Memory is freed.
    Green,
}

impl Stage {
    /// Language and terminal by the environment: `HEAPLAB_LANG`, which the runner sets, before the
    /// locale.
    pub fn from_environment() -> Stage {
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

    /// Prints the title of an act.
    pub fn show_title(&self, en: &str, zh: &str) {
        let text = if self.chinese { zh } else { en };
        print(&format!("\n{}\n", self.paint("1", text)));
        self.pause();
    }

    /// Prints a sentence and waits until it can have been read.
    pub fn say(&self, en: &str, zh: &str) {
        print(if self.chinese { zh } else { en });
        print("\n");
        self.pause();
    }

    /// Prints what a line of source holds, and the line itself.
    pub fn show_finding(&self, en: &str, zh: &str, code: Option<&str>) {
        print(&format!("  {}\n", self.paint("31", if self.chinese { zh } else { en })));
        if let Some(code) = code {
            print(&format!("      {code}\n"));
        }
        self.pause();
    }

    /// Begins a curve.
    pub fn start_frames(&self, colour: Colour) -> Frames<'_> {
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

/// The frames of one curve.
pub struct Frames<'a> {
    stage: &'a Stage,
    colour: Colour,
    drawn: u64,
}

impl Frames<'_> {
    /// Draws the curve as it is after so many visitors, over the frame before.
    pub fn draw(&mut self, curve: &LiveCurve, visits: u64, live_bytes: u64) {
        let chinese = self.stage.chinese;
        let said = match chinese {
            true => format!("{visits:>7} 位访客   存活 {:>9}", format_bytes(live_bytes)),
            false => format!("{visits:>7} visitors   live {:>9}", format_bytes(live_bytes)),
        };
        self.drawn += 1;
        if !self.stage.terminal {
            if self.drawn.is_multiple_of(FRAMES_PER_LINE) {
                print(&format!("{said}\n"));
            }
            return;
        }
        let paint = match self.colour {
            Colour::Red => "31",
            Colour::Green => "32",
        };
        // Move to the first line of the last frame.
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

/// Prints text at once. A closed pipe is no error: the reader has seen enough.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes bytes in decimal units, as everywhere in heaplab.
pub fn format_bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
