//! Programs that make what they need once.

use super::{Family, LOST, OWNED, family};
use crate::growth::simulation::capacity::Once;
use crate::growth::simulation::service::Sizes;
use heaplab_record::GrowthClass::FreedOnlyAtExit;

pub(super) const SHARED: [Family; 4] = [
    family("a configuration read at the start", FreedOnlyAtExit, OWNED, |chance, _| {
        Box::new(Once::new(chance.count(1.0, 500.0), 0, Sizes::draw(chance)))
    }),
    family("a buffer a worker, made at first use", FreedOnlyAtExit, OWNED, |chance, _| {
        Box::new(Once::new(0, chance.count(1.0, 16.0), Sizes::draw(chance)))
    }),
    family("leaked once for a static reference", FreedOnlyAtExit, LOST, |chance, _| {
        let blocks = chance.count(1.0, 8.0);
        Box::new(Once { owned: false, ..Once::new(blocks, 0, Sizes::draw(chance)) })
    }),
    family("one large block with all the capacity", FreedOnlyAtExit, OWNED, |chance, _| {
        Box::new(Once::new(1, 0, Sizes::Same(chance.magnitude(1e3, 1e7) as u64)))
    }),
];

pub(super) const TUNED: [Family; 1] =
    [family("a pool at the start and more at first use", FreedOnlyAtExit, OWNED, |chance, _| {
        let (at_start, workers) = (chance.count(1.0, 64.0), chance.count(1.0, 12.0));
        Box::new(Once::new(at_start, workers, Sizes::draw(chance)))
    })];

pub(super) const HELD_OUT: [Family; 3] = [
    family("routes compiled at the start, with temporaries", FreedOnlyAtExit, OWNED, |chance, _| {
        let (at_start, starting) = (chance.count(5.0, 300.0), chance.count(10.0, 3000.0));
        Box::new(Once { starting, ..Once::new(at_start, 0, Sizes::draw(chance)) })
    }),
    family("statics made at first use and leaked", FreedOnlyAtExit, LOST, |chance, _| {
        let workers = chance.count(1.0, 24.0);
        Box::new(Once { owned: false, ..Once::new(0, workers, Sizes::draw(chance)) })
    }),
    family("chunks of an arena, and one more at first use", FreedOnlyAtExit, OWNED, |chance, _| {
        let bytes = chance.magnitude(4096.0, 1e6) as u64;
        Box::new(Once::new(chance.count(1.0, 20.0), 1, Sizes::Same(bytes)))
    }),
];
