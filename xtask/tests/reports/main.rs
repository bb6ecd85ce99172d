//! What real runs leave, through the real binary: one program for all of these tests, so that two of them run at a time.

mod axes;
mod browser;
mod cpu;
mod diff;
mod exact;
mod leak_hunt;
mod report;
#[path = "../run/mod.rs"]
mod run;
mod tools;
