//! heaplab's commands: `cargo xtask lesson 8.5` builds a section, runs every variant of it under every probe in a process of
//! its own, prints the table and writes the report.
//!
//! - `cli`: what can be typed. Each command is a file of its own: `lesson`, `lessons`, `doctor`, `profile`, `diff`,
//!   `new_lesson`.
//! - `discover`, `build`: find the lessons and build them.
//! - `probe`, `tether`, `interrupt`, `memory`: one child, watched.
//! - `student`, `recordings`: a program of the student's own, and what it left.
//! - `fenced`: this program started again, to become one that is behind a fence.
//! - `plan`, `measure`: which children, at which scale, how often; their records folded into a report.
//! - `callgrind`: a program whose instructions are counted. `instructions`, `criterion`, `tools`: what a lesson has the runner
//!   do besides the probes, and what that costs.
//! - `sites`: names for the stacks that were recorded. `growth`: how they grow. `mystery`: a leak hunt without names.
//! - `bench`: the recorder beside its peers.
//! - `homework`: section 8.9, a folder of commands of its own.
//! - `render`, `store`, `show`: the report's files, the one step that puts them into place, and where that is.

mod bench;
mod build;
mod callgrind;
mod cli;
mod criterion;
mod diff;
mod discover;
mod doctor;
mod environment;
mod fenced;
mod growth;
mod homework;
mod instructions;
mod interrupt;
mod leaks;
mod lesson;
mod lessons;
mod measure;
mod memory;
mod mystery;
mod new_lesson;
mod plan;
mod probe;
mod profile;
mod python;
mod recordings;
mod render;
mod scale;
mod screen;
mod show;
mod sites;
mod stop;
mod store;
mod student;
mod tether;
mod tools;

use clap::Parser as _;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(status) = fenced::asked() {
        return status;
    }
    let result = match Cli::parse().command {
        Command::Lesson(options) => lesson::run(&options),
        Command::Lessons(options) => lessons::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Doctor => doctor::run(),
        Command::Profile(options) => profile::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Homework(options) => homework::run(&options),
        Command::NewLesson(options) => new_lesson::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            stop::status(&error)
        }
    }
}
