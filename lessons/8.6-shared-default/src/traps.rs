//! The trap in six forms. All of them are safe Rust that rustc compiles without a warning, and all
//! of them share between calls what each call should have for itself. Clippy reports one of the
//! six. `fixes.rs` has the same functions, repaired.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A bag that may have several owners.
pub(crate) type Shared = Rc<RefCell<Vec<u64>>>;

/// How many shops take turns.
pub(crate) const SHOPS: usize = 8;

/// The closest form of `def add(item, bag=[])` in Rust. The default cannot be in the signature, so
/// it is a `static` beside it, where it is easy to see that it lives as long as the program.
pub(crate) fn add_to_static(item: u64) -> MutexGuard<'static, Vec<u64>> {
    static BAG: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let mut bag = BAG.lock().unwrap_or_else(PoisonError::into_inner);
    bag.push(item);
    bag
}

/// No lock, no `Mutex`, and it looks local. It is local to the thread, not to the call.
pub(crate) fn add_to_thread<A>(item: u64, answer: impl FnOnce(&[u64]) -> A) -> A {
    thread_local! {
        static BAG: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    }
    BAG.with_borrow_mut(|bag| {
        bag.push(item);
        answer(bag)
    })
}

/// `Bag::default()` reads as if it made a new bag.
pub(crate) struct Bag(Shared);

impl Default for Bag {
    /// Cloning an `Rc` copies the handle, not the bag.
    fn default() -> Bag {
        thread_local! {
            static EMPTY: Shared = Shared::default();
        }
        Bag(EMPTY.with(Rc::clone))
    }
}

impl Bag {
    pub(crate) fn add(self, item: u64) -> Shared {
        self.0.borrow_mut().push(item);
        self.0
    }
}

/// CPython's `[[]] * 8`. `vec!` runs its expression once and clones what came out.
#[expect(clippy::rc_clone_in_vec_init, reason = "the trap is what is shown, and that clippy knows this one")]
pub(crate) fn make_bags() -> Vec<Shared> {
    vec![Rc::new(RefCell::new(Vec::new())); SHOPS]
}

/// Only the sole owner of a bag may empty it. Where all bags are one, no owner is ever the only
/// one.
pub(crate) fn clear_if_unshared(bag: &mut Shared) {
    if let Some(mine) = Rc::get_mut(bag) {
        mine.get_mut().clear();
    }
}

/// Each item is packed once and then remembered. The answers are right, and nothing is ever
/// forgotten.
pub(crate) fn look_up<A>(item: u64, answer: impl FnOnce(&[u64]) -> A) -> A {
    static PACKED: OnceLock<Mutex<HashMap<u64, Vec<u64>>>> = OnceLock::new();
    let mut packed = PACKED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    answer(packed.entry(item).or_insert_with(|| vec![item]))
}

/// A base that is configured once and cloned for each call. `#[derive(Clone)]` clones field by
/// field, and this field is an `Rc`.
#[derive(Clone, Default)]
pub(crate) struct SharedBuilder {
    items: Shared,
}

impl SharedBuilder {
    pub(crate) fn item(self, item: u64) -> SharedBuilder {
        self.items.borrow_mut().push(item);
        self
    }

    pub(crate) fn build(self) -> Shared {
        self.items
    }
}
