//! Programs whose class the figures cannot tell, and programs near the thresholds between the
//! classes.

use super::{Family, OWNED, family};
use crate::growth::simulation::flight::{Channel, Flight};
use crate::growth::simulation::service::Sizes;
use crate::growth::simulation::stores::{Interner, Keys, Limit, Store};
use heaplab_record::GrowthClass::{BoundedCache, RefcountCycle, Steady, UnboundedGrowth};

pub(super) const BEYOND: [Family; 3] = [
    family("a cache whose limit lies above what is served", BoundedCache, OWNED, |chance, requests| {
        let limit = (requests * chance.draw_between(5.0, 50.0)) as usize;
        Box::new(Store::new(Sizes::draw(chance), Limit::EvictOldest(limit)))
    }),
    family("a batch whose flush comes after the last request", BoundedCache, OWNED, |chance, requests| {
        let limit = (requests * chance.draw_between(5.0, 50.0)) as usize;
        Box::new(Store::new(Sizes::draw(chance), Limit::Flush(limit)))
    }),
    family("cycles, and no graph was taken", RefcountCycle, &[None], |chance, _| {
        Box::new(Store { blocks: 2, ..Store::leak(Sizes::draw(chance), 1.0) })
    }),
];

pub(super) const NEAR_THE_LINES: [Family; 6] = [
    family("an interner of keys that run out slowly", BoundedCache, OWNED, |chance, requests| {
        let universe = (requests * chance.draw_between(2.0, 6.0)) as usize;
        Box::new(Interner::new(Keys::Uniform(universe), Sizes::draw(chance)))
    }),
    family("an interner of many keys that are rare", BoundedCache, OWNED, |chance, requests| {
        let universe = (requests * chance.draw_between(0.5, 5.0)) as usize;
        Box::new(Interner::new(Keys::Zipf(universe), Sizes::draw(chance)))
    }),
    family("growth like the logarithm of the requests", UnboundedGrowth, OWNED, |chance, _| {
        let keys = Keys::Logarithmic(chance.draw_between(2.0, 20.0));
        Box::new(Interner::new(keys, Sizes::draw(chance)))
    }),
    family("a leak that left a handful of blocks", UnboundedGrowth, OWNED, |chance, requests| {
        let leaks = chance.draw_between(0.5, 3.0) / requests;
        Box::new(Store::leak(Sizes::draw(chance), leaks))
    }),
    family("a reader that is barely fast enough", Steady, OWNED, |chance, _| {
        let reads = chance.draw_between(1.0, 1.02);
        Box::new(Channel::new(Sizes::draw(chance), reads, None))
    }),
    family("work that outlives about as many requests as the line says", Steady, OWNED, |chance, _| {
        Box::new(Flight::new(Sizes::draw(chance), (24, 38)))
    }),
];
