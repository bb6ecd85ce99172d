//! What xtask and the grader share as command line programs.
//!
//! They are two programs so that a student's build of xtask does without archives and sandboxes.
//! Both start children, listen to signals and end with the same exit statuses.
//!
//! - [`child_process`]: a child that does not outlive its parent.
//! - [`exit`]: why a command ends early, and with which status.
//! - [`interrupt`]: Ctrl-C and SIGTERM as a value that is polled.
//! - [`grader_options`]: what can be typed after `homework verify` and `homework gradebook`. xtask
//!   reads it for `--help`, completions and wrong use, and the grader to act on it.
//! - [`run_error`]: what a run of somebody else\'s program can fail by.
//! - [`language`], [`provenance`]: the language of the output, and the time and commit that result
//!   files state.

pub mod child_process;
pub mod exit;
pub mod grader_options;
pub mod interrupt;
pub mod language;
pub mod provenance;
pub mod run_error;
