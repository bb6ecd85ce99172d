//! The program `heaplab` as somebody who installed it uses it: in a folder of their own, far from any
//! clone, on programs that nobody built for it.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod export;
mod limits;
mod report;
mod run;
mod tool;
