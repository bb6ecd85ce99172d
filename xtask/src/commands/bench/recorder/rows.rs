//! The rows of the suite: what is compared with what, at which scale, and the target that the
//! recorder has to reach.
//!
//! Rows that compare the recorder with the plain run are of programs without frame pointers, as
//! cargo builds them; the most important ones are there with frame pointers as well. mod-alloc and
//! heapscope walk frame pointers, so peers are compared in programs that have them.

use super::plan::{Build, PairComparison, Side};
use heaplab_record::{ExpectedFigure, Quantity};

const THOUSAND: u64 = 1000;
const MILLION: u64 = 1_000_000;
const EIGHT_MIB: f64 = (8 << 20) as f64;
const FOUR_HUNDRED_MB: f64 = 400e6;
/// The most memory that either side of a pair takes per block of the `live` workload.
const BYTES_PER_LIVE_BLOCK: u64 = 120;
/// The most memory that the recorder takes per stack of the `stacks` workload.
const BYTES_PER_STACK: u64 = 1000;

/// All rows, in the order of the table.
pub(super) fn all_comparisons() -> Vec<PairComparison> {
    [costs(), peers(), many_stacks(), file(), memory(), plain_probe()].concat()
}

/// A row without a limit of pairs; the others are made from it.
fn row(
    workload: &'static str,
    rows: u64,
    (over, under): (Side, Side),
    quantity: Quantity,
    wanted: impl Into<Option<ExpectedFigure>>,
) -> PairComparison {
    PairComparison {
        workload,
        rows,
        build: Build::NoFramePointers,
        over,
        under,
        quantity,
        wanted: wanted.into(),
        most_pairs: u32::MAX,
        memory_bytes: 0,
        other_rows: None,
    }
}

/// The wall time of the recorder beside the plain run.
fn costs() -> Vec<PairComparison> {
    use ExpectedFigure::AtMost;
    let cost = |workload, rows, most| {
        row(workload, rows, (Side::Heap, Side::Plain), Quantity::WallRatio, AtMost(most))
    };
    let with_pointers = |line| PairComparison { build: Build::FramePointers, ..line };
    vec![
        cost("slots", MILLION, 1.5),
        cost("list_dict", MILLION, 1.5),
        with_pointers(cost("slots", MILLION, 1.4)),
        with_pointers(cost("list_dict", MILLION, 1.4)),
        cost("deep_slots", MILLION / 2, 1.8),
        with_pointers(cost("deep_slots", MILLION / 2, 1.8)),
        row("deep_alternation", MILLION, (Side::Heap, Side::Plain), Quantity::NanosecondsAFrame, None),
        cost("random_depth", MILLION / 2, 4.0),
        cost("random_path", MILLION / 2, 4.0),
        cost("batches", 4 * MILLION, 1.8),
        cost("handover", 4 * MILLION, 1.5),
        cost("alternation", 8 * MILLION, 2.5),
        row("alternation_alone", 8 * MILLION, (Side::Heap, Side::Plain), Quantity::WallRatio, None),
        cost("crowd", 8 * MILLION, 3.0),
    ]
}

/// What other profilers cost beside the recorder.
fn peers() -> Vec<PairComparison> {
    use ExpectedFigure::AtLeast;
    use Quantity::{CpuRatio, ProcessRatio, WallRatio};
    let mut lines = Vec::new();
    for (workload, dhat, mod_alloc, heaptrack) in [("slots", 12.0, 1.1, 4.0), ("list_dict", 10.0, 1.0, 2.5)] {
        let peer = |peer, under, quantity, wanted, most_pairs| PairComparison {
            build: Build::FramePointers,
            most_pairs,
            ..row(workload, MILLION, (peer, under), quantity, wanted)
        };
        use Side::{Dhat, Heap, Heapscope, Heaptrack, ModAlloc, Plain};
        lines.extend([
            peer(Dhat, Heap, WallRatio, Some(AtLeast(dhat)), 2),
            // heaptrack passes its events to a second process and waits for it at the end: how long
            // a person waits, and what both processes work.
            peer(Heaptrack, Heap, ProcessRatio, Some(AtLeast(heaptrack)), 5),
            peer(Heaptrack, Heap, CpuRatio, None, 5),
            // The ratio that a recorder without cost would reach.
            peer(Heaptrack, Plain, ProcessRatio, None, 5),
            peer(ModAlloc, Heap, WallRatio, Some(AtLeast(mod_alloc)), u32::MAX),
            peer(Heapscope, Heap, WallRatio, None, u32::MAX),
        ]);
    }
    lines
}

/// What an event and a stack take when there are many stacks.
fn many_stacks() -> Vec<PairComparison> {
    use Quantity::{Bytes, EventTimeRatio, NanosecondsAnEvent};
    let stacks = |workload, rows, quantity, wanted, most_pairs| PairComparison {
        most_pairs,
        memory_bytes: rows * BYTES_PER_STACK,
        ..row(workload, rows, (Side::Heap, Side::Plain), quantity, wanted)
    };
    let event = |workload, rows| stacks(workload, rows, NanosecondsAnEvent, None, 5);
    let flat = |workload, rows| PairComparison {
        other_rows: Some(THOUSAND),
        ..stacks(workload, rows, EventTimeRatio, Some(ExpectedFigure::AtMost(2.0)), 5)
    };
    vec![
        event("stacks", THOUSAND),
        event("stacks", MILLION / 10),
        event("stacks", MILLION),
        flat("stacks", MILLION / 10),
        flat("stacks", MILLION),
        event("stacks_scattered", THOUSAND),
        event("stacks_scattered", MILLION),
        flat("stacks_scattered", MILLION),
        stacks("stacks", MILLION, Bytes, Some(ExpectedFigure::AtMost(FOUR_HUNDRED_MB)), 2),
    ]
}

/// What a file costs that is mapped shared, beside memory of the process alone: with many rows of
/// few stacks, and with many stacks.
fn file() -> Vec<PairComparison> {
    let sides = (Side::Heap, Side::HeapInMemory);
    let cost = |workload, rows| row(workload, rows, sides, Quantity::WallRatio, None);
    vec![cost("slots", MILLION), PairComparison { most_pairs: 5, ..cost("stacks", MILLION / 10) }]
}

/// The memory that the recorder takes.
fn memory() -> Vec<PairComparison> {
    use ExpectedFigure::AtMost;
    let taken = |workload, rows, quantity, wanted, most_pairs| PairComparison {
        most_pairs,
        memory_bytes: if workload == "live" { rows * BYTES_PER_LIVE_BLOCK } else { 0 },
        ..row(workload, rows, (Side::Heap, Side::Plain), quantity, wanted)
    };
    vec![
        taken("live", MILLION, Quantity::BytesABlock, Some(AtMost(20.0)), 2),
        taken("live", 10 * MILLION, Quantity::BytesABlock, Some(AtMost(20.0)), 1),
        taken("sites", 10 * THOUSAND, Quantity::Bytes, Some(AtMost(EIGHT_MIB)), 2),
        taken("sites_everywhere", 10 * THOUSAND, Quantity::Bytes, None, 2),
    ]
}

/// What heaplab's allocator costs where it records nothing.
fn plain_probe() -> Vec<PairComparison> {
    let sides = (Side::Plain, Side::Twin);
    let most = ExpectedFigure::AtMost(1.03);
    let counted = row("slots", MILLION / 5, sides, Quantity::InstructionRatio, most);
    vec![PairComparison { most_pairs: 1, ..counted }, row("slots", MILLION, sides, Quantity::WallRatio, None)]
}
