//! What each key does.

use super::app::{App, Command, Mode, StackPage};
use super::messages::Request;
use super::rows::SiteRow;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Rows that a page key moves by.
const PAGE: isize = 10;

impl App {
    /// Takes a key. The commands are to be carried out in their order.
    pub(crate) fn press(&mut self, key: KeyEvent) -> Vec<Command> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        self.problem = None;
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') if self.runs_program() => vec![Command::Interrupt],
                KeyCode::Char('c') => vec![Command::Quit],
                // The shell would stop the program as well.
                KeyCode::Char('z') if self.own_program.is_none() => vec![Command::Suspend],
                KeyCode::Char('l') => vec![Command::Redraw],
                _ => Vec::new(),
            };
        }
        match self.mode.clone() {
            Mode::TypeFilter { before } => {
                self.type_filter(key.code, before);
                Vec::new()
            }
            Mode::Stacks(page) => self.press_on_stacks(key.code, page),
            Mode::Help { scroll } => self.press_on_help(key.code, scroll),
            Mode::Table => self.press_on_table(key.code),
        }
    }

    /// Whether a program that was started with the view still runs.
    pub(crate) fn runs_program(&self) -> bool {
        self.own_program.as_ref().is_some_and(|program| !program.has_ended)
    }

    fn type_filter(&mut self, key: KeyCode, before: String) {
        match key {
            KeyCode::Char(letter) => self.order.filter.push(letter),
            KeyCode::Backspace => drop(self.order.filter.pop()),
            KeyCode::Enter => self.mode = Mode::Table,
            KeyCode::Esc => {
                self.order.filter = before;
                self.mode = Mode::Table;
            }
            KeyCode::Up => self.move_selection(-1),
            KeyCode::Down => self.move_selection(1),
            _ => {}
        }
    }

    fn press_on_table(&mut self, key: KeyCode) -> Vec<Command> {
        match key {
            KeyCode::Up | KeyCode::Char('k') => self.move_selection(-1),
            KeyCode::Down | KeyCode::Char('j') => self.move_selection(1),
            KeyCode::PageUp => self.move_selection(-PAGE),
            KeyCode::PageDown => self.move_selection(PAGE),
            KeyCode::Home => self.move_selection(isize::MIN),
            KeyCode::End => self.move_selection(isize::MAX),
            KeyCode::Char('/') => self.mode = Mode::TypeFilter { before: self.order.filter.clone() },
            KeyCode::Esc => self.order.filter.clear(),
            KeyCode::Char('s') => {
                self.order.sort = self.order.sort.next(self.displayed_knowledge().mark.is_some())
            }
            KeyCode::Enter => return self.open_stacks(),
            other => return self.press_anywhere(other),
        }
        Vec::new()
    }

    /// Keys that do the same in the table, on the page of stacks and in the help.
    fn press_anywhere(&mut self, key: KeyCode) -> Vec<Command> {
        match key {
            KeyCode::Char('q') => return vec![Command::Quit],
            KeyCode::Char('?' | 'h') => self.mode = Mode::Help { scroll: 0 },
            KeyCode::Char('f' | ' ') => self.toggle_freeze(),
            KeyCode::Char('t') => self.span = self.span.next(),
            KeyCode::Char('m') => {
                self.unfreeze();
                return vec![Command::Sample(Request::Mark)];
            }
            KeyCode::Char('M') => return vec![Command::Sample(Request::DropMark)],
            KeyCode::Tab => return self.select_process(1),
            KeyCode::BackTab => return self.select_process(-1),
            _ => {}
        }
        Vec::new()
    }

    fn press_on_stacks(&mut self, key: KeyCode, page: StackPage) -> Vec<Command> {
        let last = page.stacks.len().saturating_sub(1);
        let turned = |index: usize| Mode::Stacks(StackPage { index, scroll: 0, ..page.clone() });
        let scrolled = |scroll: u16| Mode::Stacks(StackPage { scroll, ..page.clone() });
        match key {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Backspace => self.mode = Mode::Table,
            KeyCode::Right | KeyCode::Char('l' | 'n') => self.mode = turned((page.index + 1).min(last)),
            KeyCode::Left | KeyCode::Char('p') => self.mode = turned(page.index.saturating_sub(1)),
            KeyCode::Up | KeyCode::Char('k') => self.mode = scrolled(page.scroll.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.mode = scrolled(page.scroll.saturating_add(1)),
            KeyCode::PageUp => self.mode = scrolled(page.scroll.saturating_sub(10)),
            KeyCode::PageDown => self.mode = scrolled(page.scroll.saturating_add(10)),
            KeyCode::Home => self.mode = scrolled(0),
            other => return self.press_anywhere(other),
        }
        Vec::new()
    }

    fn press_on_help(&mut self, key: KeyCode, scroll: u16) -> Vec<Command> {
        match key {
            KeyCode::Up | KeyCode::Char('k') => self.mode = Mode::Help { scroll: scroll.saturating_sub(1) },
            KeyCode::Down | KeyCode::Char('j') => self.mode = Mode::Help { scroll: scroll.saturating_add(1) },
            KeyCode::PageUp => self.mode = Mode::Help { scroll: scroll.saturating_sub(10) },
            KeyCode::PageDown => self.mode = Mode::Help { scroll: scroll.saturating_add(10) },
            KeyCode::Char('q') => return vec![Command::Quit],
            _ => self.mode = Mode::Table,
        }
        Vec::new()
    }

    fn move_selection(&mut self, by: isize) {
        let rows = std::sync::Arc::clone(&self.displayed_knowledge().rows);
        self.order.move_selection(&rows, by);
    }

    /// Opens the stacks of the selected row.
    fn open_stacks(&mut self) -> Vec<Command> {
        let rows = std::sync::Arc::clone(&self.displayed_knowledge().rows);
        let visible: Vec<&SiteRow> = self.order.select_rows(&rows);
        let Some(row) = visible.get(self.order.selected_index(&visible)) else { return Vec::new() };
        self.order.selected = Some(row.key.clone());
        self.mode = Mode::Stacks(StackPage { key: row.key.clone(), ..StackPage::default() });
        self.name_stacks(&row.key).into_iter().collect()
    }

    /// Goes on to another process of the list.
    fn select_process(&mut self, by: isize) -> Vec<Command> {
        let count = self.processes.len();
        let shown = self.processes.iter().position(|process| Some(&process.path) == self.selected.as_ref());
        if count < 2 {
            return Vec::new();
        }
        let next = match shown {
            Some(shown) => (shown + count).saturating_add_signed(by) % count,
            None => 0,
        };
        self.unfreeze();
        vec![Command::Sample(Request::Select(self.processes[next].path.clone()))]
    }
}
