//! What heaplab's command line programs share.
//!
//! xtask, heaplab and the grader are programs of their own, so that a student's build does without
//! archives and sandboxes, and a profiler without the course. All of them start children, listen to
//! signals and end with the same exit statuses.
//!
//! - [`child_process`]: a child that does not outlive its parent, and how it ended in words.
//! - [`exit`]: why a command ends early, and with which status.
//! - [`interrupt`]: Ctrl-C and SIGTERM as a value that is polled.
//! - [`run_error`]: what a run of somebody else\'s program can fail by.
//! - [`scale`]: numbers and sizes as people write them.
//! - [`language`], [`provenance`]: the language of the output, and the time and commit that result
//!   files state.

pub mod child_process;
pub mod exit;
pub mod interrupt;
pub mod language;
pub mod provenance;
pub mod run_error;
pub mod scale;
