//! The inputs and results of the tasks. Your modules need nothing else but `std`.
//!
//! - `rows`: [`Source`] and [`Row`], for the required tasks.
//! - `log`: [`Part`] and [`Counts`], for the optional task.

mod draw;
mod log;
mod rows;

pub use log::{Counts, Part};
pub use rows::{Row, Source};
