//! Shows the progress: a bar with rate and time left on a terminal, else one line per submission.

use heaplab_record::Verdict;
use heaplab_report::gradebook::status_text;
use heaplab_report::homework::sanitize_text;
use heaplab_report::{Words, format};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

pub(super) struct Progress<'a> {
    bar: ProgressBar,
    live: bool,
    started: Instant,
    all: usize,
    done: usize,
    words: &'a Words,
}

impl Progress<'_> {
    pub(super) fn new(all: usize, words: &Words) -> Progress<'_> {
        let live = std::io::stderr().is_terminal();
        let target = if live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(all as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {percent:>3}% {wide_msg}") {
            bar.set_style(style);
        }
        if live {
            bar.enable_steady_tick(Duration::from_millis(500));
        }
        Progress { bar, live, started: Instant::now(), all, done: 0, words }
    }

    /// Counts one more graded submission.
    pub(super) fn report_graded(&mut self, bundle: &str, verdict: &Verdict) {
        self.done += 1;
        if self.live {
            self.bar.set_position(self.done as u64);
            self.bar.set_message(self.progress_line());
        } else {
            let status = status_text(verdict.status, self.words);
            let (score, of) = (verdict.score, verdict.of);
            eprintln!("[{}/{}] {}: {status}, {score}/{of}", self.done, self.all, sanitize_text(bundle));
        }
    }

    /// Prints a line above the bar.
    pub(super) fn note(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// `12 of 40 graded, 31 a minute, 54 s left`.
    fn progress_line(&self) -> String {
        let elapsed = self.started.elapsed();
        let left = elapsed.mul_f64((self.all - self.done) as f64 / self.done.max(1) as f64);
        let left = humantime::format_duration(Duration::from_secs(left.as_secs())).to_string();
        let (done, all) = (self.done.to_string(), self.all.to_string());
        let rate = per_minute(self.done, elapsed);
        let arguments = [("done", done.as_str()), ("all", &all), ("rate", &rate), ("left", &left)];
        self.words.say("gradebook-progress", &arguments)
    }

    /// The final rate per minute, if anything was graded.
    pub(super) fn finish(self) -> Option<String> {
        self.bar.finish_and_clear();
        let elapsed = self.started.elapsed();
        let time = format::nanoseconds(elapsed.as_nanos() as f64);
        let graded = self.done.to_string();
        let rate = per_minute(self.done, elapsed);
        let arguments = [("graded", graded.as_str()), ("time", &time), ("rate", &rate)];
        (self.done > 0).then(|| self.words.say("gradebook-rate", &arguments))
    }
}

fn per_minute(count: usize, elapsed: Duration) -> String {
    let rate = count as f64 * 60.0 / elapsed.as_secs_f64().max(1e-3);
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_by_the_minute() {
        assert_eq!(per_minute(7, Duration::from_secs(60)), "7.0");
        assert_eq!(per_minute(200, Duration::from_secs(120)), "100");
    }
}
