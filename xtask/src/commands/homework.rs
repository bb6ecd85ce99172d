//! `cargo xtask homework`: section 8.9, the student's commands and the teacher's.
//!
//! - `new`, `reset`: the student's files. `check`, `hint`, `report`: what they measure.
//! - `harness`: builds the student's code and measures it, for the commands above.
//! - `verify` and `gradebook` are heaplab-grader, which is built and started on demand.

mod check;
mod harness;
mod hint;
mod homework_folder;
mod new;
mod python_curves;
mod report;
mod reset;

use crate::cli::homework::{HomeworkCommand, HomeworkOptions};
use crate::runner::grader;
use anyhow::Result;

pub(crate) fn run(options: &HomeworkOptions) -> Result<()> {
    match &options.command {
        HomeworkCommand::New(options) => new::run(options),
        HomeworkCommand::Check(options) => check::run(options),
        HomeworkCommand::Hint(options) => hint::run(options),
        HomeworkCommand::Report(options) => report::run(options),
        HomeworkCommand::Reset(options) => reset::run(options),
        HomeworkCommand::Verify(_) | HomeworkCommand::Gradebook(_) => grader::become_grader(),
    }
}
