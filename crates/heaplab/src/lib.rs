//! heaplab, a heap profiler for any dynamically linked program.
//!
//! The commands of the program `heaplab` are functions of this library, so `cargo xtask` runs the same
//! ones.

pub mod cli;
pub mod recorder_library;
