//! Runs a program and reads what the recorder left: its processes, their stacks with names, and what
//! the machine is.

pub mod alloc_sites;
pub(crate) mod bounded_file;
pub mod callgrind;
pub mod churn;
pub mod environment;
pub mod memory;
pub mod profile_files;
pub mod recording_files;
pub mod resident;
mod unnamed_modules;
pub mod user_program;
