//! heaplab's commands: `cargo xtask lesson 8.5` builds a section, runs every variant of it under
//! every probe in a process of its own, prints the table and writes the report.
//!
//! Imports go one way: `commands` and `authoring` use `publish` and `runner`, `publish` uses
//! `runner`, and all of them use `cli` and the crates `heaplab` and `heaplab-command`.

mod authoring;
mod cli;
mod commands;
mod publish;
mod runner;

use clap::Parser as _;
use cli::{Cli, Command};
use heaplab::terminal;
use heaplab_command::{exit, interrupt};
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::finish(match Cli::parse().command {
        Command::Lesson(options) => commands::lesson::run(&options),
        Command::Lessons(options) => commands::list_lessons::run(&options),
        Command::Bench(options) => commands::bench::run(&options),
        Command::Primer(options) => commands::primer::run(&options),
        Command::Hint(options) => commands::hint::run(&options),
        Command::Completions(options) => {
            commands::completions::run(&options);
            Ok(())
        }
        Command::Doctor => commands::doctor::run(),
        Command::Profile(options) => commands::profile::run(&options),
        Command::Diff(options) => commands::diff::run(&options),
        Command::Gallery(options) => commands::gallery::run(&options),
        Command::Site(options) => commands::site::run(&options),
        Command::Ci(options) => commands::ci::run(&options),
        Command::Homework(options) => commands::homework::run(&options),
        Command::LintLessons(options) => authoring::lint::run(&options),
        Command::NewLesson(options) => authoring::new_lesson::run(&options),
    })
}
