//! The two programs of the ledger. Whatever follows `=>` is only asked.

use super::{CountLog, ledger};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// Everything that can happen to an `Rc`.
pub(super) fn log_owners() -> CountLog {
    let mut book = CountLog::default();
    ledger! { book,
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
    book
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

/// The lecture's demo, with a `Weak` to look on. There is no `gc.collect()` to call at its end: the cycle has to be broken.
pub(super) fn log_list_in_itself() -> CountLog {
    let mut book = CountLog::default();
    ledger! { book,
        let list = Rc::new(List::default()) => list;
        list.append(Rc::clone(&list)) => list;
        let witness: Weak<List> = Rc::downgrade(&list) => list;
        drop(list) => witness;
        let found = witness.upgrade() => witness;
        let inside = found.as_ref().map(|list| list.0.take()) => witness;
        drop(inside) => witness;
        drop(found) => witness;
    }
    book
}
