//! heaplab, a heap profiler for any dynamically linked program.
//!
//! The commands of the program `heaplab` are functions of this library, so `cargo xtask` runs the same
//! ones. Imports go one way: [`commands`] use [`publish`] and [`runner`], `publish` uses `runner`, and
//! all of them use [`terminal`] and the crate `heaplab-command`.

pub mod cargo_build;
pub mod cli;
pub mod commands;
pub mod limit;
#[cfg(feature = "live")]
pub mod live;
pub mod publish;
pub mod recorder_library;
pub mod requirement;
pub mod runner;
pub mod setting;
pub mod terminal;

use heaplab_command::{exit, interrupt};
