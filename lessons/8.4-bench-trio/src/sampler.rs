//! Where the program is, asked a thousand times a second of its own processor time: cProfile's question and
//! line_profiler's, now and then instead of at every call and every line.
//!
//! Two samplers, for two axes. pprof unwinds stacks and adds them up by function. It could walk frame pointers, which is
//! quicker; but its walk (0.15) begins with a return address, so that the function that runs would be missing and its caller
//! get the blame. Unwinding by tables must not happen inside of the C library, whose locks it may want: such samples are
//! dropped. `places` writes down which instruction runs, for lines.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod instruction_sampler;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Samples a second of processor time that are asked for. The kernel gives at most one a tick of its own: 250, often.
pub const FREQUENCY: u32 = 997;

/// A line of source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    /// The file as the debug information has it.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Stacks of functions, the root first, and how often each was seen. What was inlined into a function is its own.
    pub stacks: Vec<(Vec<String>, u64)>,
    /// Places of a single instruction, the outermost first: what was inlined stands behind where it was inlined. Of a run
    /// of its own.
    pub places: Vec<(Vec<SourceLocation>, u64)>,
    /// How often the work was done meanwhile.
    pub rounds: u64,
    /// How long that took.
    pub wall: Duration,
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
        .build()
        .map_err(said)?;
    let (rounds, wall) = repeated(least, work);
    let report = guard.report().build().map_err(said)?;
    drop(guard);
    let mut stacks: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for (frames, seen) in &report.data {
        // Innermost first; of one address the inlined functions before the one that is still a function.
        let functions = frames.frames.iter().rev().filter_map(|symbols| symbols.last());
        let stack = keep_program_frames(functions.map(pprof::Symbol::name).collect());
        *stacks.entry(stack).or_default() += u64::try_from(*seen).unwrap_or(0);
    }
    let addresses = instruction_sampler::sample_addresses(FREQUENCY, || {
        repeated(least, work);
    });
    let places = locate_addresses(&addresses.map_err(|error| error.to_string())?);
    Ok(Samples { stacks: stacks.into_iter().collect(), places, rounds, wall })
}

/// The lines of addresses, from debug information.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn locate_addresses(addresses: &[usize]) -> Vec<(Vec<SourceLocation>, u64)> {
    let mut seen: BTreeMap<usize, u64> = BTreeMap::new();
    for &address in addresses {
        *seen.entry(address).or_default() += 1;
    }
    let mut located: BTreeMap<Vec<SourceLocation>, u64> = BTreeMap::new();
    for (address, seen) in seen {
        let places = resolve_address(address);
        *located.entry(places).or_default() += seen;
    }
    located.into_iter().collect()
}

/// The lines that an address stands for, the outermost first. An instruction that the optimiser has made of several lines
/// has none: then those of the nearest one before it.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn resolve_address(address: usize) -> Vec<SourceLocation> {
    const FAR: usize = 64;
    for before in 0..FAR {
        let mut lines = Vec::new();
        backtrace::resolve(address.saturating_sub(before) as *mut _, |symbol| {
            lines.push(symbol.filename().map(std::path::Path::to_owned).zip(symbol.lineno()));
        });
        // The innermost comes first, and is the one that may have none.
        let has_line = |innermost: &Option<(std::path::PathBuf, u32)>| {
            innermost.as_ref().is_some_and(|(_, line)| *line > 0)
        };
        if lines.first().is_none_or(has_line) {
            let place = |(file, line): (std::path::PathBuf, u32)| SourceLocation {
                file: file.to_string_lossy().into_owned(),
                line,
            };
            return lines.into_iter().rev().flatten().map(place).collect();
        }
    }
    Vec::new()
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
#[inline(never)]
pub fn repeated(least: Duration, work: &dyn Fn()) -> (u64, Duration) {
    let started = Instant::now();
    let mut rounds = 0;
    while started.elapsed() < least {
        work();
        rounds += 1;
    }
    (rounds, started.elapsed())
}

/// The work alone: without what calls it over and over, and without the sampler's own handler.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn keep_program_frames(mut frames: Vec<String>) -> Vec<String> {
    if let Some(handler) =
        frames.iter().position(|frame| frame.contains("pprof::") || frame == "__restore_rt")
    {
        frames.truncate(handler);
    }
    if let Some(start) = frames.iter().rposition(|frame| frame.ends_with("sampler::repeated")) {
        frames.drain(..=start);
    }
    frames
}
