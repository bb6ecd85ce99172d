//! The global allocator of heaplab. One type, [`Heap`], stands in a program as its `#[global_allocator]`; the environment
//! decides at the first allocation which probe is at work, and the process keeps to it.
//!
//! ```
//! use heaplab_heap::{Heap, Totals, region};
//!
//! #[global_allocator]
//! static HEAP: Heap = Heap::recording();
//!
//! let measured = region()?;
//! let kept: Vec<u64> = Vec::with_capacity(100);
//! let Totals::Heap(totals) = measured.close() else { return Ok(()) };
//! assert_eq!(totals.end_bytes, 800);
//! # drop(kept);
//! # Ok::<(), heaplab_heap::RegionError>(())
//! ```
//!
//! - `switch`: which probe, decided once.
//! - `allocator`: [`Heap`], four methods that forward to the probe's allocator.
//! - `recorder`: the `heap` probe: a header before each block, and the counters.
//! - `keep`: the recording of a whole process, left behind however it ends.
//! - `region`: what is measured, from when to when.
//! - [`limit`](mod@limit): an assertion for tests, whatever else runs.
//! - `snapshot`: what is live now, asked from inside (feature `symbols`).
//! - `born`: which line made a block that the program holds (feature `symbols`).
//!
//! The recorder sees requested bytes (`Layout::size`), never the allocator's rounding and never its own headers.

mod active;
#[cfg(feature = "symbols")]
mod alloc_site;
mod allocator;
#[cfg(target_os = "linux")]
mod exit_snapshot;
pub mod limit;
#[cfg(feature = "symbols")]
mod naming;
mod probe;
mod recorder;
mod region;
#[cfg(feature = "symbols")]
mod snapshot;

pub use active::{NotRecording, untracked};
#[cfg(feature = "symbols")]
pub use alloc_site::{AllocSite, find_alloc_site, resolve_lines};
pub use allocator::Heap;
#[cfg(feature = "symbols")]
pub use heaplab_profile::statistics::GroupBy;
pub use heaplab_profile::{CountsTotals, DhatTotals, HeapTotals, Probe};
pub use limit::{Limit, limit};
pub use probe::probe;
pub use recorder::mark;
pub use region::{Region, RegionError, Totals, live_bytes, region, take_recording, write_recording};
#[cfg(feature = "symbols")]
pub use snapshot::{Difference, Snapshot, SnapshotError, Statistic};
