//! What `heaplab` can do: one file per command.

pub mod diff;
pub mod run;
