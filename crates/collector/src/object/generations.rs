//! Which object stands in which generation, and the counters that say when a collection is due.

use super::{AnyObject, Object, Tracked};
use crate::{GENERATIONS, OLDEST};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// The place of an object in the collector's lists.
#[derive(Clone, Copy, Default)]
pub(crate) enum Position {
    /// In no list: the object is being made.
    #[default]
    Unlinked,
    /// At an index of a generation's list.
    Generation(usize, usize),
    /// At an index of the objects of a running search.
    Examined(usize),
}

impl Position {
    #[cfg(test)]
    pub(crate) fn generation(self) -> Option<usize> {
        if let Position::Generation(generation, _) = self { Some(generation) } else { None }
    }
}

/// What started a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A generation had passed its threshold.
    Threshold,
    /// The program called [`crate::Collector::collect`].
    Requested,
}

/// What one collection did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The oldest generation that was examined.
    pub generation: usize,
    /// What started it.
    pub trigger: Trigger,
    /// Objects allocated before it.
    pub made: u64,
    /// Objects that were examined.
    pub examined: usize,
    /// Examined objects that were freed.
    pub freed: usize,
    /// Examined objects that were garbage until a finaliser saved them.
    pub resurrected: usize,
}

impl Collection {
    pub(crate) fn new(generation: usize, trigger: Trigger, made: u64) -> Collection {
        Collection { generation, trigger, made, examined: 0, freed: 0, resurrected: 0 }
    }
}

/// One object of a generation, not owned. When the object dies it is taken out of its list.
type Entry = Weak<Tracked<dyn Object>>;

/// The objects by generation. CPython's generations are linked lists through the objects, these are
/// vectors of [`Entry`].
#[derive(Default)]
pub(crate) struct Generations {
    generations: [RefCell<Vec<Entry>>; GENERATIONS],
    /// Allocations less deaths for the youngest generation; collections of the next younger one for
    /// the others.
    counts: [Cell<u64>; GENERATIONS],
    made: Cell<u64>,
    alive: Cell<u64>,
    /// Objects that the last full collection left, and objects that have grown old since.
    long_lived_total: Cell<usize>,
    long_lived_pending: Cell<usize>,
    put_off: Cell<u64>,
    pub(crate) is_collecting: Cell<bool>,
    log: RefCell<Option<Vec<Collection>>>,
}

impl Generations {
    pub(crate) fn record_allocation(&self) {
        increase(&self.made, 1);
        increase(&self.alive, 1);
        increase(&self.counts[0], 1);
    }

    /// Appends an object to a generation's list.
    pub(crate) fn link(&self, generation: usize, object: &AnyObject) {
        let mut list = self.generations[generation].borrow_mut();
        object.header.place.set(Position::Generation(generation, list.len()));
        list.push(Rc::downgrade(object));
    }

    pub(crate) fn link_all(&self, generation: usize, objects: &[AnyObject]) {
        objects.iter().for_each(|object| self.link(generation, object));
    }

    /// Takes a dying object out of its list. The last object of the list takes its place.
    pub(crate) fn unlink(&self, place: Position) {
        self.alive.set(self.alive.get().saturating_sub(1));
        self.counts[0].set(self.counts[0].get().saturating_sub(1));
        let Position::Generation(generation, index) = place else { return };
        let mut list = self.generations[generation].borrow_mut();
        list.swap_remove(index);
        // Every object in a list is alive: a dying object takes itself out before anything else
        // happens.
        if let Some(moved) = list.get(index).and_then(Weak::upgrade) {
            moved.header.place.set(Position::Generation(generation, index));
        }
    }

    /// Begins a collection: empties its generations, resets their counters, and counts it for the
    /// next generation.
    pub(crate) fn take_objects(&self, generation: usize) -> Vec<AnyObject> {
        if generation < OLDEST {
            increase(&self.counts[generation + 1], 1);
        }
        self.counts[..=generation].iter().for_each(|count| count.set(0));
        let lists = self.generations[..=generation].iter().rev().map(RefCell::take);
        lists.flat_map(|list| list.into_iter().filter_map(|object| object.upgrade())).collect()
    }

    /// CPython postpones a full collection until a quarter as many objects have grown old as the
    /// last one left. Otherwise a program that only ever adds objects would examine all of them
    /// again and again, in quadratic time.
    pub(crate) fn is_full_collection_worthwhile(&self) -> bool {
        let worth = self.long_lived_pending.get() >= self.long_lived_total.get() / 4;
        if !worth {
            increase(&self.put_off, 1);
        }
        worth
    }

    /// Counts the objects that have grown old, and records the collection.
    pub(crate) fn finish(&self, run: &Collection) {
        if run.generation == OLDEST {
            self.long_lived_pending.set(0);
            self.long_lived_total.set(run.examined - run.freed);
        } else if run.generation + 1 == OLDEST {
            let grown_old = self.long_lived_pending.get() + run.examined - run.freed;
            self.long_lived_pending.set(grown_old);
        }
        if let Some(log) = self.log.borrow_mut().as_mut() {
            log.push(run.clone());
        }
    }

    pub(crate) fn start_log(&self) {
        self.log.replace(Some(Vec::new()));
    }

    pub(crate) fn log(&self) -> Vec<Collection> {
        self.log.borrow().clone().unwrap_or_default()
    }

    pub(crate) fn count(&self, generation: usize) -> u64 {
        self.counts[generation].get()
    }

    pub(crate) fn objects_made(&self) -> u64 {
        self.made.get()
    }

    #[cfg(test)]
    pub(crate) fn live_objects(&self) -> u64 {
        self.alive.get()
    }

    pub(crate) fn postponed_collections(&self) -> u64 {
        self.put_off.get()
    }
}

fn increase(counter: &Cell<u64>, more: u64) {
    counter.set(counter.get() + more);
}
