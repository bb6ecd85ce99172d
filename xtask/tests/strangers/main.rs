//! Programs as strangers build them, in surroundings that they meet, and with the ends that they
//! come to. Each holds blocks whose number and sizes stand in its source, so the expected figures
//! are arithmetic. They go through `cargo xtask profile` as a person would use it.
//!
//! One source is compiled many times: the recorder is built once, and rustc links it with other
//! flags for each test.

mod compile;
mod configurations;
mod ends;
mod forks;
mod libraries;
mod profiled;
#[path = "../run/mod.rs"]
#[expect(dead_code, reason = "most of it is about lessons")]
mod run;
mod stripped;
mod surroundings;
