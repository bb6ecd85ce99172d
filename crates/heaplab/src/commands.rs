//! What `heaplab` can do: one file per command.

pub mod diff;
mod limit_check;
mod program_report;
pub mod run;
