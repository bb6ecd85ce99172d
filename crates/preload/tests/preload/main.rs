//! The recorder in programs that were not built with it.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod bounds;
mod cpp;
mod dhat;
mod follow;
mod functions;
mod loading;
mod programs;
mod python;
mod run;
mod surroundings;
