//! The recorder in programs that were not built with it.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod dhat;
mod functions;
mod programs;
mod run;
