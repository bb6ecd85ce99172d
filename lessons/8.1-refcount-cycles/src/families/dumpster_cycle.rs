//! `rc_cycle` once more, with dumpster's `Gc`. `derive(Trace)` writes what `gc_cycle` writes by
//! hand.

use super::family_name;
use dumpster::Trace;
use dumpster::unsync::Gc;
use heaplab_lesson::Checksum;
use std::cell::RefCell;

#[derive(Trace)]
pub(crate) struct Parent {
    name: String,
    children: RefCell<Vec<Gc<Child>>>,
}

#[derive(Trace)]
pub(crate) struct Child {
    score: u64,
    parent: Gc<Parent>,
}

pub(crate) fn make(i: u64) -> Gc<Parent> {
    let parent = Gc::new(Parent { name: family_name(i), children: RefCell::default() });
    let child = |score| Gc::new(Child { score, parent: parent.clone() });
    parent.children.replace(vec![child(2 * i), child(2 * i + 1)]);
    parent
}

pub(crate) fn read(parent: &Gc<Parent>, sum: Checksum) -> Checksum {
    parent.children.borrow().iter().fold(sum, |sum, child| sum.row(&child.parent.name, child.score))
}
