//! What lesson 8.1.3 measures with, and what its exercise uses.
//!
//! - `usable`: what a request gets under each allocator, and where.
//! - `footprint`: what the kernel counts as resident between two steps.
//! - `sizes`: the sizes of the lesson's blocks, the same in CPython.
//! - `arena_map`: maps of arenas and pools.

mod arena_map;
mod footprint;
mod sizes;
mod usable;

pub use arena_map::{draw_arenas, draw_pools};
pub use footprint::{CountArenas, count_page_bytes, measure_footprint};
pub use sizes::Sizes;
pub use usable::Usable;
