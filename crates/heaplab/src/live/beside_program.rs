//! `heaplab run --live`: the view beside a program that this process has started.

use super::messages::Update;
use super::output_file::{OutputFile, read_last_lines};
use super::plain::{self, PlainStyle};
use super::screen;
use super::target::Target;
use super::{Watcher, has_usable_terminal};
use crate::runner::user_program::{self, ProgramEnd, ProgramRequest};
use crate::setting::Setting;
use anyhow::Result;
use heaplab_profile::symbols::Roots;
use heaplab_report::Words;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// Lines of the program's output that the view shows at most.
const LAST_LINES: usize = 8;
/// How often output is printed after the view was left.
const OUTPUT_INTERVAL: Duration = Duration::from_millis(50);

/// What the view learns of the program beside it.
pub(super) struct OwnProgram<'a> {
    /// Where it prints to.
    output: &'a File,
    has_ended: &'a AtomicBool,
    /// A signal has ended it, so nobody waits for a key.
    is_interrupted: &'a AtomicBool,
}

impl OwnProgram<'_> {
    pub(super) fn look(&self) -> Update {
        let lines = read_last_lines(self.output, LAST_LINES);
        Update::OwnProgram { has_ended: self.has_ended.load(Relaxed), lines }
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Relaxed)
    }
}

/// Runs the program to its end, as [`user_program::run_program`] does, and shows what it holds until
/// then. The view stays until it is left, so that the last figures can be looked at; if it is left
/// earlier, the program goes on, and what it prints goes to the terminal again.
///
/// # Errors
/// As [`user_program::run_program`], and where the terminal cannot be used.
pub fn run_with_view(order: ProgramRequest<'_>, setting: &Setting<'_>, words: &Words) -> Result<ProgramEnd> {
    let roots = Roots { workspace: setting.workspace.clone() };
    if !has_usable_terminal() {
        return run_with_lines(&order, roots, words);
    }
    let mut output = OutputFile::create()?;
    let shared = output.file().try_clone()?;
    let order = ProgramRequest { terminal_output: Some(&shared), ..order };
    let program = user_program::start_program(&order)?;
    let watcher = Watcher::start(Target::Folders(program.recording_folders()), roots);
    let (has_ended, is_interrupted) = (AtomicBool::new(false), AtomicBool::new(false));
    let ended = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let ended = program.wait_for_end();
            is_interrupted.store(ended.as_ref().map_or(true, |ended| ended.interrupted.is_some()), Relaxed);
            has_ended.store(true, Relaxed);
            ended
        });
        let own = OwnProgram { output: &shared, has_ended: &has_ended, is_interrupted: &is_interrupted };
        let shown = screen::show(&watcher, words, Some(&own));
        while !waiting.is_finished() {
            output.print_new()?;
            std::thread::sleep(OUTPUT_INTERVAL);
        }
        let ended = waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        shown.and(ended)
    });
    output.print_new()?;
    ended
}

/// Without a terminal: lines on standard error, because standard output is the program's.
fn run_with_lines(order: &ProgramRequest<'_>, roots: Roots, words: &Words) -> Result<ProgramEnd> {
    let program = user_program::start_program(order)?;
    let watcher = Watcher::start(Target::Folders(program.recording_folders()), roots);
    let style = PlainStyle { every: Duration::from_secs(1), once: None, to_stderr: true, words };
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| program.wait_for_end());
        plain::print_lines(&watcher, &style, || waiting.is_finished())?;
        waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
