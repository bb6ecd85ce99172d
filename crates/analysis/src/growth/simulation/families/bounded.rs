//! Programs that keep what requests bring, up to a limit.

use super::{Family, HELD_CYCLE, OWNED, family};
use crate::growth::simulation::capacity::{Containers, Room, Scratch};
use crate::growth::simulation::flight::{Channel, Flight};
use crate::growth::simulation::rng::Chance;
use crate::growth::simulation::service::{Service, Sizes};
use crate::growth::simulation::stores::{Interner, Keys, Limit, Store};
use heaplab_record::GrowthClass::BoundedCache;

pub(super) const SHARED: [Family; 7] = [
    family("a cache that evicts the oldest", BoundedCache, OWNED, |chance, requests| {
        new_full_store(chance, requests * 2.5, Limit::EvictOldest)
    }),
    family("a cache that takes nothing more when it is full", BoundedCache, OWNED, |chance, requests| {
        new_full_store(chance, requests * 2.5, Limit::Refuse)
    }),
    family("an interner of keys that run out", BoundedCache, OWNED, |chance, requests| {
        let universe = chance.count(64.0, requests * 0.7);
        Box::new(Interner::new(Keys::Uniform(universe), Sizes::draw(chance)))
    }),
    family("a ring buffer that grows to its limit", BoundedCache, OWNED, |chance, requests| {
        let limit = chance.count(128.0, requests * 1.8);
        Box::new(Containers::new(1, chance.count(4.0, 200.0) as u64, Room::Realloc, limit))
    }),
    family("a buffer whose capacity stays", BoundedCache, OWNED, |chance, requests| {
        let larger = chance.draw_between(0.3, 0.6);
        // Large requests come once in this many: often enough for the largest to have come.
        let once_in = chance.magnitude(128.0, (requests / 2.0).max(130.0));
        let doublings = (once_in.ln() / -larger.ln()).ceil() as u32;
        Box::new(Scratch::new(larger, 64 << doublings))
    }),
    family("a bounded channel that is full", BoundedCache, OWNED, |chance, requests| {
        let reads = chance.draw_between(0.3, 0.9);
        let limit = ((1.0 - reads) * chance.magnitude(700.0, requests * 2.5)).max(64.0) as usize;
        Box::new(Channel::new(Sizes::draw(chance), reads, Some(limit)))
    }),
    family("a batch until its flush", BoundedCache, OWNED, |chance, requests| {
        let limit = chance.count(128.0, requests / 2.0);
        Box::new(Store::new(Sizes::draw(chance), Limit::Flush(limit)))
    }),
];

pub(super) const TUNED: [Family; 1] =
    [family("a cache that evicts any entry", BoundedCache, OWNED, |chance, requests| {
        new_full_store(chance, requests * 2.5, Limit::EvictAny)
    })];

pub(super) const HELD_OUT: [Family; 4] = [
    family("sessions that expire", BoundedCache, HELD_CYCLE, |chance, requests| {
        let outlives = chance.count(100.0, requests) as u64;
        let blocks = chance.count(1.0, 4.0);
        Box::new(Flight { blocks, ..Flight::new(Sizes::draw(chance), (outlives / 2, outlives)) })
    }),
    family("the table of a bounded map", BoundedCache, OWNED, |chance, requests| {
        let limit = chance.count(128.0, requests * 1.8);
        Box::new(Containers::new(1, chance.count(4.0, 200.0) as u64, Room::Rehash, limit))
    }),
    family("a cache of two generations", BoundedCache, OWNED, |chance, requests| {
        new_full_store(chance, requests, Limit::Halve)
    }),
    family("a rolling window of several blocks an entry", BoundedCache, OWNED, |chance, requests| {
        let blocks = chance.count(2.0, 6.0);
        let limit = chance.count(64.0, requests * 2.0);
        Box::new(Store { blocks, ..Store::new(Sizes::draw(chance), Limit::EvictOldest(limit)) })
    }),
];

/// A store that is full after 128 to `latest` requests.
fn new_full_store(chance: &mut Chance, latest: f64, limit: fn(usize) -> Limit) -> Box<dyn Service> {
    let brings = chance.draw_between(0.2, 1.0);
    let entries = (brings * chance.magnitude(128.0, latest)).max(48.0) as usize;
    Box::new(Store { brings, ..Store::new(Sizes::draw(chance), limit(entries)) })
}
