//! Lesson 8.1: reference counts, and the cycles that they cannot see.
//!
//! Question:   a parent owns its children, and each child owns its parent. When is the family freed?
//! Prediction: write down live bytes at the end of `rc_cycle`, `weak_back_edge` and `collector` before you look.
//! Command:    cargo xtask lesson 8.1
//!
//! - `families`: a file a way to tell a child who its parent is, each with the same two functions, `make` and `read`.
//! - `collector`: a generational cycle collector of our own, after CPython's.
//! - `ledger`: a line of code, and the counts after it.
//! - `pictures`: what the report draws of all this.

mod collector;
mod families;
mod ledger;
mod pictures;

use collector::Collector;
use families::{arena_indices, dumpster_cycle, for_each_family, gc_cycle, rc_cycle, weak_back_edge};
use heaplab_lesson::{Checksum, Scale, VariantResult, lesson};
use std::rc::Rc;

lesson! {
    unit: "families",
    default_scale: 200_000,
    baseline: rc_cycle,
    work "families" {
        rust {
            rc_cycle: "parent and children own each other by Rc: nobody can let go",
            weak_back_edge: "the edge back to the parent is a Weak",
            arena_indices: "a family in one Vec, referring to each other by index",
            collector: "our own generational cycle collector, after CPython's",
            dumpster: "a collector off the shelf: dumpster 2, as it comes",
            dumpster_often: "dumpster 2, told to collect after 700 references have gone",
        }
        python {
            cycles_gc_off: "the same cycles with gc.disable()",
            cycles_gc_on: "the same cycles with CPython's collector",
        }
    }
    work "counts" {
        rust {
            ledger: "clone an Rc, let go of it, and ask for the count",
        }
        python {
            ledger: "put a reference into a list, take it out, and ask sys.getrefcount",
        }
    }
}

/// Nothing is kept. What is alive when the measurement ends has leaked.
fn rc_cycle(rows: Scale) -> VariantResult<()> {
    let checksum = for_each_family(rows, rc_cycle::make, rc_cycle::read);
    VariantResult::new(checksum, ()).with_attachments(|_, _| pictures::draw_leaked_family())
}

fn weak_back_edge(rows: Scale) -> VariantResult<()> {
    let checksum = for_each_family(rows, weak_back_edge::make, weak_back_edge::read);
    VariantResult::new(checksum, ()).with_attachments(|_, _| pictures::draw_held_family())
}

fn arena_indices(rows: Scale) -> VariantResult<()> {
    VariantResult::new(for_each_family(rows, arena_indices::make, arena_indices::read), ())
}

fn collector(rows: Scale) -> VariantResult<()> {
    VariantResult::new(collect_families(rows, &Collector::default()), ()).with_attachments(|_, rows| {
        // The same once more, and this time it is written down.
        let heap = Collector::with_log();
        collect_families(rows, &heap);
        pictures::draw_collections(&heap)
    })
}

fn collect_families(rows: Scale, heap: &Collector) -> Checksum {
    let checksum = for_each_family(rows, |i| gc_cycle::make(heap, i), gc_cycle::read);
    heap.collect(2);
    checksum
}

fn dumpster(rows: Scale) -> VariantResult<()> {
    let checksum = for_each_family(rows, dumpster_cycle::make, dumpster_cycle::read);
    dumpster::unsync::collect();
    VariantResult::new(checksum, ())
}

fn dumpster_often(rows: Scale) -> VariantResult<()> {
    dumpster::unsync::set_collect_condition(|info| info.n_gcs_dropped_since_last_collect() > 700);
    dumpster(rows)
}

/// Every count that is read goes into the checksum. CPython's script has the same one, once the reference that
/// `sys.getrefcount` itself holds is taken off.
fn ledger(rows: Scale) -> VariantResult<Rc<str>> {
    let shared: Rc<str> = Rc::from("shared");
    let count = |sum: Checksum| sum.row("strong", Rc::strong_count(&shared) as u64);
    let checksum = rows.iter().fold(Checksum::new(), |sum, _| {
        let second = Rc::clone(&shared);
        let sum = count(sum);
        drop(second);
        count(sum)
    });
    VariantResult::new(checksum, shared).with_attachments(|_, _| ledger::run_ledgers())
}

/// A student's own hand has started this, not the runner: then the ledger and the collector's log are printed as well.
fn is_started_by_hand() -> bool {
    std::env::var_os("HEAPLAB_OUT").is_none()
}
