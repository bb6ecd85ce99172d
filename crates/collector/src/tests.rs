//! What the collector does, one rule a test. `oracle` holds it against marking from the roots, on
//! random graphs.

mod oracle;
mod world;

use super::*;
use std::cell::RefCell;
use world::World;

#[test]
fn what_is_on_no_cycle_is_freed_by_its_count() {
    let world = World::default();
    let (parent, child) = (world.node(0), world.node(1));
    parent.refer_to(&child);
    assert_eq!((parent.strong_count(), child.strong_count()), (1, 2));
    drop(child);
    drop(parent);
    assert_eq!(world.alive(), [false, false]);
    assert_eq!(world.heap.live_objects(), 0);
}

#[test]
fn a_cycle_waits_for_the_collector() {
    let world = World::default();
    let (one, two) = (world.node(0), world.node(1));
    one.refer_to(&two);
    two.refer_to(&one);
    drop((one, two));
    assert_eq!(world.alive(), [true, true]);
    let run = world.heap.collect(0);
    assert_eq!((run.examined, run.freed, run.resurrected), (2, 2, 0));
    assert_eq!(world.alive(), [false, false]);
    assert_eq!(world.heap.live_objects(), 0);
}

#[test]
fn a_cycle_that_is_held_stays_with_all_that_it_refers_to() {
    let world = World::default();
    let (held, other, tail) = (world.node(0), world.node(1), world.node(2));
    held.refer_to(&other);
    other.refer_to(&held);
    other.refer_to(&tail);
    drop((other, tail));
    assert_eq!(world.heap.collect(2).freed, 0);
    assert_eq!(world.alive(), [true, true, true]);
    drop(held);
    assert_eq!(world.heap.collect(2).freed, 3);
}

#[test]
fn survivors_grow_old_and_the_oldest_stay() {
    let world = World::default();
    let held = world.node(0);
    let ages: Vec<_> = [0, 0, 1, 2, 2]
        .into_iter()
        .map(|generation| {
            world.heap.collect(generation);
            held.generation()
        })
        .collect();
    // The second young collection no longer meets it.
    assert_eq!(ages, [1, 1, 2, 2, 2].map(Some));
}

#[test]
fn a_young_collection_takes_what_is_old_for_reachable() {
    let world = World::default();
    let (old, young) = (world.node(0), world.node(1));
    old.refer_to(&old);
    young.refer_to(&young);
    drop(young);
    world.heap.collect(1);
    let young = world.node(2);
    young.refer_to(&young);
    old.refer_to(&young);
    drop((old, young));
    assert_eq!(world.heap.collect(1).freed, 0, "its garbage holds it");
    assert_eq!(world.heap.collect(2).freed, 2);
}

#[test]
fn the_seven_hundred_and_first_object_starts_a_collection() {
    let world = World::logging();
    let held: Vec<_> = (0..700).map(|id| world.node(id)).collect();
    assert_eq!(world.heap.log(), []);
    let one_more = world.node(700);
    let log = world.heap.log();
    let expected = Collection { examined: 700, made: 701, ..Collection::new(0, Trigger::Threshold, 0) };
    assert_eq!(log, [expected]);
    // The one that was too many is made afterwards.
    assert_eq!((held[0].generation(), one_more.generation()), (Some(1), Some(0)));
}

#[test]
fn a_death_makes_room_for_a_birth() {
    let world = World::logging();
    (0..10_000).for_each(|id| drop(world.node(id)));
    assert_eq!(world.heap.log(), []);
}

/// Eleven young collections, then a middle one; eleven of these, then a full one.
#[test]
fn every_eleventh_collection_reaches_further() {
    let world = World::logging();
    for id in 0..150_000 {
        let node = world.node(id);
        node.refer_to(&node);
    }
    let log = world.heap.log();
    let generations: Vec<usize> = log.iter().map(|run| run.generation).collect();
    assert_eq!(generations[..13], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    let first_full = generations.iter().position(|&generation| generation == 2).expect("150,000 are enough");
    assert_eq!(generations[..first_full].iter().filter(|&&generation| generation == 1).count(), 11);
    assert!(log.iter().all(|run| run.examined == run.freed), "each refers to nobody but itself");
}

/// CPython's rule against quadratic time: objects that only ever grow in number are not all looked
/// at again and again.
#[test]
fn a_full_collection_waits_for_a_quarter_more() {
    let world = World::logging();
    let held: Vec<_> = (0..700_000).map(|id| world.node(id)).collect();
    let log = world.heap.log();
    let full: Vec<_> = log.iter().filter(|run| run.generation == 2).collect();
    assert!(full.len() >= 3, "{}", full.len());
    for pair in full.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        assert!(after.examined * 4 >= before.examined * 5, "{before:?} {after:?}");
    }
    assert!(world.heap.postponed_collections() > 0);
    drop(held);
}

#[test]
fn a_finaliser_runs_once_and_may_save() {
    let world = World::default();
    let node = world.node(0);
    node.rescue.set(Some(0));
    node.refer_to(&node);
    drop(node);
    let run = world.heap.collect(2);
    assert_eq!((run.examined, run.freed, run.resurrected), (1, 0, 1));
    let saved = world.rescued.take();
    assert_eq!((saved.len(), saved[0].strong_count()), (1, 2));
    drop(saved);
    let run = world.heap.collect(2);
    assert_eq!((run.freed, run.resurrected), (1, 0), "it has had its turn");
    assert_eq!(world.alive(), [false]);
}

#[test]
fn a_saved_object_saves_what_it_refers_to_and_nothing_else() {
    let world = World::default();
    let (saviour, saved, friend, stranger) = (world.node(0), world.node(1), world.node(2), world.node(3));
    // saviour -> saved -> friend -> friend; stranger -> stranger, saved
    saviour.rescue.set(Some(0));
    saviour.refer_to(&saved);
    saviour.refer_to(&saviour);
    saved.refer_to(&friend);
    friend.refer_to(&friend);
    stranger.refer_to(&stranger);
    stranger.refer_to(&saved);
    drop((saviour, saved, friend, stranger));
    let run = world.heap.collect(2);
    assert_eq!((run.freed, run.resurrected), (2, 2));
    assert_eq!(world.alive(), [false, true, true, false]);
    world.rescued.take();
    assert_eq!(world.heap.collect(2).freed, 1, "saved went by its count, friend is on a cycle");
}

/// Refers to itself and does not let go.
struct Stubborn(RefCell<Option<Gc<Stubborn>>>);

impl Object for Stubborn {
    fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        self.0.borrow().iter().for_each(|own| visit(own.header()));
    }
}

#[test]
fn what_does_not_let_go_stays() {
    let heap = Collector::default();
    let stubborn = heap.alloc(Stubborn(RefCell::default()));
    stubborn.0.replace(Some(stubborn.clone()));
    let run = heap.collect(2);
    assert_eq!((run.examined, run.freed), (1, 0), "it is held");
    let witness = stubborn.clone();
    drop(stubborn);
    let own = witness.0.take();
    drop(witness);
    let own = own.expect("it was there");
    own.0.replace(Some(own.clone()));
    drop(own);
    for _ in 0..2 {
        let run = heap.collect(2);
        assert_eq!((run.examined, run.freed), (1, 0), "it keeps hold of itself");
    }
    assert_eq!(heap.live_objects(), 1);
}

/// Makes objects and asks for a collection while it is collected.
struct Busy {
    heap: Collector,
    own: RefCell<Option<Gc<Busy>>>,
}

impl Object for Busy {
    fn traverse(&self, visit: &mut dyn FnMut(&Header)) {
        self.own.borrow().iter().for_each(|own| visit(own.header()));
    }

    fn clear(&self) {
        self.own.take();
    }

    fn finalize(&self) {
        for _ in 0..2_000 {
            self.heap.alloc(Stubborn(RefCell::default()));
        }
        assert_eq!(self.heap.collect(2).examined, 0, "one collection at a time");
    }
}

#[test]
fn a_finaliser_may_use_the_heap() {
    let heap = Collector::with_log();
    for _ in 0..2 {
        let busy = heap.alloc(Busy { heap: heap.clone(), own: RefCell::default() });
        busy.own.replace(Some(busy.clone()));
    }
    assert_eq!(heap.collect(2).freed, 2);
    assert_eq!((heap.live_objects(), heap.log().len()), (0, 1));
}
