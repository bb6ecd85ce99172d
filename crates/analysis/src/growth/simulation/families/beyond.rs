//! Programs whose class the figures cannot tell, and programs near the lines between the classes: what the head of the crate
//! lists.

use super::{Family, OWNED};
use crate::growth::simulation::flight::{Channel, Flight};
use crate::growth::simulation::service::Sizes;
use crate::growth::simulation::stores::{Interner, Keys, Limit, Store};
use heaplab_record::GrowthClass::{BoundedCache, RefcountCycle, Steady, UnboundedGrowth};

pub(super) const BEYOND: [Family; 3] = [
    Family {
        name: "a cache whose limit lies above what is served",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let limit = (requests * chance.between(5.0, 50.0)) as usize;
            Box::new(Store::new(Sizes::draw(chance), Limit::EvictOldest(limit)))
        },
    },
    Family {
        name: "a batch whose flush comes after the last request",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let limit = (requests * chance.between(5.0, 50.0)) as usize;
            Box::new(Store::new(Sizes::draw(chance), Limit::Flush(limit)))
        },
    },
    Family {
        name: "cycles, and no graph was taken",
        class: RefcountCycle,
        references: &[None],
        draw: |chance, _| Box::new(Store { blocks: 2, ..Store::leak(Sizes::draw(chance), 1.0) }),
    },
];

pub(super) const NEAR_THE_LINES: [Family; 6] = [
    Family {
        name: "an interner of keys that run out slowly",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let universe = (requests * chance.between(2.0, 6.0)) as usize;
            Box::new(Interner::new(Keys::Uniform(universe), Sizes::draw(chance)))
        },
    },
    Family {
        name: "an interner of many keys that are rare",
        class: BoundedCache,
        references: OWNED,
        draw: |chance, requests| {
            let universe = (requests * chance.between(0.5, 5.0)) as usize;
            Box::new(Interner::new(Keys::Zipf(universe), Sizes::draw(chance)))
        },
    },
    Family {
        name: "growth like the logarithm of the requests",
        class: UnboundedGrowth,
        references: OWNED,
        draw: |chance, _| {
            let keys = Keys::Logarithmic(chance.between(2.0, 20.0));
            Box::new(Interner::new(keys, Sizes::draw(chance)))
        },
    },
    Family {
        name: "a leak that left a handful of blocks",
        class: UnboundedGrowth,
        references: OWNED,
        draw: |chance, requests| {
            let leaks = chance.between(0.5, 3.0) / requests;
            Box::new(Store::leak(Sizes::draw(chance), leaks))
        },
    },
    Family {
        name: "a reader that is barely fast enough",
        class: Steady,
        references: OWNED,
        draw: |chance, _| {
            let reads = chance.between(1.0, 1.02);
            Box::new(Channel::new(Sizes::draw(chance), reads, None))
        },
    },
    Family {
        name: "work that outlives about as many requests as the line says",
        class: Steady,
        references: OWNED,
        draw: |chance, _| Box::new(Flight::new(Sizes::draw(chance), (24, 38))),
    },
];
