//! Finds, builds and runs lessons and other programs, and reads the files that they write.

pub(crate) mod build;
pub(crate) mod criterion;
pub(crate) mod discover;
pub(crate) mod grader;
pub(crate) mod growth_analysis;
pub(crate) mod instructions;
pub(crate) mod lecture_tools;
pub(crate) mod lesson_profiles;
pub(crate) mod measure;
pub(crate) mod plan;
pub(crate) mod prepared_input;
pub(crate) mod probe;
pub(crate) mod python;
pub(crate) mod tool_files;
pub(crate) mod tool_notes;

pub(crate) use heaplab::runner::{alloc_sites, callgrind, environment, memory};
pub(crate) use heaplab_command::{child_process, scale};
