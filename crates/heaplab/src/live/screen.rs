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
use rustix::process::{Signal, kill_current_process_group};
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
        if !event::poll(PATIENCE).context("cannot read keys")? {
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

/// Hands a command to the thread that it is for. Where that has ended, a message said why.
fn send(watcher: &Watcher, command: Command) {
    match command {
        Command::Sample(request) => drop(watcher.requests.send(request)),
        Command::Name(job) => drop(watcher.jobs.send(job)),
        Command::Quit | Command::Interrupt | Command::Suspend | Command::Redraw => {}
    }
}
