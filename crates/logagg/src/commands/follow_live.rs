//! `--follow`: polls the logs, draws a table on a terminal, and ends with the result on a signal.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use heaplab_logagg::engine::follow::{LiveCounts, LogFollower};
use heaplab_logagg::engine::{CountOptions, CountOutcome};
use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::key::to_printable;
use heaplab_logagg::partial::PartialWriter;
use heaplab_logagg::report::group_digits;
use signal_hook::consts::{SIGINT, SIGTERM};

const PAUSE: Duration = Duration::from_millis(250);
const REDRAW: Duration = Duration::from_secs(1);

pub(crate) fn follow(
    inputs: &[String],
    options: &CountOptions,
    partial: Option<PartialWriter>,
    quiet: bool,
) -> Result<CountOutcome> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|source| Error::Output { name: format!("a handler for signal {signal}"), source })?;
    }
    let mut say = |text: String| eprintln!("logagg: {text}");
    let mut follow = LogFollower::new(inputs, options)?;
    let draws = !quiet && io::stderr().is_terminal();
    let mut drawn: Option<Instant> = None;
    loop {
        // The flag is read before the last poll, so that everything written before the signal is
        // counted.
        let last = stop.load(Ordering::Relaxed);
        let any = follow.poll(&mut say)?;
        if last {
            break;
        }
        if draws && drawn.is_none_or(|at| at.elapsed() >= REDRAW) {
            draw_table(&follow.snapshot()?);
            drawn = Some(Instant::now());
        }
        if !any {
            std::thread::sleep(PAUSE);
        }
    }
    follow.finish(partial, &mut say)
}

fn draw_table(now: &LiveCounts) {
    let uv = if now.at_least { "UV ≥" } else { "UV  " };
    let mut text =
        format!("\x1b[H\x1b[2JPV   {:>16}\n{uv} {:>16}\n", group_digits(now.pv), group_digits(now.uv));
    text.push_str(&format!("malformed {:>11}\n\n", group_digits(now.malformed)));
    for row in &now.top {
        let key: String =
            to_printable(&row.key).chars().filter(|letter| !letter.is_control()).take(100).collect();
        text.push_str(&format!("{:>14}  {key}\n", group_digits(row.count)));
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
