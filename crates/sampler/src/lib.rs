//! Samples a program: asks about a thousand times a second of its own processor time where it is.
//! That answers cProfile's and line_profiler's questions by sampling instead of at every call and
//! every line. README.md says what is measured and what is not.
//!
//! There are two samplers, for two axes. pprof unwinds stacks and counts them by function. It could
//! walk frame pointers, which is quicker; but its walk (0.15) begins with a return address, so the
//! running function would be missing and its caller would be counted. Unwinding by tables must not
//! happen inside the C library, whose locks it may need, so such samples are dropped.
//! `instruction_sampler` records which instruction runs, for lines.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod instruction_sampler;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Samples per second of processor time that are requested. The kernel delivers at most one per
/// tick of its own, often 250.
pub const FREQUENCY: u32 = 997;

/// A line of source code.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    /// The file as the debug information names it.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// The samples of one piece of work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Stacks of functions, the root first, and how often each was seen. Inlined code counts for
    /// the function around it.
    pub stacks: Vec<(Vec<String>, u64)>,
    /// Lines of single instructions from a second run, the outermost first: an inlined line comes
    /// after the line that it was inlined into.
    pub places: Vec<(Vec<SourceLocation>, u64)>,
    /// How often the work was done while stacks were sampled.
    pub rounds: u64,
    /// How long that took.
    pub wall: Duration,
}

/// Repeats the work under the samplers until `least` has passed.
///
/// # Errors
/// A message, where this system cannot be sampled.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn sample(least: Duration, work: &dyn Fn()) -> Result<Samples, String> {
    let describe = |error: pprof::Error| error.to_string();
    let frequency = i32::try_from(FREQUENCY).unwrap_or(100);
    let guard = pprof::ProfilerGuardBuilder::default()
        .frequency(frequency)
        .blocklist(&["libc", "libgcc", "pthread", "vdso"])
        .build()
        .map_err(describe)?;
    let (rounds, wall) = repeat_for(least, work);
    let report = guard.report().build().map_err(describe)?;
    drop(guard);
    let mut stacks: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for (frames, seen) in &report.data {
        // Innermost first; of one address the inlined functions before the one that is still a
        // function.
        let functions = frames.frames.iter().rev().filter_map(|symbols| symbols.last());
        let stack = keep_program_frames(functions.map(pprof::Symbol::name).collect());
        *stacks.entry(stack).or_default() += u64::try_from(*seen).unwrap_or(0);
    }
    let addresses = instruction_sampler::sample_addresses(FREQUENCY, || {
        repeat_for(least, work);
    });
    let places = locate_addresses(&addresses.map_err(|error| error.to_string())?);
    Ok(Samples { stacks: stacks.into_iter().collect(), places, rounds, wall })
}

/// The lines of addresses, from debug information, with the number of samples of each.
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

/// The lines that an address stands for, the outermost first. An instruction that the optimiser
/// made of several lines has no line; then those of the nearest instruction before it are returned.
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

/// Repeats the work under the samplers, where the system supports it.
///
/// # Errors
/// Always: this system is not supported.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn sample(_least: Duration, _work: &dyn Fn()) -> Result<Samples, String> {
    Err("only Linux on x86_64 and aarch64 is sampled".to_owned())
}

/// Repeats the work without a sampler until `least` has passed. Returns the number of rounds and
/// the time.
#[inline(never)]
pub fn repeat_for(least: Duration, work: &dyn Fn()) -> (u64, Duration) {
    let started = Instant::now();
    let mut rounds = 0;
    while started.elapsed() < least {
        work();
        rounds += 1;
    }
    (rounds, started.elapsed())
}

/// Removes the frames that repeat the work, and those of the sampler's own signal handler.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn keep_program_frames(mut frames: Vec<String>) -> Vec<String> {
    if let Some(handler) =
        frames.iter().position(|frame| frame.contains("pprof::") || frame == "__restore_rt")
    {
        frames.truncate(handler);
    }
    if let Some(start) = frames.iter().rposition(|frame| frame.ends_with("sampler::repeat_for")) {
        frames.drain(..=start);
    }
    frames
}
