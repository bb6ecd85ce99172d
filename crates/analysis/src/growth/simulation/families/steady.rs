//! Programs whose requests free what they make, or whose next requests do.

use super::{Family, ORPHANED, OWNED, family};
use crate::growth::simulation::flight::{Channel, Flight};
use crate::growth::simulation::service::Sizes;
use heaplab_record::GrowthClass::Steady;

pub(super) const SHARED: [Family; 5] = [
    family("temporaries of a request", Steady, OWNED, |chance, _| {
        let blocks = chance.count(1.0, 12.0);
        Box::new(Flight { blocks, ..Flight::new(Sizes::draw(chance), (0, 0)) })
    }),
    family("work in flight", Steady, OWNED, |chance, _| {
        let most = chance.count(1.0, 20.0) as u64;
        Box::new(Flight::new(Sizes::draw(chance), (0, most)))
    }),
    family("temporaries of a rare path", Steady, OWNED, |chance, _| {
        let (brings, most) = (chance.magnitude(0.01, 0.2), chance.count(1.0, 10.0) as u64);
        Box::new(Flight { brings, ..Flight::new(Sizes::draw(chance), (0, most)) })
    }),
    family("a text that grows while a request builds it", Steady, OWNED, |chance, _| {
        let doublings = chance.count(1.0, 6.0) as u32;
        Box::new(Flight { doublings, ..Flight::new(Sizes::draw(chance), (0, 3)) })
    }),
    family("a channel whose reader is fast enough", Steady, OWNED, |chance, _| {
        let reads = chance.draw_between(1.3, 2.0);
        Box::new(Channel::new(Sizes::draw(chance), reads, None))
    }),
];

pub(super) const TUNED: [Family; 1] =
    [family("several blocks in flight a request", Steady, OWNED, |chance, _| {
        let (blocks, most) = (chance.count(2.0, 8.0), chance.count(1.0, 16.0) as u64);
        Box::new(Flight { blocks, ..Flight::new(Sizes::draw(chance), (0, most)) })
    })];

pub(super) const HELD_OUT: [Family; 4] = [
    family("work in flight under a swinging load", Steady, OWNED, |chance, requests| {
        let swing = Some(chance.count(64.0, requests) as u64);
        let most = chance.count(1.0, 12.0) as u64;
        Box::new(Flight { swing, ..Flight::new(Sizes::draw(chance), (0, most)) })
    }),
    family("listeners that are removed a few requests later", Steady, OWNED, |chance, _| {
        let (brings, most) = (chance.draw_between(0.1, 1.0), chance.count(2.0, 20.0) as u64);
        Box::new(Flight { brings, ..Flight::new(Sizes::draw(chance), (1, most)) })
    }),
    family("cycles that a collector frees every few requests", Steady, ORPHANED, |chance, _| {
        let (blocks, most) = (chance.count(2.0, 6.0), chance.count(4.0, 16.0) as u64);
        Box::new(Flight { blocks, ..Flight::new(Sizes::draw(chance), (1, most)) })
    }),
    family("answers of very different sizes", Steady, OWNED, |chance, _| {
        let most = chance.count(1.0, 6.0) as u64;
        Box::new(Flight::new(Sizes::From(16.0, 65536.0), (0, most)))
    }),
];
