//! What lesson 8.1.3 measures with: an allocator of small objects that can be read, and what it is held against.
//!
//! - [`pymalloc`]: the allocator.
//! - `global`: the program's own allocator as a value, so that one allocator can stand on it.
//! - `block`: a block that knows which allocator it goes back to.
//! - `usable`: what a request gets, under each allocator, and where.
//! - `footprint`: what the kernel counts as resident between two steps.
//! - `sizes`: the sizes of the lesson's blocks, the same in CPython.
//! - `came_back`, `alignment`, `picture`: tables, charts and maps, made from what was measured.

mod alignment;
mod block;
mod came_back;
mod footprint;
mod global;
mod picture;
pub mod pymalloc;
mod sizes;
mod usable;

pub use alignment::{Alignment, alignment_table};
pub use block::Block;
pub use came_back::{ReturnedMemory, tabulate_returned_memory};
pub use footprint::{CountArenas, Footprint};
pub use global::Global;
pub use picture::{draw_arenas, draw_pools};
pub use sizes::Sizes;
pub use usable::{SizeMeasurement, Usable, draw_padding, draw_usable_bytes};
