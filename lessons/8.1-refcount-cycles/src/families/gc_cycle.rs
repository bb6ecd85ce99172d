//! `rc_cycle` again with a `Gc` for each `Rc`, and with what the collector has to know about the
//! types.

use super::family_name;
use heaplab_collector::{Collector, Gc, Header, Object};
use heaplab_lesson::Checksum;
use std::cell::RefCell;

pub(crate) struct Parent {
    name: String,
    children: RefCell<Vec<Gc<Child>>>,
}

pub(crate) struct Child {
    score: u64,
    parent: Gc<Parent>,
}

impl Object for Parent {
    fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        self.children.borrow().iter().for_each(|child| visit(child.header()));
    }

    fn clear(&self) {
        self.children.take();
    }
}

/// A child has nothing to clear: once its parent has let go of it, the count frees it.
impl Object for Child {
    fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        visit(self.parent.header());
    }
}

pub(crate) fn make(heap: &Collector, i: u64) -> Gc<Parent> {
    let parent = heap.alloc(Parent { name: family_name(i), children: RefCell::default() });
    let child = |score| heap.alloc(Child { score, parent: parent.clone() });
    parent.children.replace(vec![child(2 * i), child(2 * i + 1)]);
    parent
}

pub(crate) fn read(parent: &Gc<Parent>, sum: Checksum) -> Checksum {
    parent.children.borrow().iter().fold(sum, |sum, child| sum.row(&child.parent.name, child.score))
}
