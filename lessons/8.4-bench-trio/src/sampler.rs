//! Where the program is, asked a thousand times a second of its own processor time, by walking frame pointers. This is
//! what cProfile's question costs when it is asked now and then instead of at every call.

use std::time::{Duration, Instant};

/// Samples a second of processor time.
pub const FREQUENCY: u32 = 997;

/// One place on a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frame {
    /// The function.
    pub function: String,
    /// The file as the debug information has it; empty where it has none.
    pub file: String,
    /// 0 where it is not known.
    pub line: u32,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Stacks, the root first, and how often each was seen.
    pub stacks: Vec<(Vec<Frame>, u64)>,
    /// How often the work was done meanwhile.
    pub rounds: u64,
    /// How long that took.
    pub wall: Duration,
}

impl Samples {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.stacks.iter().map(|(_, seen)| seen).sum()
    }
}

/// Does the work over and over, sampled, until `least` has passed.
///
/// # Errors
/// In words, where this system cannot be sampled.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn sampled(least: Duration, work: &dyn Fn()) -> Result<Samples, String> {
    let said = |error: pprof::Error| error.to_string();
    let frequency = i32::try_from(FREQUENCY).unwrap_or(100);
    let guard = pprof::ProfilerGuardBuilder::default().frequency(frequency).build().map_err(said)?;
    let (rounds, wall) = repeated(least, work);
    let report = guard.report().build().map_err(said)?;
    let mut stacks: Vec<(Vec<Frame>, u64)> = report
        .data
        .iter()
        .map(|(frames, seen)| {
            // Innermost first, and within one address the inlined functions first.
            let frames = frames.frames.iter().flatten().rev().map(frame).collect();
            (below_the_start(frames), u64::try_from(*seen).unwrap_or(0))
        })
        .collect();
    stacks.sort();
    Ok(Samples { stacks, rounds, wall })
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn frame(symbol: &pprof::Symbol) -> Frame {
    let file = symbol.filename.as_ref().map(|path| path.to_string_lossy().into_owned());
    Frame { function: symbol.name(), file: file.unwrap_or_default(), line: symbol.lineno.unwrap_or(0) }
}

/// As above.
///
/// # Errors
/// Always: this system is not sampled.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn sampled(_least: Duration, _work: &dyn Fn()) -> Result<Samples, String> {
    Err("only Linux on x86_64 and aarch64 is sampled".to_owned())
}

/// Does the work over and over, watched by nobody.
pub fn repeated(least: Duration, work: &dyn Fn()) -> (u64, Duration) {
    let started = Instant::now();
    let mut rounds = 0;
    while started.elapsed() < least {
        work();
        rounds += 1;
    }
    (rounds, started.elapsed())
}

/// Without what Rust runs before `main`.
fn below_the_start(mut frames: Vec<Frame>) -> Vec<Frame> {
    let border = |frame: &Frame| frame.function.contains("__rust_begin_short_backtrace");
    if let Some(border) = frames.iter().rposition(border) {
        frames.drain(..=border);
    }
    frames
}
