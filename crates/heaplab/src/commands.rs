//! What `heaplab` can do: one file per command.

pub mod completions;
pub mod diff;
pub mod doctor;
pub mod export;
mod limit_check;
mod program_report;
pub mod report;
pub mod run;
