//! Progress reports of a worker process: its standard input is a socket, through which it sends
//! running totals to the parent.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::engine::ProgressObserver;
use crate::error::Result;

/// Least time between two reports of a worker.
const PAUSE: Duration = Duration::from_millis(50);
/// Lines, bytes and keys, 8 bytes each, little endian.
const REPORT: usize = 24;

/// The worker's side.
pub(super) struct ProgressReporter {
    state: Mutex<(Totals, Option<Instant>)>,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    lines: u64,
    bytes: u64,
    held: u64,
}

impl ProgressReporter {
    pub(super) fn new() -> ProgressReporter {
        ProgressReporter { state: Mutex::new((Totals::default(), None)) }
    }

    pub(super) fn finish(self) {
        if let Ok((totals, _)) = self.state.into_inner() {
            totals.send();
        }
    }
}

impl Totals {
    fn send(self) {
        let words = [self.lines, self.bytes, self.held].map(u64::to_le_bytes);
        // A failure is ignored: standard input may be a pipe without a listener.
        let _ = rustix::io::write(rustix::stdio::stdin(), words.as_flattened());
    }
}

impl ProgressObserver for ProgressReporter {
    fn on_window(&self, lines: u64, bytes: u64, held: usize) -> Result<()> {
        let Ok(mut state) = self.state.lock() else { return Ok(()) };
        let (totals, said) = &mut *state;
        totals.lines += lines;
        totals.bytes += bytes;
        totals.held = held as u64;
        if said.is_none_or(|at| at.elapsed() >= PAUSE) {
            *said = Some(Instant::now());
            totals.send();
        }
        Ok(())
    }
}

/// The parent's side: forwards reports until the worker has ended.
pub(super) fn forward_progress(mut from: UnixStream, watch: &dyn ProgressObserver) -> Result<()> {
    let mut before = Totals::default();
    let mut report = [0; REPORT];
    while from.read_exact(&mut report).is_ok() {
        let [lines, bytes, held] = [0, 8, 16].map(|at| {
            let mut word = [0; 8];
            word.copy_from_slice(&report[at..at + 8]);
            u64::from_le_bytes(word)
        });
        watch.on_window(
            lines.saturating_sub(before.lines),
            bytes.saturating_sub(before.bytes),
            held as usize,
        )?;
        before = Totals { lines, bytes, held };
    }
    Ok(())
}
