//! The two programs of the ledger: lines of code, and the reference counts after each. What follows
//! `=>` is only asked.

#[cfg(test)]
mod tests;

use heaplab_lesson::{Attachment, CountLog, Text, log_counts, print_steps};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// Runs both programs now.
pub(crate) fn run_ledgers() -> Vec<Attachment> {
    let own = Text::new("Rc: every +1 and -1", "Rc：每一次 +1 和 -1");
    let cycle = Text::new("Rc: the lecture's list that contains itself", "Rc：课上那个装着自己的列表");
    let ledgers =
        [log_owners().to_steps("ledger", own), log_list_in_itself().to_steps("ledger-cycle", cycle)];
    if crate::is_started_by_hand() {
        ledgers.iter().for_each(print_steps);
    }
    ledgers.map(Attachment::Steps).to_vec()
}

/// Everything that can happen to an `Rc`.
fn log_owners() -> CountLog {
    let mut log = CountLog::default();
    log_counts! { log,
        let first = Rc::new(String::from("family")) => first;
        let second = Rc::clone(&first) => first;
        drop(second) => first;
        let moved = first => moved;
        let borrowed = &moved => moved;
        assert_eq!(borrowed.len(), 6) => moved;
        let weak = Rc::downgrade(&moved) => moved;
        let upgraded = weak.upgrade() => moved;
        drop(upgraded) => moved;
        let list = vec![Rc::clone(&moved), Rc::clone(&moved)] => moved;
        drop(list) => moved;
        let captured = Rc::clone(&moved) => moved;
        let closure = move || captured.len() => moved;
        assert_eq!(closure(), 6) => moved;
        drop(closure) => moved;
        let shown = borrow(&moved) => moved;
        assert_eq!(shown, 6) => moved;
        let returned = through(moved) => returned;
        let pair = clone_of(&returned) => returned;
        drop(pair) => returned;
        drop(returned) => weak;
        let late = weak.upgrade() => weak;
        assert!(late.is_none()) => weak;
    }
    log
}

fn borrow(text: &Rc<String>) -> usize {
    text.len()
}

fn through(text: Rc<String>) -> Rc<String> {
    text
}

fn clone_of(text: &Rc<String>) -> (Rc<String>, usize) {
    (Rc::clone(text), text.len())
}

/// `lst = []; lst.append(lst); del lst`.
#[derive(Default)]
struct List(RefCell<Vec<Rc<List>>>);

impl List {
    fn append(&self, list: Rc<List>) {
        self.0.borrow_mut().push(list);
    }
}

/// The lecture's demo, with a `Weak` to look on. There is no `gc.collect()` to call at its end: the
/// cycle has to be broken.
fn log_list_in_itself() -> CountLog {
    let mut log = CountLog::default();
    log_counts! { log,
        let list = Rc::new(List::default()) => list;
        list.append(Rc::clone(&list)) => list;
        let witness: Weak<List> = Rc::downgrade(&list) => list;
        drop(list) => witness;
        let found = witness.upgrade() => witness;
        let inside = found.as_ref().map(|list| list.0.take()) => witness;
        drop(inside) => witness;
        drop(found) => witness;
    }
    log
}
