//! Programs that grow without a limit, and those that lose blocks on reference cycles.

use super::{Family, LOST, ORPHANED, OWNED, family, leaking};
use crate::growth::simulation::capacity::{Containers, Once, Rewritten, Room};
use crate::growth::simulation::flight::{Channel, Flight};
use crate::growth::simulation::rng::Chance;
use crate::growth::simulation::service::{Combined, Service, Sizes};
use crate::growth::simulation::stores::{Interner, Keys, Limit, Store};
use heaplab_record::GrowthClass::{RefcountCycle, UnboundedGrowth};

pub(super) const SHARED: [Family; 6] = [
    family("a cache without a limit", UnboundedGrowth, OWNED, |chance, _| {
        let brings = chance.draw_between(0.05, 1.0);
        Box::new(Store { brings, ..Store::new(Sizes::draw(chance), Limit::None) })
    }),
    family("listeners that are removed sometimes", UnboundedGrowth, OWNED, |chance, requests| {
        let taken_back = 1.0 - leaking(chance, requests);
        Box::new(Store { taken_back, ..Store::new(Sizes::draw(chance), Limit::None) })
    }),
    family("forgotten on the error path", UnboundedGrowth, LOST, |chance, requests| {
        let leaks = leaking(chance, requests);
        Box::new(Store::leak(Sizes::draw(chance), leaks))
    }),
    family("a channel whose reader is too slow", UnboundedGrowth, OWNED, |chance, _| {
        let reads = chance.draw_between(0.3, 0.9);
        Box::new(Channel::new(Sizes::draw(chance), reads, None))
    }),
    family("a vector that is only pushed to", UnboundedGrowth, OWNED, |chance, _| {
        let pushes = chance.draw_between(0.1, 1.0);
        let element_bytes = chance.count(4.0, 200.0) as u64;
        Box::new(Containers { pushes, ..Containers::new(1, element_bytes, Room::Realloc, usize::MAX) })
    }),
    family("the table of a map that only grows", UnboundedGrowth, OWNED, |chance, _| {
        let pushes = chance.draw_between(0.1, 1.0);
        let element_bytes = chance.count(4.0, 200.0) as u64;
        Box::new(Containers { pushes, ..Containers::new(1, element_bytes, Room::Rehash, usize::MAX) })
    }),
];

pub(super) const TUNED: [Family; 3] = [
    family("a text that every request makes anew, and longer", UnboundedGrowth, OWNED, |chance, _| {
        let adds = chance.draw_between(0.05, 1.0);
        Box::new(Rewritten { adds, sizes: Sizes::draw(chance), text: None })
    }),
    family("an entry of several blocks for every request", UnboundedGrowth, OWNED, |chance, _| {
        let blocks = chance.count(2.0, 6.0);
        Box::new(Store { blocks, ..Store::new(Sizes::draw(chance), Limit::None) })
    }),
    family("a leak among work in flight", UnboundedGrowth, LOST, |chance, requests| {
        let sizes = Sizes::draw(chance);
        let leaks = leaking(chance, requests);
        Box::new(Combined(Box::new(Store::leak(sizes, leaks)), Box::new(Flight::new(sizes, (0, 12)))))
    }),
];

pub(super) const HELD_OUT: [Family; 5] = [
    family("a buffer a thread, each only pushed to", UnboundedGrowth, OWNED, |chance, _| {
        let threads = chance.count(2.0, 8.0);
        Box::new(Containers::new(threads, chance.count(8.0, 64.0) as u64, Room::Realloc, usize::MAX))
    }),
    family("a vocabulary that grows like a power of the requests", UnboundedGrowth, OWNED, |chance, _| {
        let keys = Keys::Heaps(chance.draw_between(0.6, 0.9));
        Box::new(Interner::new(keys, Sizes::draw(chance)))
    }),
    family("a leak beside what was made at the start", UnboundedGrowth, OWNED, |chance, requests| {
        let sizes = Sizes::draw(chance);
        let leaks = leaking(chance, requests);
        let at_start = chance.count(50.0, 2000.0);
        Box::new(Combined(Box::new(Once::new(at_start, 0, sizes)), Box::new(Store::leak(sizes, leaks))))
    }),
    family("a leak beside a bounded cache", UnboundedGrowth, OWNED, |chance, requests| {
        let sizes = Sizes::draw(chance);
        let limit = chance.count(64.0, requests / 4.0);
        let cache = Store::new(sizes, Limit::EvictOldest(limit));
        Box::new(Combined(Box::new(cache), Box::new(Store::leak(sizes, chance.draw_between(0.1, 0.5)))))
    }),
    family("a leak under a swinging load", UnboundedGrowth, LOST, |chance, requests| {
        let sizes = Sizes::draw(chance);
        let leaks = leaking(chance, requests);
        let swing = Some(chance.count(64.0, requests / 2.0) as u64);
        let load = Flight { swing, ..Flight::new(sizes, (0, 8)) };
        Box::new(Combined(Box::new(Store::leak(sizes, leaks)), Box::new(load)))
    }),
];

pub(super) const CYCLES_SHARED: [Family; 2] = [
    family("a parent and its children, at every request", RefcountCycle, ORPHANED, |chance, _| {
        cycles(chance, 1.0)
    }),
    family("an observer that holds its subject, sometimes", RefcountCycle, ORPHANED, |chance, requests| {
        let brings = leaking(chance, requests);
        cycles(chance, brings)
    }),
];

pub(super) const CYCLES_TUNED: [Family; 1] =
    [family("cycles among work in flight", RefcountCycle, ORPHANED, |chance, requests| {
        let brings = leaking(chance, requests);
        let load = Flight::new(Sizes::draw(chance), (0, 12));
        Box::new(Combined(cycles(chance, brings), Box::new(load)))
    })];

pub(super) const CYCLES_HELD_OUT: [Family; 2] = [
    family("a cycle made once at the start", RefcountCycle, ORPHANED, |chance, _| {
        let blocks = chance.count(2.0, 40.0);
        Box::new(Once { owned: false, ..Once::new(blocks, 0, Sizes::draw(chance)) })
    }),
    family(
        "closed connections that hold each other, under a swinging load",
        RefcountCycle,
        ORPHANED,
        |chance, requests| {
            let swing = Some(chance.count(64.0, requests / 2.0) as u64);
            let load = Flight { swing, ..Flight::new(Sizes::draw(chance), (0, 8)) };
            let brings = leaking(chance, requests);
            Box::new(Combined(cycles(chance, brings), Box::new(load)))
        },
    ),
];

fn cycles(chance: &mut Chance, brings: f64) -> Box<dyn Service> {
    let blocks = chance.count(2.0, 6.0);
    Box::new(Store { brings, blocks, ..Store::leak(Sizes::draw(chance), 1.0) })
}
