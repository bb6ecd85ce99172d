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
//! - `region`: what is measured, from when to when.
//!
//! The recorder sees requested bytes (`Layout::size`), never the allocator's rounding and never its own headers.

mod allocator;
mod recorder;
mod region;
mod switch;

pub use allocator::Heap;
pub use recorder::{HeapTotals, mark};
pub use region::{
    CountsTotals, DhatTotals, Region, RegionError, Totals, live_bytes, recording, region, write_recording,
};
pub use switch::{Probe, probe};
