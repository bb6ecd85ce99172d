//! The model of a heap profile, and the formats that it comes from and goes to.
//!
//! - [`Profile`]: sites, each with its stack and what it held. [`Profile::trimmed`] leaves the lesson's own frames.
//! - [`dhat`]: reads dhat's file, and makes the copy of it that a report keeps.
//! - [`folded`]: one line a stack, what flamegraphs are drawn from.
//!
//! The formats need the feature `exports`. Data in, data out: nothing here touches a file.

mod frames;
mod model;

#[cfg(feature = "exports")]
pub mod dhat;
#[cfg(feature = "exports")]
pub mod folded;

pub use frames::{UNKNOWN, function_name};
pub use model::{Frame, Profile, Site};
