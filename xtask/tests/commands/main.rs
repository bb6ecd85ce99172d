//! The commands through the real binary, and what they leave. One program for all of them, so that
//! tests of different commands run at the same time; reports that several tests read are made once
//! (`small_reports`).

mod axes;
mod bench;
mod browser;
mod ci;
mod course;
mod cpu;
mod diff;
mod exact;
mod gallery;
mod leak_hunt;
mod new_lesson;
mod primer;
mod profile;
mod python_heap;
mod quick_scales;
mod refusals;
mod report;
#[path = "../run/mod.rs"]
mod run;
mod small_reports;
mod tools;
mod tracemalloc;
mod versions;
mod workflows;
