//! Services that keep what requests bring, with a limit or without.

use super::heap::{Block, Heap};
use super::rng::Chance;
use super::service::{Service, Sizes};
use std::collections::VecDeque;

/// The program's limit on what it keeps.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    /// Nothing.
    None,
    /// The oldest of this many entries leaves.
    EvictOldest(usize),
    /// Any of this many entries leaves.
    EvictAny(usize),
    /// At this many entries, new ones are refused.
    Refuse(usize),
    /// At this many entries all of them leave: a batch.
    Flush(usize),
    /// At this many entries the older half leaves.
    Halve(usize),
}

/// A store: a cache, a list of listeners, a registry; and, where nothing owns it, what was leaked
/// or lies on cycles.
pub(super) struct Store {
    /// The probability that a request brings an entry.
    pub(super) brings: f64,
    /// The probability that a brought entry is taken away again by its own request.
    pub(super) taken_back: f64,
    /// How many blocks an entry has.
    pub(super) blocks: usize,
    pub(super) sizes: Sizes,
    pub(super) limit: Limit,
    /// Whether dropping the service frees the entries.
    pub(super) owned: bool,
    pub(super) entries: VecDeque<Vec<Block>>,
}

impl Store {
    /// An owned store of entries of one block, one brought by each request.
    pub(super) fn new(sizes: Sizes, limit: Limit) -> Store {
        let entries = VecDeque::new();
        Store { brings: 1.0, taken_back: 0.0, blocks: 1, sizes, limit, owned: true, entries }
    }

    /// Entries that nothing ever frees.
    pub(super) fn leak(sizes: Sizes, leaks: f64) -> Store {
        Store { taken_back: 1.0 - leaks, owned: false, ..Store::new(sizes, Limit::None) }
    }

    fn evict(&mut self, heap: &mut Heap, chance: &mut Chance) -> bool {
        let held = self.entries.len();
        let leaving = match self.limit {
            Limit::EvictOldest(most) if held >= most => 1,
            Limit::Flush(most) if held >= most => held,
            Limit::Halve(most) if held >= most => held / 2,
            Limit::EvictAny(most) if held >= most => {
                self.entries.swap(0, chance.draw_below(held));
                1
            }
            Limit::Refuse(most) => return held < most,
            _ => 0,
        };
        for block in self.entries.drain(..leaving).flatten() {
            heap.free(block);
        }
        true
    }
}

impl Service for Store {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        if !chance.happens(self.brings) {
            return;
        }
        let taken_back = chance.happens(self.taken_back);
        if !taken_back && !self.evict(heap, chance) {
            return;
        }
        let entry: Vec<Block> =
            (0..self.blocks).map(|_| heap.allocate(self.sizes.draw_bytes(chance))).collect();
        if taken_back {
            entry.into_iter().for_each(|block| heap.free(block));
        } else {
            self.entries.push_back(entry);
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        if self.owned {
            self.entries.drain(..).flatten().for_each(|block| heap.free(block));
        }
    }
}

/// How the keys of requests repeat: an entry is made for each key that was not seen before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keys {
    /// This many keys with equal probability (the coupon collector).
    Uniform(usize),
    /// This many keys, the one of rank r with a probability like 1/r.
    Zipf(usize),
    /// Distinct keys after n requests like n to this power (Heaps' law, 1978).
    Heaps(f64),
    /// This many new keys each time the requests double.
    Logarithmic(f64),
}

/// An interner: keys are kept and never leave.
pub(super) struct Interner {
    pub(super) keys: Keys,
    pub(super) sizes: Sizes,
    served: f64,
    seen: Vec<bool>,
    entries: Vec<Block>,
}

impl Interner {
    pub(super) fn new(keys: Keys, sizes: Sizes) -> Interner {
        let universe = match keys {
            Keys::Uniform(universe) | Keys::Zipf(universe) => universe,
            Keys::Heaps(_) | Keys::Logarithmic(_) => 0,
        };
        Interner { keys, sizes, served: 0.0, seen: vec![false; universe], entries: Vec::new() }
    }

    fn is_new(&mut self, chance: &mut Chance) -> bool {
        let key = match self.keys {
            Keys::Uniform(universe) => chance.draw_below(universe),
            // The inverse of the continuous distribution: ranks from 1, each order of magnitude as
            // likely.
            Keys::Zipf(universe) => chance.count(1.0, universe as f64) - 1,
            Keys::Heaps(power) => return chance.happens(power * self.served.powf(power - 1.0)),
            Keys::Logarithmic(each_doubling) => {
                return chance.happens(each_doubling / (self.served * std::f64::consts::LN_2));
            }
        };
        let key = key.min(self.seen.len() - 1);
        !std::mem::replace(&mut self.seen[key], true)
    }
}

impl Service for Interner {
    fn request(&mut self, heap: &mut Heap, chance: &mut Chance) {
        self.served += 1.0;
        if self.is_new(chance) {
            self.entries.push(heap.allocate(self.sizes.draw_bytes(chance)));
        }
    }

    fn stop(&mut self, heap: &mut Heap) {
        self.entries.drain(..).for_each(|block| heap.free(block));
    }
}
