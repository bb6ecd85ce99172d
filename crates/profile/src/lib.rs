//! The model of a heap profile, and the formats that it comes from and goes to.
//!
//! - [`raw`]: what heaplab's recorder leaves, addresses and counters, and the file that carries it.
//! - [`symbols`]: a recording becomes a [`Profile`], with names for its addresses (feature `symbols`).
//! - [`Profile`]: sites, each with its stack and what it held. [`Profile::trimmed`] leaves the lesson's own frames.
//!
//! Formats of other tools (feature `exports`):
//! - [`dhat`]: reads and writes DHAT's, and makes the copy of dhat's own file that a report keeps.
//! - [`folded`]: one line a stack, what flamegraphs are drawn from.
//! - [`callgrind`]: valgrind's counts of instructions, the one profile here that is not of memory.
//! - [`speedscope`] and [`firefox`]: for the viewers of these names.
//! - [`formats`]: the table of those that hold a heap profile.
//!
//! Over profiles, with no format in mind:
//! - [`diff`]: what changed from one profile to another, the worst first.
//! - [`statistics`]: sums by line, function or stack, as Python's tracemalloc has them.
//!
//! Data in, data out: nothing here touches a file, but for [`symbols`], which reads the profiled program's.

pub mod diff;
mod frames;
mod measure;
mod model;
pub mod raw;
pub mod statistics;

#[cfg(feature = "exports")]
pub mod callgrind;
#[cfg(feature = "exports")]
pub mod dhat;
#[cfg(feature = "exports")]
pub mod firefox;
#[cfg(feature = "exports")]
pub mod folded;
#[cfg(feature = "exports")]
pub mod formats;
#[cfg(feature = "exports")]
pub mod speedscope;
#[cfg(feature = "symbols")]
pub mod symbols;

pub use frames::{UNKNOWN, function_name};
pub use measure::Measure;
pub use model::{Frame, Profile, RecorderFigures, Site};
