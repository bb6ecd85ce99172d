//! A generational cycle collector, small enough to read in class. It does what CPython 3.11's `gc`
//! module does, on top of Rust's own `Rc`: reference counts free everything but cycles, and the
//! collector looks for cycles only.
//!
//! - `search`: copy the counts, subtract the references from inside; what stays above zero is
//!   reachable, the rest is garbage.
//! - This file: three generations, when each is collected, and what becomes of survivors and of
//!   garbage.
//! - `object`: [`Gc`], an `Rc` that the collector knows of, and [`Object`], what a type has to tell
//!   the collector.
//! - `object::generations`: which object is in which generation, and the counters.
//!
//! There is no `unsafe` here: objects are owned by `Rc`s alone, the collector holds `Weak`s, and
//! garbage is freed because it is told to let go of what it refers to. A type that shows wrong
//! references can be emptied too early; it cannot be freed while somebody refers to it. README.md
//! says what is left out.

mod object;
mod search;

#[cfg(test)]
mod tests;

pub use object::{Collection, Gc, Header, Object, Trigger};

use object::{AnyObject, Generations};
use search::split_reachable;
use std::rc::Rc;

/// Generation 0 is young, 1 is middle-aged, 2 is old.
pub const GENERATIONS: usize = 3;
const OLDEST: usize = GENERATIONS - 1;
/// CPython 3.11's thresholds. More than 700 objects allocated and not freed start a young
/// collection; more than 10 collections of one generation since the last of the next start that
/// next one.
const THRESHOLDS: [u64; GENERATIONS] = [700, 10, 10];

/// A heap with a collector. Clones are the same heap.
#[derive(Clone, Default)]
pub struct Collector(Rc<Generations>);

impl Collector {
    /// A collector that records every collection.
    pub fn with_log() -> Collector {
        let collector = Collector::default();
        collector.0.start_log();
        collector
    }

    /// Allocates a young object. Where that passes a threshold, garbage is collected first.
    pub fn alloc<T: Object>(&self, value: T) -> Gc<T> {
        self.0.record_allocation();
        self.collect_if_due();
        Gc::new(Rc::clone(&self.0), value)
    }

    /// Nothing happens before the youngest generation is due. Then the oldest generation that is
    /// due is collected, with all younger ones.
    fn collect_if_due(&self) {
        if self.0.count(0) <= THRESHOLDS[0] {
            return;
        }
        let due = (0..GENERATIONS).rev().find(|&generation| {
            self.0.count(generation) > THRESHOLDS[generation]
                && (generation < OLDEST || self.0.is_full_collection_worthwhile())
        });
        if let Some(generation) = due {
            self.run_collection(generation, Trigger::Threshold);
        }
    }

    /// `gc.collect(generation)`: that generation and all younger ones, whether they are due or not.
    pub fn collect(&self, generation: usize) -> Collection {
        self.run_collection(generation.min(OLDEST), Trigger::Requested)
    }

    fn run_collection(&self, generation: usize, trigger: Trigger) -> Collection {
        let books = &self.0;
        let mut run = Collection::new(generation, trigger, books.objects_made());
        // A finaliser may allocate and may even request a collection; a second one does not start.
        if books.is_collecting.replace(true) {
            return run;
        }
        let older = (generation + 1).min(OLDEST);
        let examined = books.take_objects(generation);
        run.examined = examined.len();

        let (survivors, garbage) = split_reachable(examined);
        books.link_all(older, &survivors);
        drop(survivors);

        // PEP 442: every finaliser runs first, while all of the garbage is still whole. One may
        // have made an object reachable again, so the search is done again for the garbage alone.
        let mut finalized = false;
        for object in &garbage {
            finalized |= object.finalize_once();
        }
        let (resurrected, garbage) = if finalized { split_reachable(garbage) } else { (Vec::new(), garbage) };
        run.resurrected = resurrected.len();
        books.link_all(older, &resurrected);
        drop(resurrected);

        let left = clear_garbage(garbage, &mut run);
        books.link_all(older, &left);
        books.finish(&run);
        books.is_collecting.set(false);
        run
    }

    /// Every collection so far, for a collector that is [`Collector::logging`].
    pub fn log(&self) -> Vec<Collection> {
        self.0.log()
    }

    #[cfg(test)]
    pub(crate) fn live_objects(&self) -> u64 {
        self.0.live_objects()
    }

    /// How often a full collection was due and postponed.
    pub fn postponed_collections(&self) -> u64 {
        self.0.postponed_collections()
    }
}

/// Makes garbage let go of what it refers to; the counts free it. Returns the objects that are
/// still alive because they did not let go.
fn clear_garbage(garbage: Vec<AnyObject>, run: &mut Collection) -> Vec<AnyObject> {
    let handles: Vec<_> = garbage.iter().map(Rc::downgrade).collect();
    for object in &garbage {
        object.clear();
    }
    drop(garbage);
    let left: Vec<AnyObject> = handles.iter().filter_map(std::rc::Weak::upgrade).collect();
    run.freed = handles.len() - left.len();
    left
}
