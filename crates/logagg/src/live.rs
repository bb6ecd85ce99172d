//! `--follow`: asks the logs, draws the table on a terminal, and ends with a result when a signal comes.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use heaplab_logagg::engine::{Options, Outcome};
use heaplab_logagg::error::{Error, Result};
use heaplab_logagg::follow::{Follow, Now};
use heaplab_logagg::key::printable;
use heaplab_logagg::partial::Writer;
use heaplab_logagg::show::grouped;
use signal_hook::consts::{SIGINT, SIGTERM};

/// Between two looks at the logs.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two drawings of the table.
const REDRAW: Duration = Duration::from_secs(1);

/// Follows until SIGINT or SIGTERM.
pub(crate) fn follow(
    inputs: &[String],
    options: &Options,
    partial: Option<Writer>,
    quiet: bool,
) -> Result<Outcome> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|source| Error::Output { name: format!("a handler for signal {signal}"), source })?;
    }
    let mut say = |text: String| eprintln!("logagg: {text}");
    let mut follow = Follow::new(inputs, options)?;
    let draws = !quiet && io::stderr().is_terminal();
    let mut drawn: Option<Instant> = None;
    loop {
        // Asked for before the last look: what was there when the signal came is counted.
        let last = stop.load(Ordering::Relaxed);
        let any = follow.poll(&mut say)?;
        if last {
            break;
        }
        if draws && drawn.is_none_or(|at| at.elapsed() >= REDRAW) {
            draw(&follow.now()?);
            drawn = Some(Instant::now());
        }
        if !any {
            std::thread::sleep(PAUSE);
        }
    }
    follow.finish(partial, &mut say)
}

/// The table from the screen's upper left on.
fn draw(now: &Now) {
    let uv = if now.at_least { "UV ≥" } else { "UV  " };
    let mut text = format!("\x1b[H\x1b[2JPV   {:>16}\n{uv} {:>16}\n", grouped(now.pv), grouped(now.uv));
    text.push_str(&format!("malformed {:>11}\n\n", grouped(now.malformed)));
    for row in &now.top {
        let key: String =
            printable(&row.key).chars().filter(|letter| !letter.is_control()).take(100).collect();
        text.push_str(&format!("{:>14}  {key}\n", grouped(row.count)));
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
