//! The fixes, in the order of the traps. Each says who owns the bag, and how long that owner lives.

use crate::traps::{SHOPS, Shared};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, PoisonError};

/// `bag=None`, and `if bag is None: bag = []`. The caller's own bag is used however empty it is: `unwrap_or_default` asks
/// whether there is one, not whether it has anything in it.
pub(crate) fn add(item: u64, bag: Option<Vec<u64>>) -> Vec<u64> {
    let mut bag = bag.unwrap_or_default();
    bag.push(item);
    bag
}

/// A `thread_local!` is a good place for a scratch bag: its memory is used again, call after call. It has to be emptied
/// before use, not after: a call that leaves early would leave its items to the next.
pub(crate) fn add_to_scratch<A>(item: u64, answer: impl FnOnce(&[u64]) -> A) -> A {
    thread_local! {
        static SCRATCH: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    }
    SCRATCH.with_borrow_mut(|bag| {
        bag.clear();
        bag.push(item);
        answer(bag)
    })
}

/// The derived `Default` asks every field for its own. Even for an `Rc` that would be a new one.
#[derive(Default)]
pub(crate) struct Bag(Vec<u64>);

impl Bag {
    pub(crate) fn add(mut self, item: u64) -> Vec<u64> {
        self.0.push(item);
        self.0
    }
}

/// `[[] for _ in range(8)]`: the closure runs once a shop.
pub(crate) fn make_bags() -> Vec<Shared> {
    std::iter::repeat_with(|| Rc::new(RefCell::new(Vec::new()))).take(SHOPS).collect()
}

/// A cache is a promise to forget. This one has a hundred places, and a new item takes the place of an old one, as in a
/// processor's cache.
pub(crate) fn look_up<A>(item: u64, answer: impl FnOnce(&[u64]) -> A) -> A {
    const PLACES: usize = 100;
    static PACKED: OnceLock<Mutex<[Vec<u64>; PLACES]>> = OnceLock::new();
    let empty = || Mutex::new([const { Vec::new() }; PLACES]);
    let mut packed = PACKED.get_or_init(empty).lock().unwrap_or_else(PoisonError::into_inner);
    let place = &mut packed[item as usize % PLACES];
    if place.first() != Some(&item) {
        *place = vec![item];
    }
    answer(place)
}

/// The same derives over a field that owns what it holds: a clone is a copy.
#[derive(Clone, Default)]
pub(crate) struct OwnedBuilder {
    items: Vec<u64>,
}

impl OwnedBuilder {
    pub(crate) fn item(mut self, item: u64) -> OwnedBuilder {
        self.items.push(item);
        self
    }

    pub(crate) fn build(self) -> Vec<u64> {
        self.items
    }
}
