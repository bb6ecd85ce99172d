//! Everything that a lesson uses: the code between a variant's function and the record that the
//! runner reads.
//!
//! ```no_run
//! use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
//!
//! lesson! {
//!     unit: "rows",
//!     default_scale: 1_000_000,
//!     baseline: collected,
//!     work "squares" {
//!         rust { collected: "every square in a Vec", lazy: "one square at a time" }
//!         python { collected: "every square in a list" }
//!     }
//! }
//!
//! fn collected(rows: Scale) -> VariantResult<Vec<u64>> {
//!     let squares: Vec<u64> = rows.iter().map(|i| i * i).collect();
//!     let checksum = squares.iter().fold(Checksum::new(), |sum, &square| sum.row("", square));
//!     VariantResult::new(checksum, squares)
//! }
//!
//! fn lazy(rows: Scale) -> VariantResult<()> {
//!     let squares = rows.iter().map(|i| i * i);
//!     VariantResult::new(squares.fold(Checksum::new(), |sum, square| sum.row("", square)), ())
//! }
//! ```
//!
//! - `declaration`: [`lesson!`] and what it declares.
//! - `variant`: [`Scale`], [`Checksum`] and [`VariantResult`], which every variant uses.
//! - `phase`: marks on the curve. `progress`: snapshots of live bytes on the way, if the runner
//!   asks for them.
//! - `prepare`: makes what variants read, before they run.
//! - `count_log`: lines of code with the reference counts after each.
//! - `measure`: runs one variant under the probe in use.
//! - `command`: the lesson's `main`.
//! - `resident`: the kernel's figures on resident memory.
//! - `stage`: a demonstration on a terminal, with a curve of live bytes (feature `stage`).
//! - `trial`: runs a lesson's programs in its own tests (feature `trial`).

mod command;
mod count_log;
mod declaration;
mod measure;
mod phase;
mod prepare;
mod progress;
mod resident;
#[cfg(feature = "stage")]
pub mod stage;
#[cfg(feature = "trial")]
pub mod trial;
mod variant;

pub use count_log::{CountLog, Counts, ReferenceCounts, print_steps};
pub use declaration::{DeclaredVariant, Lesson, VariantFunction};
pub use heaplab_record::{
    ArenaTotals, Attachment, Axis, AxisUnit, BlockSize, BlockSizes, CallSample, Calls, Cell, Chart, Churn,
    CollectionRun, Collections, CountedObject, Family, FamilyChild, Figure, FoldedStacks, Footprint, Graph,
    GraphEdge, GraphNode, LessonData, Marker, MemoryRegions, MemoryRow, MemorySpan, MemoryState,
    PreparedInput, Series, SourceLine, SourceListing, Step, StepChart, StepSeries, Strength, Table, Text,
    ToolFile, ToolOutput,
};
pub use measure::{MeasuredVariant, VariantRunner};
pub use phase::mark_phase;
pub use prepare::{Prepare, PrepareError, PrepareRequest, prepared_input};
pub use progress::report_progress;
pub use variant::{Checksum, Scale, VariantResult};

#[cfg(feature = "snapshot")]
pub use heaplab_heap::{Difference, GroupBy, Snapshot, SnapshotError, Statistic};

/// Live bytes of the measured region; `None` under probes other than the recorder. Asking allocates
/// nothing, so it may be done inside the measured region.
pub use heaplab_heap::live_bytes;

#[doc(hidden)]
pub use heaplab_heap::Heap;

/// The allocator's crate, for the harness of lesson 8.9, which measures a function that is not a
/// variant.
#[doc(hidden)]
pub use heaplab_heap as heap;

#[doc(hidden)]
pub fn main(lesson: &Lesson) -> std::process::ExitCode {
    command::main(lesson)
}
