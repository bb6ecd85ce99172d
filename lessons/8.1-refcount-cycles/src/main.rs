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
use families::{arena_indices, collected, each_family, off_the_shelf, rc_cycle, weak_back_edge};
use heaplab_lesson::{Checksum, Kept, Scale, lesson};
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
fn rc_cycle(rows: Scale) -> Kept<()> {
    let checksum = each_family(rows, rc_cycle::make, rc_cycle::read);
    Kept::new(checksum, ()).then(|_, _| pictures::leak())
}

fn weak_back_edge(rows: Scale) -> Kept<()> {
    let checksum = each_family(rows, weak_back_edge::make, weak_back_edge::read);
    Kept::new(checksum, ()).then(|_, _| pictures::weak_back_edge())
}

fn arena_indices(rows: Scale) -> Kept<()> {
    Kept::new(each_family(rows, arena_indices::make, arena_indices::read), ())
}

fn collector(rows: Scale) -> Kept<()> {
    Kept::new(collect_families(rows, &Collector::default()), ()).then(|_, rows| {
        // The same once more, and this time it is written down.
        let heap = Collector::logging();
        collect_families(rows, &heap);
        pictures::collections(&heap)
    })
}

fn collect_families(rows: Scale, heap: &Collector) -> Checksum {
    let checksum = each_family(rows, |i| collected::make(heap, i), collected::read);
    heap.collect(2);
    checksum
}

fn dumpster(rows: Scale) -> Kept<()> {
    let checksum = each_family(rows, off_the_shelf::make, off_the_shelf::read);
    dumpster::unsync::collect();
    Kept::new(checksum, ())
}

fn dumpster_often(rows: Scale) -> Kept<()> {
    dumpster::unsync::set_collect_condition(|info| info.n_gcs_dropped_since_last_collect() > 700);
    dumpster(rows)
}

/// Every count that is read goes into the checksum. CPython's script has the same one, once the reference that
/// `sys.getrefcount` itself holds is taken off.
fn ledger(rows: Scale) -> Kept<Rc<str>> {
    let shared: Rc<str> = Rc::from("shared");
    let count = |sum: Checksum| sum.row("strong", Rc::strong_count(&shared) as u64);
    let checksum = rows.iter().fold(Checksum::new(), |sum, _| {
        let second = Rc::clone(&shared);
        let sum = count(sum);
        drop(second);
        count(sum)
    });
    Kept::new(checksum, shared).then(|_, _| ledger::pages())
}

/// A student's own hand has started this, not the runner: then the ledger and the collector's log are printed as well.
fn by_hand() -> bool {
    std::env::var_os("HEAPLAB_OUT").is_none()
}
