//! Lesson 8.9: homework. The types of the tasks (`task`), and the student's own modules if they
//! exist.
//!
//! `cargo xtask homework new` copies `src/student/` from `start/`. The teacher builds the same two
//! modules in a package without dependencies, so a student's module can use only `crate::task` and
//! `std`.

#![forbid(unsafe_code)]

pub mod task;

// rustfmt follows modules that `cfg` disables, and this one may not exist.
#[rustfmt::skip]
#[cfg(student)]
pub mod student;
