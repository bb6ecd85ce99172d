//! The state of the view: what it knows, what it shows, and what a key or an update changes. It
//! draws nothing and reads nothing.

use super::history::{History, Point};
use super::messages::{NamedStack, NamerJob, Request, Update};
use super::processes::ProcessEntry;
use super::rows::{RowSet, per_second};
use super::table_order::{SortKey, TableOrder};
use heaplab_profile::raw::RawTotals;
use heaplab_profile::raw::tables::Levels;
use std::path::PathBuf;
use std::sync::Arc;

/// What the outside has to do for the view.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Quit,
    /// Ends the program that was started with the view.
    Interrupt,
    /// Gives the terminal back until the shell continues this process.
    Suspend,
    /// Draws everything anew.
    Redraw,
    Sample(Request),
    Name(NamerJob),
}

/// A moment, and the sums at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) at_ns: u64,
    pub(crate) totals: RawTotals,
}

/// The program that was started with the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnProgramState {
    pub(crate) has_ended: bool,
    /// The last lines that it has printed.
    pub(crate) lines: Vec<String>,
}

/// What is known of the selected process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knowledge {
    pub(crate) at_ns: u64,
    pub(crate) levels: Levels,
    pub(crate) totals: Option<RawTotals>,
    totals_at_ns: u64,
    pub(crate) births_per_second: Option<u64>,
    pub(crate) mark: Option<Mark>,
    pub(crate) rows: Arc<RowSet>,
}

/// What takes the place of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Table,
    /// The table, while the filter is typed; with the filter as it was before.
    TypeFilter {
        before: String,
    },
    Stacks(StackPage),
    Help {
        scroll: u16,
    },
}

/// The stacks of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackPage {
    pub(crate) key: String,
    /// Empty until their names are known.
    pub(crate) stacks: Vec<NamedStack>,
    pub(crate) index: usize,
    pub(crate) scroll: u16,
}

/// How much of the past the curve shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TimeSpan {
    #[default]
    All,
    TenMinutes,
    Minute,
}

impl TimeSpan {
    pub(crate) const fn next(self) -> TimeSpan {
        match self {
            TimeSpan::All => TimeSpan::TenMinutes,
            TimeSpan::TenMinutes => TimeSpan::Minute,
            TimeSpan::Minute => TimeSpan::All,
        }
    }

    /// The first moment of the curve.
    pub(crate) const fn start_ns(self, until_ns: u64) -> u64 {
        match self {
            TimeSpan::All => 0,
            TimeSpan::TenMinutes => until_ns.saturating_sub(600_000_000_000),
            TimeSpan::Minute => until_ns.saturating_sub(60_000_000_000),
        }
    }
}

/// The view.
pub(crate) struct App {
    /// `None` where the view only looks at a program of others.
    pub(crate) own_program: Option<OwnProgramState>,
    pub(crate) processes: Vec<ProcessEntry>,
    /// The recording of the process that is shown.
    pub(crate) selected: Option<PathBuf>,
    pub(crate) history: History,
    latest: Knowledge,
    /// What was known when the view was frozen.
    frozen: Option<Knowledge>,
    pub(crate) order: TableOrder,
    pub(crate) mode: Mode,
    pub(crate) span: TimeSpan,
    /// Something went wrong; the next key takes it away.
    pub(crate) problem: Option<String>,
}

impl App {
    pub(crate) fn new() -> App {
        App {
            own_program: None,
            processes: Vec::new(),
            selected: None,
            history: History::default(),
            latest: Knowledge::default(),
            frozen: None,
            order: TableOrder::default(),
            mode: Mode::Table,
            span: TimeSpan::default(),
            problem: None,
        }
    }

    /// What is shown.
    pub(crate) fn displayed_knowledge(&self) -> &Knowledge {
        self.frozen.as_ref().unwrap_or(&self.latest)
    }

    pub(crate) const fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// The selected process in the list.
    pub(crate) fn process(&self) -> Option<&ProcessEntry> {
        self.processes.iter().find(|process| Some(&process.path) == self.selected.as_ref())
    }

    /// Takes what the other threads have found out.
    pub(crate) fn update(&mut self, update: Update) -> Option<Command> {
        let is_selected = |path: &PathBuf| self.selected.as_ref() == Some(path);
        match update {
            Update::Processes(processes) => self.processes = processes,
            Update::Begin { path, points } => self.begin(path, points),
            Update::Sample { path, at_ns, levels } if is_selected(&path) => {
                (self.latest.at_ns, self.latest.levels) = (at_ns, levels);
                self.history.push(Point { at_ns, live_bytes: levels.live_bytes });
            }
            Update::Totals { path, at_ns, totals } if is_selected(&path) => self.set_totals(at_ns, totals),
            Update::Marked { path, mark } if is_selected(&path) => {
                self.latest.mark = mark.map(|(at_ns, totals)| Mark { at_ns, totals });
                self.order.sort = if mark.is_some() { SortKey::Growth } else { SortKey::Live };
            }
            Update::Rows(rows) if is_selected(&rows.path) => {
                self.latest.rows = rows;
                return self.refresh_stacks();
            }
            Update::Stacks { path, key, stacks } if is_selected(&path) => self.set_stacks(&key, stacks),
            Update::OwnProgram { has_ended, lines } => {
                self.own_program = Some(OwnProgramState { has_ended, lines });
            }
            Update::Problem(problem) => self.problem = Some(problem),
            // Of a process that was shown before.
            Update::Sample { .. }
            | Update::Totals { .. }
            | Update::Marked { .. }
            | Update::Rows(_)
            | Update::Stacks { .. } => {}
        }
        None
    }

    fn begin(&mut self, path: PathBuf, points: Vec<Point>) {
        self.selected = Some(path);
        self.history = History::from_points(points);
        self.latest = Knowledge::default();
        self.frozen = None;
        self.order.selected = None;
        if self.order.sort == SortKey::Growth {
            self.order.sort = SortKey::Live;
        }
        if matches!(self.mode, Mode::Stacks(_)) {
            self.mode = Mode::Table;
        }
    }

    fn set_totals(&mut self, at_ns: u64, totals: RawTotals) {
        let elapsed_ns = at_ns.saturating_sub(self.latest.totals_at_ns);
        // A mark is read between two readings; a rate over so short a time says little.
        if let Some(before) = self.latest.totals
            && elapsed_ns >= 500_000_000
        {
            let births = totals.births.saturating_sub(before.births);
            self.latest.births_per_second = per_second(births, elapsed_ns);
            self.latest.totals_at_ns = at_ns;
        } else if self.latest.totals.is_none() {
            self.latest.totals_at_ns = at_ns;
        }
        self.latest.totals = Some(totals);
    }

    fn set_stacks(&mut self, key: &str, stacks: Vec<NamedStack>) {
        let Mode::Stacks(page) = &mut self.mode else { return };
        if page.key == key {
            let shown = page.stacks.get(page.index).map(|named| named.stack.node);
            page.index = stacks.iter().position(|named| Some(named.stack.node) == shown).unwrap_or(0);
            page.stacks = stacks;
        }
    }

    /// Asks for the stacks of the open page with their new figures.
    fn refresh_stacks(&self) -> Option<Command> {
        let Mode::Stacks(page) = &self.mode else { return None };
        if self.is_frozen() { None } else { self.name_stacks(&page.key) }
    }

    /// Asks for the names of a row's stacks.
    pub(crate) fn name_stacks(&self, key: &str) -> Option<Command> {
        let row = self.displayed_knowledge().rows.rows.iter().find(|row| row.key == key)?;
        let path = self.selected.clone()?;
        Some(Command::Name(NamerJob::Stacks { path, key: key.to_owned(), stacks: row.stacks.clone() }))
    }

    /// Freezes what is shown, or goes on with what came since.
    pub(crate) fn toggle_freeze(&mut self) {
        self.frozen = if self.is_frozen() { None } else { Some(self.latest.clone()) };
    }

    pub(crate) fn unfreeze(&mut self) {
        self.frozen = None;
    }
}

#[cfg(test)]
mod tests;
