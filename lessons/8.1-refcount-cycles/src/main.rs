//! Lesson 8.1: reference counts, and the cycles that they cannot see.
//!
//! Question:   a parent owns its children, and each child owns its parent. When is the family freed?
//! Prediction: write down live bytes at the end of `rc_cycle`, `weak_back_edge` and `collector` before you look.
//! Command:    cargo xtask lesson 8.1
//!
//! - `families`: one file per way to tell a child who its parent is, each with the same two
//!   functions, `make` and `read`.
//! - `ledger`: lines of code, and the counts after each.
//! - `family_graph`: who owns whom in one family.
//!
//! The collector is a crate of its own, `crates/collector`.

mod families;
mod family_graph;
mod ledger;

use families::{arena_indices, dumpster_cycle, for_each_family, gc_cycle, rc_cycle, weak_back_edge};
use heaplab_collector::{Collection, Collector, GENERATIONS, Trigger};
use heaplab_lesson::{
    Attachment, Checksum, CollectionRun, Collections, LessonData, Scale, VariantResult, lesson,
};
use std::rc::Rc;

lesson! {
    unit: "families",
    default_scale: 200_000,
    quick_scale: 10_000,
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

/// Nothing is kept, so what is alive when the measurement ends has leaked.
fn rc_cycle(rows: Scale) -> VariantResult<()> {
    let checksum = for_each_family(rows, rc_cycle::make, rc_cycle::read);
    VariantResult::new(checksum, ()).with_attachments(|_, _| family_graph::read_leaked_family())
}

fn weak_back_edge(rows: Scale) -> VariantResult<()> {
    let checksum = for_each_family(rows, weak_back_edge::make, weak_back_edge::read);
    VariantResult::new(checksum, ()).with_attachments(|_, _| family_graph::read_held_family())
}

fn arena_indices(rows: Scale) -> VariantResult<()> {
    VariantResult::new(for_each_family(rows, arena_indices::make, arena_indices::read), ())
}

fn collector(rows: Scale) -> VariantResult<()> {
    VariantResult::new(collect_families(rows, &Collector::default()), ()).with_attachments(|_, rows| {
        // The same once more, with a log.
        let heap = Collector::with_log();
        collect_families(rows, &heap);
        attach_collections(&heap)
    })
}

fn collect_families(rows: Scale, heap: &Collector) -> Checksum {
    let checksum = for_each_family(rows, |i| gc_cycle::make(heap, i), gc_cycle::read);
    heap.collect(2);
    checksum
}

/// The collector's log; on a terminal without the young collections, which are too many to read.
fn attach_collections(heap: &Collector) -> Vec<Attachment> {
    let log = heap.log();
    if is_started_by_hand() {
        let (young, older): (Vec<_>, Vec<_>) = log.iter().partition(|run| run.generation == 0);
        for Collection { made, generation, examined, freed, .. } in older {
            println!("after {made} objects: generation {generation}, looked at {examined}, freed {freed}");
        }
        println!("and {} collections of generation 0", young.len());
    }
    let runs = log.iter().map(|run| CollectionRun {
        generation: run.generation as u64,
        requested: run.trigger == Trigger::Requested,
        objects_made: run.made,
        examined: run.examined as u64,
        freed: run.freed as u64,
        resurrected: run.resurrected as u64,
    });
    vec![Attachment::Data(LessonData::Collections(Collections {
        generations: GENERATIONS as u64,
        runs: runs.collect(),
        postponed: heap.postponed_collections(),
    }))]
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

/// Every count that is read goes into the checksum. CPython's script has the same one, once the
/// reference that `sys.getrefcount` itself holds is taken off.
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

/// Whether a student has started this program and not the runner: then the ledger and the
/// collector's log are printed too.
fn is_started_by_hand() -> bool {
    std::env::var_os("HEAPLAB_OUT").is_none()
}
