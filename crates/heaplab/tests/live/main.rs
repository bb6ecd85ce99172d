//! `heaplab live` against a program that allocates on command: its figures must be exactly what the
//! program holds, in lines and on a terminal.

#![cfg(all(target_os = "linux", target_env = "gnu", feature = "live", feature = "embed"))]

mod plain;
mod program;
mod run;
mod screen;
mod terminal;
