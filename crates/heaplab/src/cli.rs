//! What can be typed after `heaplab`. No work happens here.

use clap::{Parser, Subcommand};

/// A heap profiler for any dynamically linked program, CPython and Rust included
#[derive(Parser)]
#[command(name = "heaplab", version, after_help = STATUS)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const STATUS: &str =
    "Exit status: 0 done, 1 the measurement says no, 2 wrong use, 3 this machine lacks something.";

/// The commands of `heaplab`.
#[derive(Subcommand)]
pub enum Command {}
