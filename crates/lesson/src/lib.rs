//! What a lesson sees, and all that it sees: everything between a variant's function and the record that the runner reads.
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
//! - `variant`: [`Scale`], [`Checksum`] and [`VariantResult`], the shape of a variant.
//! - `phase`: marks on the way. `progress`: looks at the heap on the way, where the runner asks for them.
//! - `prepare`: what has to be there before a variant runs.
//! - `count_log`: lines of code with the reference counts after each.
//! - `measure`: one variant under the probe at work.
//! - `command`: the lesson's own `main`, by the runner's hand or by a student's.
//! - `resident`: what the kernel counts as resident.
//! - `stage`: a demonstration on a terminal, with a curve of live bytes (feature `stage`).
//! - `trial`: a lesson's programs under its own tests (feature `trial`).

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
};
pub use measure::{MeasuredVariant, VariantRunner};
pub use phase::mark_phase;
pub use prepare::{Prepare, PrepareError, PrepareRequest, prepared_input};
pub use progress::report_progress;
pub use variant::{Checksum, Scale, VariantResult};

#[cfg(feature = "snapshot")]
pub use heaplab_heap::{Difference, GroupBy, Snapshot, SnapshotError, Statistic};

/// What is live in the measured region, in bytes, under the heap probe; `None` under another, which does not know. Asking
/// allocates nothing: it may stand inside the measured region.
pub use heaplab_heap::live_bytes;

#[doc(hidden)]
pub use heaplab_heap::Heap;

/// The allocator's own crate, for the harness of lesson 8.9: it measures a function that is no variant.
#[doc(hidden)]
pub use heaplab_heap as heap;

#[doc(hidden)]
pub fn main(lesson: &Lesson) -> std::process::ExitCode {
    command::main(lesson)
}
