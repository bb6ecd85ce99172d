//! Lesson 8.6: the mutable default trap. A million calls of `add(item)`, each of which wants a bag
//! of its own.
//!
//! Question:   how many items are in the bag that the last call gets, and how many bytes are alive by then?
//! Prediction: for each trap, draw live bytes over the calls before you look.
//! Command:    cargo xtask lesson 8.6

mod calls;
mod fixes;
mod growth;
mod traps;

use calls::{Answer, CallsResult, run_calls};
use fixes::OwnedBuilder;
use growth::GrowthChart;
use heaplab_lesson::{Scale, VariantResult, lesson};
use traps::{Shared, SharedBuilder};

lesson! {
    unit: "calls",
    default_scale: 1_000_000,
    quick_scale: 100_000,
    baseline: static_default,
    work "a bag a call" {
        rust {
            static_default: "trap: the bag stands in a static, one for the program",
            static_fixed: "fix: None means a new one",
            thread_default: "trap: the bag stands in a thread_local!, one a thread",
            thread_fixed: "fix: each call empties the thread's scratch bag first",
            default_shared: "trap: a Default that clones an Rc",
            default_new: "fix: a Default that makes a new one",
            vec_of_one_rc: "trap: vec![Rc; n], one bag with n handles",
            vec_of_many_rc: "fix: n bags, the expression run for each",
            once_lock_cache: "trap: a cache in a OnceLock that forgets nothing",
            bounded_cache: "fix: a cache with a hundred places",
            builder_shared: "trap: clones of the builder share its state",
            builder_owned: "fix: clones of the builder have their own",
        }
        python {
            mutable_default: "trap: def add(item, bag=[])",
            none_or: "the lecture's fix: bag = bag or []",
            none_is: "fix: if bag is None: bag = []",
        }
    }
}

// A trap and its fix share a picture. `run_calls` runs the closure once per call. What is handed
// over before the closure lives as long as the calls do; what the closure makes is gone after its
// call.

const STATIC: GrowthChart =
    GrowthChart { name: "growth-static", en: "A bag in a static", zh: "放在 static 里的袋子" };

fn static_default(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, STATIC, (), |(), item| Answer::from_bag(&traps::add_to_static(item)))
}

fn static_fixed(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, STATIC, (), |(), item| Answer::from_bag(&fixes::add(item, None)))
}

const THREAD: GrowthChart = GrowthChart {
    name: "growth-thread-local",
    en: "A bag in a thread_local!",
    zh: "放在 thread_local! 里的袋子",
};

fn thread_default(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, THREAD, (), |(), item| traps::add_to_thread(item, Answer::from_bag))
}

fn thread_fixed(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, THREAD, (), |(), item| fixes::add_to_scratch(item, Answer::from_bag))
}

const DEFAULT: GrowthChart =
    GrowthChart { name: "growth-default", en: "A bag from Default", zh: "由 Default 给出的袋子" };

fn default_shared(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, DEFAULT, (), |(), item| Answer::from_bag(&traps::Bag::default().add(item).borrow()))
}

fn default_new(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, DEFAULT, (), |(), item| Answer::from_bag(&fixes::Bag::default().add(item)))
}

const VEC: GrowthChart =
    GrowthChart { name: "growth-vec", en: "Bags made by vec!", zh: "由 vec! 造出的袋子" };

fn vec_of_one_rc(scale: Scale) -> VariantResult<CallsResult<Vec<Shared>>> {
    run_calls(scale, VEC, traps::make_bags(), |shops, item| add_to_shop(shops, item))
}

fn vec_of_many_rc(scale: Scale) -> VariantResult<CallsResult<Vec<Shared>>> {
    run_calls(scale, VEC, fixes::make_bags(), |shops, item| add_to_shop(shops, item))
}

/// The shops take turns. A shop empties its bag before it is used again, unless somebody else holds
/// the bag too.
fn add_to_shop(shops: &mut [Shared], item: u64) -> Answer {
    let turn = item as usize % shops.len();
    let bag = &mut shops[turn];
    traps::clear_if_unshared(bag);
    bag.borrow_mut().push(item);
    Answer::from_bag(&bag.borrow())
}

const ONCE: GrowthChart =
    GrowthChart { name: "growth-once-lock", en: "A cache in a OnceLock", zh: "放在 OnceLock 里的缓存" };

fn once_lock_cache(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, ONCE, (), |(), item| traps::look_up(item, Answer::from_bag))
}

fn bounded_cache(scale: Scale) -> VariantResult<CallsResult<()>> {
    run_calls(scale, ONCE, (), |(), item| fixes::look_up(item, Answer::from_bag))
}

const BUILDER: GrowthChart =
    GrowthChart {
        name: "growth-builder", en: "Bags from one builder", zh: "由同一个构建器造出的袋子"
    };

fn builder_shared(scale: Scale) -> VariantResult<CallsResult<SharedBuilder>> {
    run_calls(scale, BUILDER, SharedBuilder::default(), |base, item| {
        Answer::from_bag(&base.clone().item(item).build().borrow())
    })
}

fn builder_owned(scale: Scale) -> VariantResult<CallsResult<OwnedBuilder>> {
    run_calls(scale, BUILDER, OwnedBuilder::default(), |base, item| {
        Answer::from_bag(&base.clone().item(item).build())
    })
}
