//! Progress on standard error: a redrawn line on a terminal, elsewhere the lecture's line every
//! million lines.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use heaplab_logagg::engine::ProgressObserver;
use heaplab_logagg::error::Result;
use heaplab_logagg::report::group_digits;
use heaplab_logagg::resident_memory;

use crate::cli::{Lang, ResultArgs};

const MILLION: u64 = 1_000_000;
const REDRAW: Duration = Duration::from_millis(200);

pub(crate) struct Progress {
    how: ProgressMode,
    chinese: bool,
    begin: Instant,
    total_bytes: u64,
    lines: AtomicU64,
    bytes: AtomicU64,
    /// The largest number of keys in one thread's tables, a lower bound of UV.
    held: AtomicU64,
    drawn: Mutex<Option<Instant>>,
}

enum ProgressMode {
    Silent,
    Redrawn,
    Lines,
}

impl Progress {
    pub(crate) fn new(args: &ResultArgs, inputs: &[String]) -> Progress {
        let how = match (args.quiet, io::stderr().is_terminal()) {
            (true, _) => ProgressMode::Silent,
            (false, true) => ProgressMode::Redrawn,
            (false, false) => ProgressMode::Lines,
        };
        let sizes = inputs.iter().filter_map(|name| std::fs::metadata(name).ok()).map(|found| found.len());
        Progress {
            how,
            chinese: args.lang.map_or_else(prefers_chinese, |lang| lang == Lang::Zh),
            begin: Instant::now(),
            total_bytes: sizes.sum(),
            lines: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            held: AtomicU64::new(0),
            drawn: Mutex::new(None),
        }
    }

    pub(crate) fn finish(&self) {
        if let (ProgressMode::Redrawn, Ok(drawn)) = (&self.how, self.drawn.lock())
            && drawn.is_some()
        {
            eprint!("\r\x1b[K");
        }
    }

    fn redraw(&self) {
        let Ok(mut drawn) = self.drawn.try_lock() else { return };
        if drawn.is_some_and(|at| at.elapsed() < REDRAW) {
            return;
        }
        *drawn = Some(Instant::now());
        let (lines, bytes) = (self.lines.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        let speed = bytes as f64 / 1e9 / self.begin.elapsed().as_secs_f64().max(1e-9);
        let share = bytes.saturating_mul(100).checked_div(self.total_bytes).unwrap_or(0).min(100);
        let uv = group_digits(self.held.load(Ordering::Relaxed));
        let lines = group_digits(lines);
        let memory = memory_mb();
        let text = if self.chinese {
            format!("{share} %  {lines} 行  {speed:.2} GB/s  UV ≥ {uv}  内存 {memory:.1} MB")
        } else {
            format!("{share} %  {lines} lines  {speed:.2} GB/s  UV ≥ {uv}  memory {memory:.1} MB")
        };
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }

    fn print_million(&self, millions: u64) {
        let (millions, memory) = (millions as f64, memory_mb());
        let text = if self.chinese {
            format!("[程序员晚枫] 已处理 {millions:.1} M 行，内存 {memory:.1} MB\n")
        } else {
            format!("[logagg] {millions:.1} M lines done, memory {memory:.1} MB\n")
        };
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

impl ProgressObserver for Progress {
    fn on_window(&self, lines: u64, bytes: u64, held: usize) -> Result<()> {
        match self.how {
            ProgressMode::Silent => {}
            ProgressMode::Redrawn => {
                self.lines.fetch_add(lines, Ordering::Relaxed);
                self.bytes.fetch_add(bytes, Ordering::Relaxed);
                self.held.fetch_max(held as u64, Ordering::Relaxed);
                self.redraw();
            }
            ProgressMode::Lines => {
                let before = self.lines.fetch_add(lines, Ordering::Relaxed);
                (before / MILLION + 1..=(before + lines) / MILLION)
                    .for_each(|millions| self.print_million(millions));
            }
        }
        Ok(())
    }
}

fn memory_mb() -> f64 {
    resident_memory::read_tree_resident_bytes().map_or(f64::NAN, |bytes| bytes as f64 / 1e6)
}

/// By the environment's language. The lecture is in Chinese, so that is the default without a
/// language.
fn prefers_chinese() -> bool {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let said: Option<String> = said.into_iter().find(|value| !value.is_empty());
    said.is_none_or(|value| {
        value.starts_with("zh") || value == "C" || value == "POSIX" || value.starts_with("C.")
    })
}
