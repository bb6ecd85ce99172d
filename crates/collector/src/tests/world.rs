//! Objects for tests: each refers to as many others as it is told to, may save one of them when it
//! is finalised, and its death is seen.

use crate::{Collector, Gc, Header, Object};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A heap, who in it is alive, and whom finalisers have saved.
#[derive(Default)]
pub(super) struct World {
    pub(super) heap: Collector,
    alive: Rc<RefCell<Vec<bool>>>,
    pub(super) rescued: Rc<RefCell<Vec<Gc<Node>>>>,
}

pub(super) struct Node {
    pub(super) id: usize,
    pub(super) refs: RefCell<Vec<Gc<Node>>>,
    /// Which of its references the finaliser saves.
    pub(super) rescue: Cell<Option<usize>>,
    alive: Rc<RefCell<Vec<bool>>>,
    rescued: Rc<RefCell<Vec<Gc<Node>>>>,
}

impl World {
    pub(super) fn logging() -> World {
        World { heap: Collector::with_log(), ..World::default() }
    }

    /// The next one; `id` is what it will be known by, from 0 and without gaps.
    pub(super) fn node(&self, id: usize) -> Gc<Node> {
        assert_eq!(self.alive.borrow().len(), id);
        self.alive.borrow_mut().push(true);
        self.heap.alloc(Node {
            id,
            refs: RefCell::default(),
            rescue: Cell::new(None),
            alive: Rc::clone(&self.alive),
            rescued: Rc::clone(&self.rescued),
        })
    }

    /// By id.
    pub(super) fn alive(&self) -> Vec<bool> {
        self.alive.borrow().clone()
    }
}

impl Node {
    pub(super) fn refer_to(&self, other: &Gc<Node>) {
        self.refs.borrow_mut().push(other.clone());
    }
}

impl Object for Node {
    fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        self.refs.borrow().iter().for_each(|other| visit(other.header()));
    }

    fn clear(&self) {
        drop(self.refs.take());
    }

    fn finalize(&self) {
        let refs = self.refs.borrow();
        if let Some(index) = self.rescue.get()
            && let Some(saved) = refs.get(index)
        {
            self.rescued.borrow_mut().push(saved.clone());
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.alive.borrow_mut()[self.id] = false;
    }
}
