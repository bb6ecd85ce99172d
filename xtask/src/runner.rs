//! Finds, builds and runs lessons and other programs, and reads the files that they write.

pub(crate) mod alloc_sites;
pub(crate) mod build;
pub(crate) mod callgrind;
pub(crate) mod criterion;
pub(crate) mod discover;
pub(crate) mod environment;
pub(crate) mod grader;
pub(crate) mod growth_analysis;
pub(crate) mod instructions;
pub(crate) mod measure;
pub(crate) mod memory;
pub(crate) mod plan;
pub(crate) mod prepared_input;
pub(crate) mod probe;
pub(crate) mod python;
pub(crate) mod recording_files;
pub(crate) mod scale;
pub(crate) mod tool_notes;
mod unnamed_modules;
pub(crate) mod user_program;

pub(crate) use heaplab_command::child_process;
