//! The fixes, in the order of the traps. Each says who owns the bag, and how long that owner lives.

use crate::traps::{SHOPS, Shared};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, PoisonError};

/// `bag=None`, and `if bag is None: bag = []`. The caller's own bag is used even if it is empty:
/// `unwrap_or_default` asks whether there is a bag, not whether it has items.
pub(crate) fn add(item: u64, bag: Option<Vec<u64>>) -> Vec<u64> {
    let mut bag = bag.unwrap_or_default();
    bag.push(item);
    bag
}

/// A `thread_local!` suits a scratch bag, whose memory is used again by every call. It is emptied
/// before use and not after: a call that returns early would leave its items to the next one.
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

/// The derived `Default` makes a new default for every field, even for an `Rc`.
#[derive(Default)]
pub(crate) struct Bag(Vec<u64>);

impl Bag {
    pub(crate) fn add(mut self, item: u64) -> Vec<u64> {
        self.0.push(item);
        self.0
    }
}

/// `[[] for _ in range(8)]`: the closure runs once per shop.
pub(crate) fn make_bags() -> Vec<Shared> {
    std::iter::repeat_with(|| Rc::new(RefCell::new(Vec::new()))).take(SHOPS).collect()
}

/// A cache has to forget. This one has a hundred places, and a new item replaces an old one, as in
/// a processor's cache.
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

/// The same derives over a field that owns its items: a clone is a copy.
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
