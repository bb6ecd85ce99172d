//! What the tasks give you and what they want back. Plain `std`: your modules need nothing else.
//!
//! - `rows`: [`Source`] and [`Row`], of the required tasks.
//! - `log`: [`Part`] and [`Counts`], of the optional task.

mod draw;
mod log;
mod rows;

pub use log::{Counts, Part};
pub use rows::{Row, Source};
