//! The model of a heap profile, and the formats that it is read from and written to.
//!
//! A profile is a list of sites: a stack with the figures of the blocks that it allocated. This one is
//! put together by hand; [`symbols::symbolize`] makes one from a recording.
//!
//! ```
//! # #[cfg(feature = "exports")] {
//! use heaplab_profile::statistics::{GroupBy, group_sites};
//! use heaplab_profile::{Frame, Measure, Profile, Site, folded};
//!
//! let frame = |function: &str, location: &str| Frame {
//!     function: function.to_owned(),
//!     location: Some(location.to_owned()),
//!     ..Frame::default()
//! };
//! let site = |line: &str, blocks: u64, bytes: u64| Site {
//!     frames: vec![frame("app::main", "src/main.rs:9"), frame("app::load", line)],
//!     total_blocks: blocks,
//!     total_bytes: bytes,
//!     peak_bytes: bytes,
//!     ..Site::default()
//! };
//! let profile = Profile { sites: vec![site("src/load.rs:3", 2, 64), site("src/load.rs:7", 1, 4096)] };
//!
//! let lines = group_sites(&profile, GroupBy::Line, Measure::PeakBytes);
//! assert_eq!(lines[0].sums.frames[0].location.as_deref(), Some("src/load.rs:7"));
//! assert_eq!(lines[0].sums.peak_bytes, 4096);
//! // The input of a flamegraph: a stack a line, with the bytes that were live at the peak.
//! assert!(folded::write_folded(&profile, Measure::PeakBytes).contains("app::main"));
//! # }
//! ```
//!
//! - [`raw`]: the recorder's output, addresses and counters, and the file that carries it.
//! - [`symbols`]: turns a recording into a [`Profile`], with names for its addresses (feature
//!   `symbols`).
//! - [`Profile`]: sites, each with its stack and its figures. [`Profile::trim_stacks`] keeps the
//!   lesson's own frames.
//! - [`Probe`], [`HeapTotals`], [`CountsTotals`], [`DhatTotals`]: the ways to measure a run, and
//!   what each counts.
//!
//! Formats of other tools (feature `exports`):
//! - [`formats`]: the table of the formats of heap profiles. A new one is one file and one line
//!   there.
//! - [`dhat`]: reads and writes DHAT's format, and makes the copy of dhat's own file for a report.
//! - [`folded`]: one line per stack, from which flamegraphs are drawn.
//! - [`speedscope`], [`firefox`] and [`formats::pprof`]: for the viewers of these names.
//! - [`formats::heaptrack`] and [`formats::memray`]: files of these profilers, which are read only.
//! - [`callgrind`]: valgrind's counts of instructions, the only profile here that is not of memory.
//!
//! Independent of formats:
//! - [`path_text`]: paths that are not UTF-8, as the text that a recording keeps.
//! - [`diff`]: what changed from one profile to another.
//! - [`statistics`]: sums by line, function or stack, as in Python's tracemalloc.
//!
//! Only [`symbols`] reads files, namely those of the profiled program; the other modules work on
//! data.

#[cfg(feature = "exports")]
pub mod callgrind;
pub mod diff;
#[cfg(feature = "exports")]
pub mod formats;
mod frame;
#[cfg(any(feature = "exports", feature = "symbols"))]
mod location;
mod measure;
mod model;
pub mod path_text;
mod probe;
pub mod raw;
pub mod statistics;
#[cfg(feature = "symbols")]
pub mod symbols;
mod totals;
mod trim;

#[cfg(feature = "exports")]
pub use formats::{dhat, firefox, folded, speedscope};
pub use frame::{Frame, FrameKind, FrameSelection, UNKNOWN, function_name};
pub use measure::Measure;
pub use model::{Profile, RecorderFigures, Site};
pub use probe::Probe;
pub use totals::{CountsTotals, DhatTotals, HeapTotals};
pub use trim::PANIC_BACKTRACE;
