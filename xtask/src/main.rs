//! heaplab's commands: `cargo xtask lesson 8.5` builds a section, runs every variant of it under every probe in a process of
//! its own, prints the table and writes the report.
//!
//! - `cli`: what can be typed. Each command is a file of its own: `lesson`, `lessons`, `doctor`, `profile`, `diff`,
//!   `new_lesson`.
//! - `discover`, `build`: find the lessons and build them.
//! - `probe`, `tether`, `interrupt`, `memory`: one child, watched.
//! - `student`, `recordings`: a program of the student's own, and what it left.
//! - `prepare`: what a lesson's variants read.
//! - `plan`, `measure`: which children, at which scale, how often; their records folded into a report.
//! - `lint`: what an author forgets.
//! - `hint`, `completions`, `watch`: a hint, a shell's completions, a lesson that runs again when it is saved.
//! - `predict`: what somebody says before it runs.
//! - `callgrind`: a program whose instructions are counted. `instructions`, `criterion`, `tools`: what a lesson has the runner
//!   do besides the probes, and what that costs.
//! - `sites`: names for the stacks that were recorded. `growth`: how they grow. `mystery`: a leak hunt without names.
//! - `bench`: the recorder and the log aggregator beside their peers.
//! - `gallery`, `site`: figures put into the lessons' texts, and the texts and reports as pages.
//! - `course`: every section in order. `ci`: that, held against budgets. `index`: the page over all reports.
//! - `homework`: section 8.9, a folder of commands of its own.
//! - `mindmap`: the course on one page, from the other sections' reports.
//! - `opening`: what a lesson shows around its measurements.
//! - `render`, `store`, `show`: the report's files, the one step that puts them into place, and where that is.

mod authoring;
mod bench;
mod cli;
mod commands;
mod homework;
mod publish;
mod runner;
mod terminal;

use clap::Parser as _;
use cli::{Cli, Command};
use heaplab_command::{exit, interrupt};
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::finish(match Cli::parse().command {
        Command::Lesson(options) => commands::lesson::run(&options),
        Command::Lessons(options) => commands::list_lessons::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Hint(options) => commands::hint::run(&options),
        Command::Completions(options) => {
            commands::completions::run(&options);
            Ok(())
        }
        Command::Doctor => commands::doctor::run(),
        Command::Profile(options) => commands::profile::run(&options),
        Command::Diff(options) => commands::diff::run(&options),
        Command::Gallery(options) => publish::gallery::run(&options),
        Command::Site(options) => publish::website::run(&options),
        Command::Ci(options) => commands::ci::run(&options),
        Command::Homework(options) => homework::run(&options),
        Command::LintLessons(options) => authoring::lint::run(&options),
        Command::NewLesson(options) => authoring::new_lesson::run(&options),
    })
}
