//! The loop of the view: takes keys and updates, draws, and gives the terminal back whatever happens.

use super::Watcher;
use super::app::{App, Command};
use super::beside_program::OwnProgram;
use super::draw::{Style, draw_screen};
use super::palette::Palette;
use anyhow::{Context as _, Result};
use heaplab_command::interrupt;
use heaplab_report::Words;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, kill_current_process_group};
use rustix::stdio::{dup2_stderr, dup2_stdout};
use std::os::fd::AsFd;
use std::time::Duration;

/// How long a key is waited for before updates are looked at.
const PATIENCE: Duration = Duration::from_millis(50);

/// The terminal in its raw mode and on its second screen. Dropping it gives the terminal back, and so
/// does a panic, by the hook that ratatui installs.
struct Screen {
    terminal: DefaultTerminal,
}

impl Screen {
    fn open() -> Result<Screen> {
        let terminal = ratatui::try_init().inspect_err(|_| ratatui::restore());
        let terminal = terminal.context("cannot use this terminal; `--plain` prints lines instead")?;
        Ok(Screen { terminal })
    }

    /// Gives the terminal back, stops this process as Ctrl-Z does elsewhere, and comes back.
    fn suspend(&mut self) -> Result<()> {
        ratatui::restore();
        kill_current_process_group(Signal::TSTP).context("cannot stop this process")?;
        *self = Screen::open()?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// Shows the view until it is left. `own`: the program that was started with it, which takes the
/// signals.
pub(super) fn show(watcher: &Watcher, words: &Words, own: Option<&OwnProgram<'_>>) -> Result<()> {
    let mut screen = Screen::open()?;
    let mut app = App::new();
    let style = Style { words, palette: Palette::from_environment() };
    let mut has_changed = true;
    loop {
        for update in watcher.updates.try_iter() {
            has_changed = true;
            if let Some(command) = app.update(update) {
                send(watcher, command);
            }
        }
        if let Some(own) = own {
            let before = app.own_program.clone();
            app.update(own.look());
            has_changed |= app.own_program != before;
        }
        if std::mem::take(&mut has_changed) {
            screen.terminal.draw(|frame| draw_screen(frame, &app, &style)).context("cannot draw")?;
        }
        match own {
            Some(own) if own.is_interrupted() => return Ok(()),
            Some(_) => {}
            None => interrupt::check()?,
        }
        if wait_for_key_or_end() {
            return Ok(());
        }
        // Also where no key was pressed: the terminal may have another size.
        if !event::poll(Duration::ZERO).context("cannot read keys")? {
            continue;
        }
        has_changed = true;
        let Event::Key(key) = event::read().context("cannot read keys")? else { continue };
        for command in app.press(key) {
            match command {
                Command::Quit => return Ok(()),
                Command::Interrupt => {
                    kill_current_process_group(Signal::INT).context("cannot end the program")?;
                }
                Command::Suspend => screen.suspend()?,
                Command::Redraw => screen.terminal.clear().context("cannot draw")?,
                other => send(watcher, other),
            }
        }
    }
}

/// Waits for a key, for a while, and returns whether the terminal is gone: its window was closed, or the
/// connection to it has ended. Reading from it would return at once with nothing, and the library for keys
/// would try again for ever.
fn wait_for_key_or_end() -> bool {
    // A signal ends the waiting early, such as the one that says that the size has changed.
    let is_gone = is_closed(&std::io::stdin(), PATIENCE);
    if is_gone {
        drop_streams();
    }
    is_gone
}

/// Waits until something can be read, and returns whether the other end was closed.
fn is_closed(stream: &impl AsFd, patience: Duration) -> bool {
    let mut streams = [PollFd::new(stream, PollFlags::IN)];
    let patience = Timespec { tv_sec: 0, tv_nsec: patience.subsec_nanos().into() };
    let _ = poll(&mut streams, Some(&patience));
    streams[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Sends output to a terminal that is gone nowhere. Writing to it would be an error, in the middle of the
/// report that is still to be made.
fn drop_streams() {
    let Ok(nowhere) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") else { return };
    if is_closed(&std::io::stdout(), Duration::ZERO) {
        let _ = dup2_stdout(&nowhere);
    }
    if is_closed(&std::io::stderr(), Duration::ZERO) {
        let _ = dup2_stderr(&nowhere);
    }
}

/// Hands a command to the thread that it is for. Where that has ended, a message said why.
fn send(watcher: &Watcher, command: Command) {
    match command {
        Command::Sample(request) => drop(watcher.requests.send(request)),
        Command::Name(job) => drop(watcher.jobs.send(job)),
        Command::Quit | Command::Interrupt | Command::Suspend | Command::Redraw => {}
    }
}
