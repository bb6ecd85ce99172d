//! `heaplab live PID|RECORDING`: a view of what a program holds while it runs, in a terminal, or as
//! one line per second where there is none.
//!
//! A recording is a file that the program maps, so the view only reads. Three threads share the work:
//! the [sampler] reads figures, the [namer] finds names and makes rows, and the thread of the
//! [screen] takes keys and draws. The state is the [app]'s, which neither reads nor draws.

mod app;
mod beside_program;
mod draw;
#[cfg(test)]
mod fixture;
mod history;
mod keys;
mod messages;
mod namer;
mod options;
mod output_file;
mod palette;
mod plain;
mod processes;
mod recording;
mod rows;
mod sampler;
mod screen;
mod table_order;
mod target;

use crate::setting::Setting;
use anyhow::{Context as _, Result};
use heaplab_command::{interrupt, language};
use heaplab_profile::symbols::Roots;
use heaplab_report::Words;
use messages::{NamerJob, Request, Update};
use plain::PlainStyle;
use std::io::IsTerminal as _;
use std::sync::mpsc::{Receiver, Sender, channel};
use target::Target;

pub use beside_program::run_with_view;
pub use options::{HELP, LiveOptions};

/// Shows what the options name.
///
/// # Errors
/// When there is nothing of this name to show, and when the terminal cannot be used.
pub fn run_live(options: &LiveOptions, setting: &Setting<'_>) -> Result<()> {
    let words = Words::new(language::resolve_language(options.lang));
    let target = Target::find(&options.target)?;
    interrupt::install_handlers().context("cannot listen to signals")?;
    let roots = Roots { workspace: setting.workspace.clone() };
    let watcher = Watcher::start(target, roots);
    if !options.plain && !options.once && has_usable_terminal() {
        return screen::show(&watcher, &words, None);
    }
    let once = options.once.then_some(options.top);
    let style = PlainStyle { every: options.every, once, to_stderr: false, words: &words };
    let result = plain::print_lines(&watcher, &style, || interrupt::check().is_err());
    interrupt::check()?;
    result
}

/// A terminal that cannot place its cursor, such as that of an editor, gets lines.
fn has_usable_terminal() -> bool {
    let is_dumb = std::env::var("TERM").is_ok_and(|kind| kind == "dumb");
    std::io::stdout().is_terminal() && !is_dumb
}

/// The threads behind the view. They end when this is dropped.
struct Watcher {
    requests: Sender<Request>,
    jobs: Sender<NamerJob>,
    updates: Receiver<Update>,
}

impl Watcher {
    fn start(target: Target, roots: Roots) -> Watcher {
        let (requests, requested) = channel();
        let (jobs, jobs_to_do) = channel();
        let (to_view, updates) = channel();
        let (of_sampler, jobs_of_sampler) = (to_view.clone(), jobs.clone());
        std::thread::spawn(move || sampler::run_sampler(target, &requested, &of_sampler, &jobs_of_sampler));
        std::thread::spawn(move || namer::run_namer(&jobs_to_do, &to_view, &roots));
        Watcher { requests, jobs, updates }
    }
}
