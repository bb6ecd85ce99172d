//! Lesson 8.9: homework. What the tasks hand in and take (`task`), and the student's own modules where they are there.
//!
//! `cargo xtask homework new` puts `src/student/` there from `start/`. The teacher builds the same two modules in a package
//! without any dependency: what a student's module names besides `crate::task` and `std` does not build there.

#![forbid(unsafe_code)]

pub mod task;

// rustfmt follows modules that are configured away, and this one may not be there.
#[rustfmt::skip]
#[cfg(student)]
pub mod student;
