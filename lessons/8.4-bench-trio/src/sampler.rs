//! Where the program is, asked a thousand times a second of its own processor time: cProfile's question, now and then
//! instead of at every call.
//!
//! pprof can walk frame pointers, which is quicker. But its walk (0.15) begins with the return address in the innermost
//! frame: the function that runs, and its line, would be missing, and its caller would get the blame. So the stacks are
//! unwound by tables. That must not happen inside of the C library, whose locks the unwinder may want: such samples are
//! dropped.

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
    /// Whether the compiler has put it into the frame before it: no function of its own any more.
    pub inlined: bool,
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
    let guard = pprof::ProfilerGuardBuilder::default()
        .frequency(frequency)
        .blocklist(&["libc", "libgcc", "pthread", "vdso"])
        .build().map_err(said)?;
    let (rounds, wall) = repeated(least, work);
    let report = guard.report().build().map_err(said)?;
    let mut stacks: Vec<(Vec<Frame>, u64)> = report
        .data
        .iter()
        .map(|(frames, seen)| {
            // Innermost first, and within one address the inlined functions first.
            let of_address = |symbols: &Vec<pprof::Symbol>| {
                let outermost_first = symbols.iter().rev().enumerate();
                outermost_first.map(|(depth, symbol)| frame(symbol, depth > 0)).collect::<Vec<_>>()
            };
            let frames = frames.frames.iter().rev().flat_map(of_address).collect();
            (below_the_start(frames), u64::try_from(*seen).unwrap_or(0))
        })
        .collect();
    stacks.sort();
    Ok(Samples { stacks, rounds, wall })
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn frame(symbol: &pprof::Symbol, inlined: bool) -> Frame {
    let file = symbol.filename.as_ref().map(|path| path.to_string_lossy().into_owned());
    let (file, line) = (file.unwrap_or_default(), symbol.lineno.unwrap_or(0));
    Frame { function: symbol.name(), file, line, inlined }
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
