//! Which object stands in which generation, and the counters that say when a collection is due.

use super::object::{AnyObject, Object, Tracked};
use super::{GENERATIONS, OLDEST};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Where an object stands.
#[derive(Clone, Copy, Default)]
pub(super) enum Position {
    /// In no list: it is being made.
    #[default]
    Unlinked,
    /// In a generation's list, at an index.
    Generation(usize, usize),
    /// Under a search, at an index.
    Examined(usize),
}

impl Position {
    #[cfg(test)]
    pub(super) fn generation(self) -> Option<usize> {
        if let Position::Generation(generation, _) = self { Some(generation) } else { None }
    }
}

/// What started a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A generation had passed its threshold.
    Threshold,
    /// Somebody called [`super::Collector::collect`].
    Requested,
}

/// One collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collection {
    /// The oldest generation that was looked at.
    pub(crate) generation: usize,
    /// Why.
    pub(crate) trigger: Trigger,
    /// Objects made until then.
    pub(crate) made: u64,
    /// Objects looked at.
    pub(crate) examined: usize,
    /// Of them freed.
    pub(crate) freed: usize,
    /// Of them garbage until a finaliser ran.
    pub(crate) resurrected: usize,
}

impl Collection {
    pub(super) fn new(generation: usize, trigger: Trigger, made: u64) -> Collection {
        Collection { generation, trigger, made, examined: 0, freed: 0, resurrected: 0 }
    }
}

/// One object of a generation. It owns nothing: a dead object would leave an empty entry, so its death takes it out.
type Entry = Weak<Tracked<dyn Object>>;

/// The collector's books. CPython's generations are linked lists through the objects, ours are vectors of [`Entry`].
#[derive(Default)]
pub(super) struct Generations {
    generations: [RefCell<Vec<Entry>>; GENERATIONS],
    /// Births less deaths for the youngest, and for the others collections of the next younger one.
    counts: [Cell<u64>; GENERATIONS],
    made: Cell<u64>,
    alive: Cell<u64>,
    /// How many were left by the last full collection, and how many have grown old since.
    long_lived_total: Cell<usize>,
    long_lived_pending: Cell<usize>,
    put_off: Cell<u64>,
    pub(super) is_collecting: Cell<bool>,
    log: RefCell<Option<Vec<Collection>>>,
}

impl Generations {
    pub(super) fn record_allocation(&self) {
        increase(&self.made, 1);
        increase(&self.alive, 1);
        increase(&self.counts[0], 1);
    }

    /// At the end of a generation's list.
    pub(super) fn link(&self, generation: usize, object: &AnyObject) {
        let mut list = self.generations[generation].borrow_mut();
        object.header.place.set(Position::Generation(generation, list.len()));
        list.push(Rc::downgrade(object));
    }

    pub(super) fn link_all(&self, generation: usize, objects: &[AnyObject]) {
        objects.iter().for_each(|object| self.link(generation, object));
    }

    /// A death. The last of its list takes its place.
    pub(super) fn unlink(&self, place: Position) {
        self.alive.set(self.alive.get().saturating_sub(1));
        self.counts[0].set(self.counts[0].get().saturating_sub(1));
        let Position::Generation(generation, index) = place else { return };
        let mut list = self.generations[generation].borrow_mut();
        list.swap_remove(index);
        // Whoever stands in a list is alive: an object's own death takes it out before anything else happens.
        if let Some(moved) = list.get(index).and_then(Weak::upgrade) {
            moved.header.place.set(Position::Generation(generation, index));
        }
    }

    /// A collection begins: its generations give up their objects, their counters start again, and the next one counts it.
    pub(super) fn take_objects(&self, generation: usize) -> Vec<AnyObject> {
        if generation < OLDEST {
            increase(&self.counts[generation + 1], 1);
        }
        self.counts[..=generation].iter().for_each(|count| count.set(0));
        let lists = self.generations[..=generation].iter().rev().map(RefCell::take);
        lists.flat_map(|list| list.into_iter().filter_map(|object| object.upgrade())).collect()
    }

    /// CPython puts a full collection off until a quarter as many objects have grown old as the last one left: otherwise a
    /// program that only ever adds would look at everything again and again, in quadratic time.
    pub(super) fn is_full_collection_worthwhile(&self) -> bool {
        let worth = self.long_lived_pending.get() >= self.long_lived_total.get() / 4;
        if !worth {
            increase(&self.put_off, 1);
        }
        worth
    }

    /// Counts who has grown old, and writes the collection down.
    pub(super) fn finish(&self, run: &Collection) {
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

    pub(super) fn start_log(&self) {
        self.log.replace(Some(Vec::new()));
    }

    pub(super) fn log(&self) -> Vec<Collection> {
        self.log.borrow().clone().unwrap_or_default()
    }

    pub(super) fn count(&self, generation: usize) -> u64 {
        self.counts[generation].get()
    }

    pub(super) fn objects_made(&self) -> u64 {
        self.made.get()
    }

    #[cfg(test)]
    pub(super) fn live_objects(&self) -> u64 {
        self.alive.get()
    }

    pub(super) fn postponed_collections(&self) -> u64 {
        self.put_off.get()
    }
}

fn increase(counter: &Cell<u64>, more: u64) {
    counter.set(counter.get() + more);
}
