//! The parent owns its children, and the edge back to the parent is a `Weak`, which does not own.

use super::family_name;
use heaplab_lesson::Checksum;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

pub(crate) struct Parent {
    pub(crate) name: String,
    pub(crate) children: RefCell<Vec<Rc<Child>>>,
}

pub(crate) struct Child {
    score: u64,
    pub(crate) parent: Weak<Parent>,
}

pub(crate) fn make(i: u64) -> Rc<Parent> {
    let parent = Rc::new(Parent { name: family_name(i), children: RefCell::default() });
    let child = |score| Rc::new(Child { score, parent: Rc::downgrade(&parent) });
    parent.children.replace(vec![child(2 * i), child(2 * i + 1)]);
    parent
}

/// A `Weak` has to be upgraded each time, since the parent may be gone.
pub(crate) fn read(parent: &Rc<Parent>, sum: Checksum) -> Checksum {
    parent.children.borrow().iter().fold(sum, |sum, child| match child.parent.upgrade() {
        Some(parent) => sum.row(&parent.name, child.score),
        None => sum,
    })
}
