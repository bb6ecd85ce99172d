//! The global allocator of heaplab. A program declares [`Heap`] as its `#[global_allocator]`; the
//! environment decides at the first allocation which [`Probe`] is used, and the process keeps it.
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
//! - `probe`: decides on the probe, once.
//! - `allocator`: [`Heap`], which forwards each call to the probe's allocator.
//! - `recorder`: the `heap` probe.
//! - `region`: what is measured, from opening to closing.
//! - [`limit`](mod@limit): an assertion on memory for tests.
//! - `snapshot`: what is live now, for the program itself (feature `symbols`).
//! - `alloc_site`: which line allocated a block (feature `symbols`).
//! - `preload`: counts for an allocator that has headers of its own (feature `preload`).
//! - `active`: whether the recorder is in use; `naming`: symbols for the program itself.
//!
//! The recorder counts requested bytes (`Layout::size`), without the allocator's rounding and its
//! own headers. The crate's README explains how it works and what is exact.

mod active;
#[cfg(feature = "symbols")]
mod alloc_site;
mod allocator;
pub mod limit;
#[cfg(feature = "symbols")]
mod naming;
#[cfg(all(feature = "preload", target_os = "linux"))]
pub mod preload;
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
pub use region::{Region, RegionError, Totals, live_bytes, mark, region, take_recording, write_recording};
#[cfg(feature = "symbols")]
pub use snapshot::{Difference, Snapshot, SnapshotError, Statistic};
