//! Programs that keep what requests bring, up to a limit.

use super::{Family, HELD_CYCLE, OWNED};
use crate::growth::simulation::capacity::{Containers, Room, Scratch};
use crate::growth::simulation::flight::{Channel, Flight};
use crate::growth::simulation::rng::Chance;
use crate::growth::simulation::service::{Service, Sizes};
use crate::growth::simulation::stores::{Interner, Keys, Limit, Store};
use heaplab_record::GrowthClass::BoundedCache;

pub(super) const SHARED: [Family; 7] = [
    Family {
        name: "a cache that evicts the oldest",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| filled(chance, requests * 2.5, Limit::EvictOldest),
    },
    Family {
        name: "a cache that takes nothing more when it is full",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| filled(chance, requests * 2.5, Limit::Refuse),
    },
    Family {
        name: "an interner of keys that run out",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let universe = chance.count(64.0, requests * 0.7);
            Box::new(Interner::new(Keys::Uniform(universe), Sizes::draw(chance)))
        },
    },
    Family {
        name: "a ring buffer that grows to its limit",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let limit = chance.count(128.0, requests * 1.8);
            Box::new(Containers::new(1, chance.count(4.0, 200.0) as u64, Room::Realloc, limit))
        },
    },
    Family {
        name: "a buffer whose capacity stays",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let larger = chance.between(0.3, 0.6);
            // Large requests come once in so many: often enough for the largest to have come.
            let once_in = chance.magnitude(128.0, (requests / 2.0).max(130.0));
            let doublings = (once_in.ln() / -larger.ln()).ceil() as u32;
            Box::new(Scratch::new(larger, 64 << doublings))
        },
    },
    Family {
        name: "a bounded channel that is full",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let reads = chance.between(0.3, 0.9);
            let limit = ((1.0 - reads) * chance.magnitude(700.0, requests * 2.5)).max(64.0) as usize;
            Box::new(Channel::new(Sizes::draw(chance), reads, Some(limit)))
        },
    },
    Family {
        name: "a batch until its flush",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let limit = chance.count(128.0, requests / 2.0);
            Box::new(Store::new(Sizes::draw(chance), Limit::Flush(limit)))
        },
    },
];

pub(super) const TUNED: [Family; 1] = [Family {
    name: "a cache that evicts any entry",
    class: BoundedCache,
    references: OWNED,
    draw: |chance, requests| filled(chance, requests * 2.5, Limit::EvictAny),
}];

pub(super) const HELD_OUT: [Family; 4] = [
    Family {
        name: "sessions that expire",
        class: BoundedCache,
        references: HELD_CYCLE,
        draw: |chance, requests| {
            let outlives = chance.count(100.0, requests) as u64;
            let blocks = chance.count(1.0, 4.0);
            Box::new(Flight { blocks, ..Flight::new(Sizes::draw(chance), (outlives / 2, outlives)) })
        },
    },
    Family {
        name: "the table of a bounded map",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let limit = chance.count(128.0, requests * 1.8);
            Box::new(Containers::new(1, chance.count(4.0, 200.0) as u64, Room::Rehash, limit))
        },
    },
    Family {
        name: "a cache of two generations",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| filled(chance, requests, Limit::Halve),
    },
    Family {
        name: "a rolling window of several blocks an entry",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let blocks = chance.count(2.0, 6.0);
            let limit = chance.count(64.0, requests * 2.0);
            Box::new(Store { blocks, ..Store::new(Sizes::draw(chance), Limit::EvictOldest(limit)) })
        },
    },
];

/// A store that is full after 128 to so many requests.
fn filled(chance: &mut Chance, latest: f64, limit: fn(usize) -> Limit) -> Box<dyn Service> {
    let brings = chance.between(0.2, 1.0);
    let entries = (brings * chance.magnitude(128.0, latest)).max(48.0) as usize;
    Box::new(Store { brings, ..Store::new(Sizes::draw(chance), limit(entries)) })
}
